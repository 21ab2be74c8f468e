"""Which address and country the world sees: a page that tells who asks."""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import anyio
import httpx
import orjson

from config.errors import UnreachableError, UnreadableError
from tasks.clients.proxy_forwarder import ProxyForwarder, UpstreamProxy, check_upstream
from tasks.clients.proxy_forwarder_dialing import public_trust
from tasks.clients.proxy_forwarder_targets import is_local_target

LARGEST_BYTES = 65_536
_ADDRESS_NAMES = ("ip", "address", "query", "origin", "ip_address", "ipAddress")
_COUNTRY_NAMES = ("country_code", "countryCode", "country_iso", "cc", "country")


class EchoUnreachableError(UnreachableError):
    """The page that tells who asks could not be reached through the proxy."""

    code = "echo_unreachable"


class EchoUnreadableError(UnreadableError):
    """What came through the proxy does not tell an address."""

    code = "echo_unreadable"


class SeenExit(NamedTuple):
    """How the world sees us through a proxy."""

    address: str | None
    country: str | None
    seconds: float


async def see_exit(
    upstream: UpstreamProxy, echo_url: str, *, seconds: float
) -> SeenExit:
    """
    Ask through a proxy who asks; without a page to ask, only whether it lets us in.

    Args:
        upstream: The proxy.
        echo_url: A page that answers with an address, or with JSON that has one.
        seconds: Longest wait, over all.

    Raises:
        UpstreamUnreachableError: The proxy does not answer.
        UpstreamCredentialsError: It does not let us in.
        UpstreamUnreadableError: It is no proxy of that kind.
        EchoUnreachableError: It does not reach the page, or too slowly.
        EchoUnreadableError: What came back tells no address.
    """
    began = anyio.current_time()
    await check_upstream(upstream, seconds=seconds)
    if not echo_url:
        return SeenExit(None, None, anyio.current_time() - began)
    left = seconds - (anyio.current_time() - began)
    began = anyio.current_time()
    body = await _fetch(upstream, echo_url, seconds=max(1.0, left))
    taken = anyio.current_time() - began
    address, country = read_echo(body)
    return SeenExit(address, country, taken)


def read_echo(body: bytes) -> tuple[str, str | None]:
    """
    Return the address and country of an answer: JSON of the usual names, or plain text.

    Raises:
        EchoUnreadableError: There is no address in it.
    """
    try:
        told: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        told = body.decode("utf-8", "replace").strip()
    values = told if isinstance(told, Mapping) else {"ip": told}
    for name in _ADDRESS_NAMES:
        address = _as_address(values.get(name))
        if address is not None:
            return address, _country_in(values)
    raise EchoUnreadableError(
        "what answered through the proxy does not tell an address; see that "
        "MUSTER_PROXY_UPKEEP__ECHO_URL names a page that does, and that the proxy "
        "changes nothing"
    )


def _country_in(values: Mapping[str, Any]) -> str | None:
    for name in _COUNTRY_NAMES:
        word = values.get(name)
        if isinstance(word, str) and len(word) == 2 and word.isalpha():  # noqa: PLR2004 - ISO 3166-1
            return word.upper()
    return None


def _as_address(told: Any) -> str | None:
    if not isinstance(told, str):
        return None
    try:
        return str(ip_address(told.split(",")[0].strip()))
    except ValueError:
        return None


async def _fetch(upstream: UpstreamProxy, url: str, *, seconds: float) -> bytes:
    # Whoever sets a page on this machine, as for a trial, means it.
    is_local = is_local_target(urlsplit(url).hostname or "")
    async with (
        ProxyForwarder(upstream, allow_local=is_local) as forwarder,
        httpx.AsyncClient(
            proxy=f"http://127.0.0.1:{forwarder.port}",
            verify=public_trust(),
            trust_env=False,
            timeout=seconds,
        ) as client,
    ):
        try:
            async with client.stream("GET", url) as answer:
                answer.raise_for_status()
                body = b""
                async for part in answer.aiter_bytes():
                    body += part
                    if len(body) > LARGEST_BYTES:
                        break
                return body
        except httpx.HTTPStatusError as refusal:
            raise EchoUnreachableError(
                f"the proxy answered {refusal.response.status_code} where its exit "
                "was asked for"
            ) from refusal
        except httpx.HTTPError as problem:
            raise EchoUnreachableError(
                f"the proxy {upstream.name} did not reach the page that tells its exit "
                f"within {seconds:.0f} s"
            ) from problem
