"""
Where a gluetun is, and the proxy that leaves by its tunnel.

Three lines `name = value`: `control`, the address of its control server; `proxy`, its
HTTP or SOCKS5 proxy; and `manage = no` if it is never to be started or stopped.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from config.errors import InvalidError
from tasks.clients.proxy_forwarder_dialing import UpstreamProxy
from tasks.clients.tunnel_errors import TunnelFileError

_NAMES = {"control", "proxy", "manage"}


@dataclass(frozen=True)
class GluetunFile:
    """What a location's `.gluetun` file says."""

    control_url: str
    proxy: UpstreamProxy
    is_managed: bool
    """Whether a disconnect stops its VPN, and a connect starts it."""

    @property
    def endpoint(self) -> str:
        """The control server as people write it."""
        return urlsplit(self.control_url).netloc


def read_gluetun_file(text: str) -> GluetunFile:
    """
    Return what a file says.

    Raises:
        TunnelFileError: A line is missing or not understood; the message says which.
    """
    found: dict[str, str] = {}
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
        stated = line.partition("#")[0].strip()
        name, equals, value = stated.partition("=")
        if stated and (not equals or name.strip().lower() not in _NAMES):
            raise TunnelFileError(
                "only `control =`, `proxy =` and `manage =` are known", line=number
            )
        if stated:
            found[name.strip().lower()] = value.strip()
    control = found.get("control", "").rstrip("/")
    if (
        urlsplit(control).scheme not in {"http", "https"}
        or not urlsplit(control).netloc
    ):
        raise TunnelFileError(
            "the file must hold `control = http://host:8000`, gluetun's control server"
        )
    return GluetunFile(
        control, _read_proxy(found.get("proxy", "")), found.get("manage") != "no"
    )


def _read_proxy(url: str) -> UpstreamProxy:
    try:
        return UpstreamProxy.from_url(url)
    except InvalidError as error:
        raise TunnelFileError(
            "the file must hold `proxy = http://host:8888`, gluetun's own proxy "
            "(HTTPPROXY=on): without it nobody can see by which address it leaves"
        ) from error
