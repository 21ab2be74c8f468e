"""
Reach a target through a proxy that asks for credentials: http, https or socks5.

Sources: RFC 9110 section 9.3.6 (CONNECT), RFC 7617 (Basic), RFC 1928 and 1929 (SOCKS5).
"""

import asyncio
import base64
import ipaddress
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Literal, NamedTuple, Self
from urllib.parse import unquote, urlsplit

from config.errors import (
    InvalidError,
    RefusedError,
    UnreachableError,
    UnreadableError,
)
from tasks.clients.proxy_forwarder_messages import (
    LARGEST_HEAD_BYTES,
    MalformedMessageError,
    read_head,
)

Scheme = Literal["http", "https", "socks5"]
SCHEMES: dict[str, Scheme] = {
    "http": "http",
    "https": "https",
    "socks5": "socks5",
    "socks5h": "socks5",
}
DEFAULT_PORTS: dict[Scheme, int] = {"http": 80, "https": 443, "socks5": 1080}
CHECK_HOST = "muster-check.invalid"
"""A name that exists nowhere (RFC 6761): asked for only to learn if we are let in."""

_CREDENTIALS_WANTED = {401, 407}
_LONGEST_CREDENTIAL_BYTES = 255
_NO_AUTHENTICATION, _BY_PASSWORD, _NONE_ACCEPTED = 0, 2, 0xFF
_NAME_TYPE = 3
_ADDRESS_BYTES = {1: 4, 4: 16}
_TARGET_REPLIES = {3: "network unreachable", 4: "host unreachable", 5: "refused"}


class UpstreamUnreachableError(UnreachableError):
    """The proxy does not answer."""

    code = "proxy_unreachable"


class UpstreamTimeoutError(UpstreamUnreachableError):
    """The proxy did not answer in time."""

    code = "proxy_timeout"


class UpstreamCredentialsError(RefusedError):
    """The proxy did not accept our user name and password."""

    code = "proxy_credentials_refused"


class UpstreamUnreadableError(UnreadableError):
    """The proxy answered in a way that is not its protocol."""

    code = "proxy_unreadable"


class TargetUnreachableError(UnreachableError):
    """The proxy answers, but says that it cannot reach the target."""

    code = "target_unreachable"


@dataclass(frozen=True)
class UpstreamProxy:
    """A proxy of somebody else; its credentials are never shown."""

    scheme: Scheme
    host: str
    port: int
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)

    @classmethod
    def from_url(cls, url: str) -> Self:
        """
        Return what `scheme://user:password@host:port` says, percent-decoded.

        Raises:
            InvalidError: It is no address of a proxy we know; it is not repeated.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port = None, None
        scheme = SCHEMES.get(url.partition("://")[0].lower())
        if scheme is None or not host:
            raise InvalidError(
                "a proxy is written as http, https or socks5://user:password@host:port"
            )
        return cls(
            scheme,
            host,
            port or DEFAULT_PORTS[scheme],
            None if parts.username is None else unquote(parts.username),
            None if parts.password is None else unquote(parts.password),
        )

    @property
    def name(self) -> str:
        """How it may be named to people: without credentials."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def authorization(self) -> str | None:
        """The value of `Proxy-Authorization`, if there are credentials."""
        if self.username is None:
            return None
        pair = f"{self.username}:{self.password or ''}".encode()
        return f"Basic {base64.b64encode(pair).decode()}"


class Link(NamedTuple):
    """An open connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


class Dialer(NamedTuple):
    """How to reach a proxy: within how many seconds, trusting which certificates."""

    upstream: UpstreamProxy
    seconds: float
    tls: ssl.SSLContext | None = None

    async def open_link(self) -> Link:
        """Connect to the proxy itself, for requests that name their whole address."""
        async with _reporting(self):
            return await _connect(self)

    async def open_tunnel(self, host: str, port: int) -> Link:
        """
        Return a connection to a target; the proxy resolves its name.

        Raises:
            UpstreamUnreachableError: The proxy does not answer (in time).
            UpstreamCredentialsError: It does not let us in.
            UpstreamUnreadableError: It does not speak its protocol.
            TargetUnreachableError: It cannot reach the target.
        """
        async with _reporting(self):
            link = await _connect(self)
            try:
                if self.upstream.scheme == "socks5":
                    await _greet_socks(link, self.upstream)
                    await _ask_socks(link, host, port)
                else:
                    _judge_connect(await _ask_http(link, self.upstream, host, port))
            except BaseException:
                link.writer.transport.abort()
                raise
            return link

    async def check(self) -> None:
        """Ask the proxy whether it lets us in, without reaching a target."""
        async with _reporting(self):
            link = await _connect(self)
            try:
                if self.upstream.scheme == "socks5":
                    await _greet_socks(link, self.upstream)
                else:
                    status = await _ask_http(link, self.upstream, CHECK_HOST, 443)
                    if status in _CREDENTIALS_WANTED:
                        raise _credentials_refused()
            finally:
                link.writer.transport.abort()


@cache
def public_trust() -> ssl.SSLContext:
    """Return the context that trusts this machine's certificates; costly, made once."""
    return ssl.create_default_context()


