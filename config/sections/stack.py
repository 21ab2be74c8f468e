"""The one-machine stack: ports of its parts."""

from typing import Annotated

from annotated_types import Ge, Le
from pydantic import Field, SecretStr

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

    multilogin_cloud_port: Port = Field(default=4056)
    """Port of the local Multilogin X, in place of its cloud."""

    multilogin_launcher_port: Port = Field(default=4057)
    """Port of the local Multilogin X, in place of its agent."""

    multilogin_proxy_port: Port = Field(default=4058)
    """Port of the local Multilogin X, in place of its proxy service."""

    multilogin_cookies_port: Port = Field(default=4059)
    """Port of the local Multilogin X, in place of its ready cookies."""

    multilogin_gateway_port: Port = Field(default=4060)
    """Port of the proxy that addresses of the local proxy service lead to."""

    multilogin_gateway: SecretStr = SecretStr("")
    """Proxy to hand out in place of it, as `host:port:user:password`. Empty: ours."""
