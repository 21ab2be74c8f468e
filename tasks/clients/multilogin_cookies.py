"""Multilogin X's ready cookies: bundles for a browser profile before its first use."""

from collections.abc import Mapping
from http import HTTPMethod, HTTPStatus
from typing import Any

from tasks.clients.multilogin_answers import Told, member, read_many
from tasks.clients.multilogin_door import MultiloginDoor, Wish
from tasks.clients.multilogin_errors import MultiLoginRefusedError

_METADATA = "/api/v1/cookies/metadata"


class CookieSite(Told):
    """A site that there are cookies for."""

    key: str
    value: str = ""


class MultiloginCookies:
    """Source: Multilogin X API, host `cookies.multilogin.com`."""

    def __init__(self, door: MultiloginDoor) -> None:
        self._door = door

    async def websites(self) -> list[CookieSite]:
        """Return the sites that there are cookies for."""
        wish = Wish(HTTPMethod.GET, f"{_METADATA}/websites", may_repeat=True)
        return read_many(CookieSite, (await self._door.ask(wish)).data)

    async def choose(
        self, browser_profile_id: str, *, website: str, second: str = ""
    ) -> None:
        """Say which site's cookies a browser profile gets; the last word counts."""
        body = {"profile_id": browser_profile_id, "target_website": website}
        body |= {"additional_website": second} if second else {}
        try:
            await self._door.ask(Wish(HTTPMethod.POST, _METADATA, body))
        except MultiLoginRefusedError as refused:
            if refused.http_status != HTTPStatus.CONFLICT:
                raise
            await self._door.ask(Wish(HTTPMethod.PUT, _METADATA, body))

    async def bundles(self, browser_profile_id: str) -> list[Mapping[str, Any]]:
        """Return the cookies that are ready for a browser profile, bundle by bundle."""
        path = f"/api/v1/cookies/{browser_profile_id}"
        wish = Wish(
            HTTPMethod.GET, path, may_repeat=True, browser_profile_id=browser_profile_id
        )
        found = member((await self._door.ask(wish)).data, "cookies") or []
        return [one for one in found if isinstance(one, Mapping)]