@asynccontextmanager
async def _reporting(dialer: Dialer) -> AsyncGenerator[None]:
    name = dialer.upstream.name
    try:
        async with asyncio.timeout(dialer.seconds):
            yield
    except TimeoutError as error:
        raise UpstreamTimeoutError(
            f"the proxy {name} did not answer within {dialer.seconds:g} s"
        ) from error
    except ssl.SSLError as error:
        raise UpstreamUnreachableError(
            f"no safe connection to the proxy {name}: {error.reason or 'TLS failed'}"
        ) from error
    except (MalformedMessageError, asyncio.LimitOverrunError) as error:
        raise _not_its_protocol() from error
    except (OSError, EOFError) as error:
        raise UpstreamUnreachableError(
            f"the proxy {name} cannot be reached; check its address, or take another"
        ) from error


async def _connect(dialer: Dialer) -> Link:
    upstream = dialer.upstream
    tls = (dialer.tls or public_trust()) if upstream.scheme == "https" else None
    return Link(
        *await asyncio.open_connection(
            upstream.host, upstream.port, ssl=tls, limit=LARGEST_HEAD_BYTES
        )
    )


async def _ask_http(link: Link, upstream: UpstreamProxy, host: str, port: int) -> int:
    authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    lines = [f"CONNECT {authority} HTTP/1.1", f"Host: {authority}"]
    if upstream.authorization is not None:
        lines.append(f"Proxy-Authorization: {upstream.authorization}")
    link.writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
    head = await read_head(link.reader)
    if head is None:
        raise EOFError
    if not head.first_line[0].startswith("HTTP/") or not head.first_line[1].isdigit():
        raise _not_its_protocol()
    return head.status


def _judge_connect(status: int) -> None:
    if status in _CREDENTIALS_WANTED:
        raise _credentials_refused()
    if not 200 <= status < 300:  # noqa: PLR2004 - 2xx opens the tunnel
        raise TargetUnreachableError(f"the proxy answered {status} to our target")


async def _greet_socks(link: Link, upstream: UpstreamProxy) -> None:
    methods = [_NO_AUTHENTICATION]
    if upstream.username is not None:
        methods.append(_BY_PASSWORD)
    link.writer.write(bytes([5, len(methods), *methods]))
    version, method = await link.reader.readexactly(2)
    if version != 5:  # noqa: PLR2004 - SOCKS5
        raise _not_its_protocol()
    if method == _BY_PASSWORD and upstream.username is not None:
        await _sign_in_to_socks(link, upstream)
    elif method != _NO_AUTHENTICATION:
        raise _credentials_refused()


async def _sign_in_to_socks(link: Link, upstream: UpstreamProxy) -> None:
    user = (upstream.username or "").encode()
    password = (upstream.password or "").encode()
    if max(len(user), len(password)) > _LONGEST_CREDENTIAL_BYTES:
        raise UpstreamCredentialsError("SOCKS5 allows 255 bytes for a password at most")
    link.writer.write(bytes([1, len(user)]) + user + bytes([len(password)]) + password)
    _, refused = await link.reader.readexactly(2)
    if refused:
        raise _credentials_refused()


async def _ask_socks(link: Link, host: str, port: int) -> None:
    link.writer.write(b"\x05\x01\x00" + _socks_address(host) + port.to_bytes(2, "big"))
    _, reply, _, kind = await link.reader.readexactly(4)
    if reply:
        reason = _TARGET_REPLIES.get(reply, f"code {reply}")
        raise TargetUnreachableError(f"the proxy cannot reach the target: {reason}")
    if kind == _NAME_TYPE:
        length = (await link.reader.readexactly(1))[0]
    elif kind in _ADDRESS_BYTES:
        length = _ADDRESS_BYTES[kind]
    else:
        raise _not_its_protocol()
    await link.reader.readexactly(length + 2)


def _socks_address(host: str) -> bytes:
    try:
        packed = ipaddress.ip_address(host).packed
    except ValueError:
        name = host.encode("utf-8")
        if len(name) > _LONGEST_CREDENTIAL_BYTES:
            raise TargetUnreachableError("the name of the target is too long") from None
        return bytes([_NAME_TYPE, len(name)]) + name
    return bytes([1 if len(packed) == _ADDRESS_BYTES[1] else 4]) + packed


def _credentials_refused() -> UpstreamCredentialsError:
    return UpstreamCredentialsError(
        "the proxy does not accept the user name and password; correct them"
    )


def _not_its_protocol() -> UpstreamUnreadableError:
    return UpstreamUnreadableError(
        "what answers there is no proxy of the kind given; check type and port"
    )
