"""Multilogin X's cloud: folders, browser profiles, locks, the workspace, places."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from http import HTTPMethod
from typing import Any, Literal

import anyio
from pydantic import SecretStr

from config.clock import now
from config.errors import InvalidError
from tasks.clients.multilogin_answers import (
    BrowserProfileRow,
    Folder,
    Place,
    PlanRestrictions,
    Workspace,
    WorkspaceFigures,
    created_by_wish,
    member,
    read_ids,
    read_many,
    read_one,
)
from tasks.clients.multilogin_door import MultiloginDoor, Wish
from tasks.clients.multilogin_errors import (
    MultiLoginRefusedError,
    MultiLoginUnreachableError,
    MultiLoginUnreadableError,
    OutcomeUnknownError,
    ProfileUnknownError,
)
from tasks.clients.multilogin_wishes import (
    MOST_AT_ONCE,
    BrowserProfileChanges,
    NewBrowserProfile,
    create_body,
    partial_body,
    whole_update,
)

PAGE = 100
LARGEST_OFFSET = 10_000
LONGEST_SEARCH_TEXT = 50
MOST_TO_MOVE = 20

_CLOCKS_APART = timedelta(minutes=5)
_LOOKS = 3
_LOOK_SECONDS = 2.0
"""What was made can be found after some 2 s."""

AutomationTokenPeriod = Literal[
    "1h", "3h", "5h", "16h", "24h", "48h", "1w", "2w", "3w", "1mo", "no_exp"
]


class MultiloginCloud:
    """
    What an account has at Multilogin X, in the workspace of its token.

    Source: Multilogin X API, host `api.multilogin.com`. Every method may raise
    `MultiLoginAuthError` and a finer `MultiLoginServiceError`.
    """

    def __init__(self, door: MultiloginDoor, *, folder_name: str) -> None:
        self._door, self._folder_name = door, folder_name
        self._default_folder: str | None = None

    async def folders(self) -> list[Folder]:
        """Return the folders of the workspace."""
        data = await self._door.get("/workspace/folders")
        return read_many(Folder, member(data, "folders"))

    async def default_folder(self) -> str:
        """
        Return the id of the folder we work in, asked for once.

        It is the one that is called as the setting says, else the first; if there is
        none, it is made.
        """
        if self._default_folder is None:
            found = await self.folders()
            ours = [one for one in found if one.name == self._folder_name] or found
            if ours:
                self._default_folder = ours[0].id
            else:
                self._default_folder = await self.create_folder(self._folder_name)
        return self._default_folder

    async def create_folder(self, name: str, *, comment: str = "") -> str:
        """Make a folder and return its id; never repeated by itself."""
        wish = {"name": name, "comment": comment}
        data = await self._post("/workspace/folder_create", wish)
        found = member(data, "id") or member(data, "folder_id")
        if not found:
            raise MultiLoginUnreadableError
        return str(found)

    async def remove_folders(self, ids: Sequence[str]) -> None:
        """Remove folders; what becomes of what is in them is not documented."""
        self._default_folder = None
        await self._post("/workspace/folders_remove", {"ids": list(ids)})

    async def create_browser_profiles(
        self, wish: NewBrowserProfile, *, times: int = 1
    ) -> list[str]:
        """
        Make browser profiles of one kind and return their ids.

        If no answer comes, they are looked for by their name before anything is sent
        again, so the name must not be used for another wish; see `unique_name`.

        Raises:
            InvalidError: A value is one that Multilogin X does not take.
            OutcomeUnknownError: Nobody can say how many were made.
        """
        body, since = create_body(wish, times=times), now() - _CLOCKS_APART
        try:
            return await self._create(body)
        except MultiLoginUnreachableError:
            found = await self._look_for(wish, times, since)
        if not found:
            found = await self._create(body)
        if len(found) != times:
            raise OutcomeUnknownError(
                f"{len(found)} browser profiles named {wish.name!r} are there instead "
                f"of {times}; look at them in Multilogin X"
            )
        return found

    async def search(
        self,
        folder_id: str | None = None,
        *,
        text: str = "",
        in_bin: bool = False,
    ) -> list[BrowserProfileRow]:
        """
        Return all browser profiles, of all pages.

        Args:
            folder_id: Only those in this folder.
            text: Only those whose name holds it; 50 characters count.
            in_bin: Those in the bin, instead of the others.

        Raises:
            MultiLoginRefusedError: There are more than 10,100; name a folder.
        """
        wish: dict[str, Any] = {
            "is_removed": in_bin,
            "limit": PAGE,
            "search_text": text[:LONGEST_SEARCH_TEXT],
            "storage_type": "all",
            "order_by": "created_at",
            "sort": "asc",
        }
        if folder_id:
            wish["folder_id"] = folder_id
        found: dict[str, BrowserProfileRow] = {}
        for offset in range(0, LARGEST_OFFSET + 1, PAGE):
            data = await self._read("/profile/search", wish | {"offset": offset})
            rows = read_many(BrowserProfileRow, member(data, "profiles"))
            found.update((row.id, row) for row in rows)
            if len(rows) < PAGE:
                return list(found.values())
        raise MultiLoginRefusedError(
            "there are more browser profiles than Multilogin X lists; name a folder"
        )

    async def metas(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        """Return everything that is kept of browser profiles, proxy passwords too."""
        if not ids:
            return []
        data = await self._read("/profile/metas", {"ids": list(ids)})
        rows = member(data, "profiles") or []
        if not all(isinstance(row, dict) and row.get("id") for row in rows):
            raise MultiLoginUnreadableError
        return list(rows)

    async def update(
        self, browser_profile_id: str, changes: BrowserProfileChanges
    ) -> None:
        """
        Change a browser profile: read it, change it, write it back as a whole.

        Raises:
            ProfileUnknownError: There is none of this id.
            InvalidError: A value is one that Multilogin X does not take.
        """
        metas = await self.metas([browser_profile_id])
        found = [one for one in metas if one["id"] == browser_profile_id]
        if not found:
            raise ProfileUnknownError(browser_profile_id=browser_profile_id)
        body = whole_update(found[0], changes)
        await self._post("/profile/update", body, about=browser_profile_id)

    async def partial_update(
        self, browser_profile_id: str, changes: BrowserProfileChanges
    ) -> None:
        """Change parts of a browser profile without reading it; see `partial_body`."""
        body = partial_body(browser_profile_id, changes)
        await self._post("/profile/partial_update", body, about=browser_profile_id)

    async def remove(self, ids: Sequence[str], *, permanently: bool = True) -> None:
        """Remove browser profiles; those in the bin still count against the plan."""
        if ids:
            wish = {"ids": list(ids), "permanently": permanently}
            await self._post("/profile/remove", wish)

    async def restore(self, ids: Sequence[str]) -> None:
        """Take browser profiles out of the bin."""
        if ids:
            await self._post("/profile/restore", {"ids": list(ids)})

    async def move(self, ids: Sequence[str], *, folder_id: str) -> None:
        """Move browser profiles to a folder, 20 at a time."""
        for first in range(0, len(ids), MOST_TO_MOVE):
            portion = list(ids[first : first + MOST_TO_MOVE])
            wish = {"dest_folder_id": folder_id, "ids": portion}
            await self._post("/profile/move", wish)

    async def clone(self, browser_profile_id: str, *, times: int = 1) -> list[str]:
        """Copy a browser profile and return the ids; never repeated by itself."""
        if not 1 <= times <= MOST_AT_ONCE:
            raise InvalidError(f"from 1 to {MOST_AT_ONCE} at once", field="times")
        wish = {"profile_id": browser_profile_id, "times": times}
        data = await self._post("/profile/clone", wish, about=browser_profile_id)
        return read_ids(data)

    async def summary(self, browser_profile_id: str) -> Mapping[str, Any]:
        """Return the fingerprint that a browser profile will start with."""
        params = {"meta_id": browser_profile_id}
        data = await self._door.get(
            "/profile/summary", params, about=browser_profile_id
        )
        return data if isinstance(data, Mapping) else {}

    async def locked_ids(self) -> list[str]:
        """Return the browser profiles that are open somewhere, or were left so."""
        return read_ids(await self._door.get("/bpds/profile/locked_profile_ids"))

    async def unlock(self, ids: Sequence[str]) -> None:
        """
        Take the locks off some browser profiles; only where nobody else has them open.

        The ids are sent both ways that are known: without any, all would be unlocked.

        Raises:
            InvalidError: There are no ids.
        """
        if not ids:
            raise InvalidError("name the browser profiles to unlock", field="ids")
        wish = Wish(
            HTTPMethod.GET,
            "/bpds/profile/unlock_profiles",
            {"ids": list(ids)},
            params={"ids": list(ids)},
            may_repeat=True,
        )
        await self._door.ask(wish)

    async def statistics(self) -> WorkspaceFigures:
        """Return how much of the plan is used."""
        return read_one(WorkspaceFigures, await self._door.get("/workspace/statistics"))

    async def restrictions(self) -> PlanRestrictions:
        """Return what the plan allows, the rate limit among it."""
        return read_one(
            PlanRestrictions, await self._door.get("/workspace/restrictions")
        )

    async def workspaces(self) -> list[Workspace]:
        """Return the workspaces that the account is let into."""
        data = await self._door.get("/user/workspaces")
        return read_many(Workspace, member(data, "workspaces"))

    async def automation_token(
        self, period: AutomationTokenPeriod = "24h"
    ) -> SecretStr:
        """Return a new automation token; needs a plan that has automation."""
        params = {"expiration_period": period}
        data = await self._door.get("/workspace/automation_token", params)
        if not member(data, "token"):
            raise MultiLoginUnreadableError
        return SecretStr(str(member(data, "token")))

    async def regions(self, country: str, *, limit: int = PAGE) -> list[Place]:
        """Return the regions of a country (two letters) that proxies are in."""
        params = {"country_code": country, "limit": limit}
        data = await self._door.get("/proxynm/locations/regions", params)
        return read_many(Place, member(data, "regions"))

    async def cities(self, region: str, *, limit: int = PAGE) -> list[Place]:
        """Return the cities of a region that proxies are in."""
        params = {"region_code": region, "limit": limit}
        data = await self._door.get("/proxynm/locations/cities", params)
        return read_many(Place, member(data, "cities"))

    async def _create(self, body: Mapping[str, Any]) -> list[str]:
        ids = read_ids(await self._post("/profile/create", body))
        if not ids:
            raise MultiLoginUnreadableError
        return ids

    async def _look_for(
        self, wish: NewBrowserProfile, times: int, since: datetime
    ) -> list[str]:
        """Return what was made after all, looking until all of it is there."""
        found: list[str] = []
        for look in range(_LOOKS):
            if look:
                await anyio.sleep(_LOOK_SECONDS)
            rows = await self.search(wish.folder_id, text=wish.name)
            found = created_by_wish(rows, name=wish.name, since=since)
            if len(found) >= times:
                break
        return found

    async def _read(self, path: str, body: Mapping[str, Any]) -> Any:
        """Ask for something by a POST that changes nothing."""
        wish = Wish(HTTPMethod.POST, path, body, may_repeat=True)
        return (await self._door.ask(wish)).data

    async def _post(
        self, path: str, body: Mapping[str, Any], *, about: str | None = None
    ) -> Any:
        wish = Wish(HTTPMethod.POST, path, body, browser_profile_id=about)
        return (await self._door.ask(wish)).data
