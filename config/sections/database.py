"""PostgreSQL."""

from datetime import timedelta
from typing import Annotated

from annotated_types import Ge
from pydantic import SecretStr

from config.sections.base import Section


class DatabaseSettings(Section):
    """Read from `MUSTER_DATABASE__*`."""

    url: SecretStr = SecretStr("")
    """`postgresql+psycopg://user:password@host:port/muster`. Empty: a private one."""

    pool_size: Annotated[int, Ge(1)] = 10
    """Connections kept open in each process."""

    statement_timeout: timedelta = timedelta(seconds=60)
    """Longest statement before PostgreSQL ends it."""
