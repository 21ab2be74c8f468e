"""Multilogin X's proxies: addresses to go out by, and the traffic they made."""

from datetime import timedelta
from http import HTTPMethod
from typing import Any, Literal

from config.errors import InvalidError
from tasks.clients.multilogin_answers import (
    ProxyTraffic,
    member,
    read_connection,
    read_one,
)
from tasks.clients.multilogin_door import MultiloginDoor, Wish
from tasks.clients.multilogin_wishes import ProxyAddress

LONGEST_TTL = timedelta(days=1)


class MultiloginProxies:
    """Source: Multilogin X API, host `profile-proxy.multilogin.com`."""

    def __init__(self, door: MultiloginDoor) -> None:
        self._door = door

    async def connection_url(  # noqa: PLR0913 - one for each choice the API gives
        self,
        *,
        country: str = "any",
        region: str = "",
        city: str = "",
        protocol: Literal["http", "socks5"] = "http",
        session_type: Literal["sticky", "rotating"] = "sticky",
        ip_lifetime: timedelta | None = None,
        count: int = 1,
    ) -> list[ProxyAddress]:
        """
        Return new addresses; every call gives other exits, so keep what works.

        Args:
            country: Two letters, or `any`.
            region: As `MultiloginCloud.regions` names it; empty for any.
            city: As `MultiloginCloud.cities` names it; empty for any.
            protocol: What the address speaks.
            session_type: `sticky` keeps its exit, `rotating` changes it.
            ip_lifetime: How long an exit is kept; needed for `rotating`, a day at most.
            count: How many.

        Raises:
            InvalidError: A rotating one needs a lifetime, of a day at most.
            MultiLoginBusyError: More than ten a second.
        """
        seconds = _lifetime_seconds(ip_lifetime, is_needed=session_type == "rotating")
        wish: dict[str, Any] = {
            "country": country.lower(),
            "protocol": protocol,
            "sessionType": session_type,
            "IPTTL": seconds,
        }
        wish |= {"region": region} if region else {}
        wish |= {"city": city} if city else {}
        wish |= {"count": count} if count != 1 else {}
        path = "/v1/proxy/connection_url"
        data = (await self._door.ask(Wish(HTTPMethod.POST, path, wish))).data
        lines = data if isinstance(data, list) else [data]
        return [read_connection(line, protocol) for line in lines]

    async def traffic(self) -> ProxyTraffic:
        """Return the traffic as it is reported, in bytes."""
        wish = Wish(HTTPMethod.GET, "/v1/user", may_repeat=True)
        answer = await self._door.ask(wish)
        bare = member(answer.data, "data") or answer.data
        return read_one(ProxyTraffic, bare)


def _lifetime_seconds(lifetime: timedelta | None, *, is_needed: bool) -> int:
    if lifetime is None and is_needed:
        raise InvalidError("a rotating proxy needs a lifetime", field="ip_lifetime")
    if lifetime is not None and not timedelta(0) <= lifetime <= LONGEST_TTL:
        raise InvalidError("an exit is kept for a day at most", field="ip_lifetime")
    return int(lifetime.total_seconds()) if lifetime else 0
