"""Engine, session factory and Redis client, opened once a process."""

from functools import cache

from redis import Redis
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session, sessionmaker

from config.errors import SetupError
from config.settings import settings


@cache
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
        connect_args={
            "application_name": "muster",
            "options": f"-c statement_timeout={timeout_ms} -c timezone=UTC",
        },
    )


@cache
def session_factory() -> sessionmaker[Session]:
    """Return the factory of sessions; only `tasks.database` opens one."""
    return sessionmaker(engine(), expire_on_commit=False)


@cache
def redis_client() -> Redis:
    """
    Return the Redis client of this process; answers are bytes.

    Raises:
        SetupError: No Redis is named and no stack runs.
    """
    return Redis.from_url(redis_url(), health_check_interval=30)


def redis_url() -> str:
    """Return the address of Redis, password included."""
    url = settings().redis.url.get_secret_value()
    if not url:
        raise SetupError(
            "no Redis: start the stack with deployments/up, or set MUSTER_REDIS__URL"
        )
    return url
