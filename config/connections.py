"""Engine, session factory and Redis clients, opened once a process."""

import asyncio
from weakref import WeakKeyDictionary

from redis import Redis
from redis.asyncio import BlockingConnectionPool
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session, sessionmaker

from config.errors import SetupError
from config.once import Once
from config.settings import settings

_ASYNC_CONNECTIONS = 32
_ASYNC_PATIENCE_SECONDS = 1.0
_async_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncRedis] = (
    WeakKeyDictionary()
)


SECONDS_OF_A_CONNECTION = 600
"""
Then it is opened anew when it is next used.

A server process of PostgreSQL keeps what it knows of tables and statements for as long
as it lives: 1.5 MiB more an hour for each of 27 (measured in the soak of an hour).
"""


@Once
def engine() -> Engine:
    """
    Return the engine of this process; connections open when first used.

    Raises:
        SetupError: No database is named and no stack runs.
    """
    section = settings().database
    url = section.url.get_secret_value()
    if not url:
        raise SetupError(
            "no database: start the stack with deployments/up, "
            "or set MUSTER_DATABASE__URL"
        )
    timeout_ms = int(section.statement_timeout.total_seconds() * 1000)
    return create_engine(
        url,
        pool_size=section.pool_size,
        max_overflow=section.pool_size,
        pool_pre_ping=True,
        pool_recycle=SECONDS_OF_A_CONNECTION,
        connect_args={
            "application_name": "muster",
            "options": f"-c statement_timeout={timeout_ms} -c timezone=UTC",
        },
    )


@Once
def session_factory() -> sessionmaker[Session]:
    """Return the factory of sessions; only `tasks.database` opens one."""
    return sessionmaker(engine(), expire_on_commit=False)


@Once
def redis_client() -> Redis:
    """
    Return the Redis client of this process; answers are bytes.

    Raises:
        SetupError: No Redis is named and no stack runs.
    """
    return Redis.from_url(
        redis_url(),
        health_check_interval=30,
        socket_connect_timeout=2,
        socket_timeout=5,
        retry=Retry(NoBackoff(), 1),  # who asks decides soon, and by itself
    )


def async_redis_client() -> AsyncRedis:
    """Return the Redis client of the running event loop; answers are bytes."""
    loop = asyncio.get_running_loop()
    if loop not in _async_clients:
        pool = BlockingConnectionPool.from_url(
            redis_url(),
            max_connections=_ASYNC_CONNECTIONS,
            timeout=_ASYNC_PATIENCE_SECONDS,
            socket_connect_timeout=_ASYNC_PATIENCE_SECONDS,
            socket_timeout=_ASYNC_PATIENCE_SECONDS,
            retry=AsyncRetry(NoBackoff(), 1),
        )
        _async_clients[loop] = AsyncRedis.from_pool(pool)
    return _async_clients[loop]


async def close_async_redis_client() -> None:
    """End the connections of the running event loop, before it ends itself."""
    client = _async_clients.pop(asyncio.get_running_loop(), None)
    if client is not None:
        await client.aclose()


def redis_url() -> str:
    """Return the address of Redis, password included."""
    url = settings().redis.url.get_secret_value()
    if not url:
        raise SetupError(
            "no Redis: start the stack with deployments/up, or set MUSTER_REDIS__URL"
        )
    return url
