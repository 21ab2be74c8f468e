"""The migrations make what the models say, and each can be taken back."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from config.connections import engine
from deployments.stack.postgres_server import PostgresServer
from tasks.models import Base
from tests.fixtures.database import CHECKOUT, forget_settings


@pytest.fixture
def migrations(
    postgres_server: PostgresServer,
    service_environment: dict[str, str],
    environment: pytest.MonkeyPatch,
) -> Iterator[Config]:
    """Have a database of its own that holds nothing yet."""
    assert service_environment
    replace(postgres_server, databases=("migrations",)).make_ready()
    environment.setenv("MUSTER_DATABASE__URL", postgres_server.url("migrations"))
    forget_settings()
    migrations = Config(toml_file=CHECKOUT / "pyproject.toml")
    yield migrations
    command.downgrade(migrations, "base")


def tables() -> set[str]:
    return set(inspect(engine()).get_table_names()) - {"alembic_version"}


def test_they_make_what_the_models_say(migrations: Config) -> None:
    command.upgrade(migrations, "head")
    with engine().connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, Base.metadata) == []


def test_all_of_them_can_be_taken_back_and_made_again(migrations: Config) -> None:
    command.upgrade(migrations, "head")
    made = tables()
    assert made == set(Base.metadata.tables)
    command.downgrade(migrations, "base")
    assert tables() == set()
    command.upgrade(migrations, "head")
    assert tables() == made
