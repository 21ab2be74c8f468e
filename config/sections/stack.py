"""The one-machine stack: ports of its parts."""

from typing import Annotated

from annotated_types import Ge, Le
from pydantic import Field

from config.sections.base import Section

Port = Annotated[int, Ge(1), Le(65535)]


class StackSettings(Section):
    """Read from `MUSTER_STACK__*`; each port is on loopback."""

    postgres_port: Port = Field(default=4051)
    """Port of the private PostgreSQL."""

    redis_port: Port = Field(default=4052)
    """Port of the private Valkey."""

    prefect_port: Port = Field(default=4053)
    """Port of the private Prefect server."""

    demo_site_port: Port = Field(default=4054)
    """Port of the demo site with its invented people."""

    plex_accounts_port: Port = Field(default=4055)
    """Port of the stand-in for Plex accounts."""
