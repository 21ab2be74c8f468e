"""The private PostgreSQL and Valkey: they start, keep their data, and leave nothing."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from redis import Redis
from sqlalchemy import create_engine, text

from deployments.stack.ports import free_ports
from deployments.stack.postgres_server import PostgresServer
from deployments.stack.processes import program_of
from deployments.stack.redis_server import RedisServer
from tests.fixtures.servers import running_postgres, running_redis, server_folder


@pytest.fixture
def postgres() -> Iterator[PostgresServer]:
    with server_folder() as folder:
        yield PostgresServer(folder / "postgres", free_ports(1)[0], "secret")


@pytest.fixture
def redis(tmp_path: Path) -> RedisServer:
    return RedisServer(tmp_path / "redis", free_ports(1)[0], "secret")


def test_postgres_keeps_its_data_over_a_restart(postgres: PostgresServer) -> None:
    with running_postgres(postgres):
        run_sql(postgres, "CREATE TABLE kept AS SELECT 7 AS number")
    with running_postgres(postgres):
        assert run_sql(postgres, "TABLE kept") == 7


def test_postgres_comes_back_after_a_kill(postgres: PostgresServer) -> None:
    with running_postgres(postgres) as process:
        run_sql(postgres, "CREATE TABLE kept AS SELECT 7 AS number")
        process.send_signal(signal.SIGKILL)
        process.wait()
    with running_postgres(postgres):
        assert run_sql(postgres, "TABLE kept") == 7


def test_postgres_forgets_a_predecessor_whose_number_is_someone_elses(
    postgres: PostgresServer,
) -> None:
    postgres.prepare()
    stale = postgres.data / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{postgres.data}\n0\n{postgres.port}\n\n\n")
    with running_postgres(postgres):
        assert run_sql(postgres, "SELECT 1") == 1


def test_postgres_makes_both_databases_and_what_prefect_needs(
    postgres: PostgresServer,
) -> None:
    with running_postgres(postgres):
        run_sql(postgres, "CREATE EXTENSION pg_trgm", database="prefect")
        assert run_sql(postgres, "SELECT 'É' = upper('é')") is True
        assert postgres.make_ready()


def test_postgres_asks_for_its_password(postgres: PostgresServer) -> None:
    with running_postgres(postgres):
        wrong = (
            postgres.url("muster").replace("+psycopg", "").replace("secret", "guess")
        )
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(wrong)
    assert (postgres.folder.stat().st_mode & 0o777) == 0o700


def test_postgres_leaves_no_process(postgres: PostgresServer) -> None:
    with running_postgres(postgres) as process:
        assert program_of(process.pid) == "postgres"
    assert process.returncode == 0
    assert not postgres.make_ready()
    assert not (postgres.data / "postmaster.pid").exists()


def test_valkey_keeps_its_data_over_a_restart(redis: RedisServer) -> None:
    with running_redis(redis), Redis.from_url(redis.url) as client:
        client.xadd("events", {"number": 7})
    with running_redis(redis) as process, Redis.from_url(redis.url) as client:
        assert client.xlen("events") == 1
    assert process.returncode == 0
    assert not redis.is_ready()


def test_valkey_asks_for_its_password_and_shows_it_to_nobody(
    redis: RedisServer,
) -> None:
    with running_redis(redis) as process:
        assert not RedisServer(redis.folder, redis.port, "guess").is_ready()
        command = Path(f"/proc/{process.pid}/cmdline").read_bytes()
    assert b"secret" not in command
    assert ((redis.folder / "valkey.conf").stat().st_mode & 0o777) == 0o600


def run_sql(
    postgres: PostgresServer, statement: str, database: str = "muster"
) -> object:
    """Run one statement in a transaction; return its first value, if it has one."""
    engine = create_engine(postgres.url(database))
    try:
        with engine.begin() as link:
            done = link.execute(text(statement))
            return done.scalar() if done.returns_rows else None
    finally:
        engine.dispose()
