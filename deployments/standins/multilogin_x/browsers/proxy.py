"""The proxy of a browser profile: read from its parameters, and asked once."""

from collections.abc import Mapping
from typing import Any

from config.errors import OutsideError
from deployments.standins.multilogin_x.browsers.order import (
    BrowserNotStartedError,
    ProxyUnreachableError,
)
from tasks.clients.proxy_forwarder import UpstreamProxy, check_upstream
from tasks.clients.proxy_forwarder_dialing import SCHEMES

_HIGHEST_PORT = 65_535


def find_proxy(parameters: Mapping[str, Any]) -> UpstreamProxy | None:
    """
    Return the proxy that is to be used, or None if there is to be none.

    Raises:
        BrowserNotStartedError: One is wished for that cannot be used; going without
            it would show the address of this machine.
    """
    proxy = parameters.get("proxy") or {}
    otherwise = "custom" if proxy else "disabled"
    masking = (parameters.get("flags") or {}).get("proxy_masking") or otherwise
    if masking == "disabled":
        return None
    scheme = SCHEMES.get(str(proxy.get("type") or "").lower())
    host, port = str(proxy.get("host") or ""), _port_in(proxy.get("port"))
    if scheme is None or not host or port is None:
        raise BrowserNotStartedError(
            "the proxy of this browser profile needs a type (http, https or socks5), a "
            "host and a port"
        )
    username, password = proxy.get("username"), proxy.get("password")
    return UpstreamProxy(
        scheme,
        host,
        port,
        str(username) if username else None,
        str(password) if password else None,
    )


async def require_proxy(proxy: UpstreamProxy) -> None:
    """
    Make sure that a proxy lets us in, before anything is started behind it.

    Raises:
        ProxyUnreachableError: It does not.
    """
    try:
        await check_upstream(proxy)
    except OutsideError as problem:
        raise ProxyUnreachableError(problem.message) from problem


def _port_in(port: object) -> int | None:
    text = str(port)
    if not (text.isascii() and text.isdigit()):
        return None
    return int(text) if 0 < int(text) <= _HIGHEST_PORT else None
