"""Multilogin X's agent: start and stop browsers, their state, cookies, transfers."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from http import HTTPMethod
from typing import Any, Literal

import anyio
import httpx

from tasks.clients.multilogin_answers import (
    AgentVersion,
    BrowserStatus,
    BrowserStatuses,
    ProxyPlace,
    StartedBrowser,
    TransferJob,
    member,
    read_many,
    read_one,
    read_started,
)
from tasks.clients.multilogin_door import MultiloginDoor, Wish
from tasks.clients.multilogin_envelope import Answer
from tasks.clients.multilogin_errors import (
    BrowserNotReadyError,
    CoreDownloadingError,
    MultiLoginUnreadableError,
    OutcomeUnknownError,
    ProfileAlreadyStoppedError,
    ProfileUnknownError,
)
from tasks.clients.multilogin_wishes import (
    AutomationType,
    ProxyAddress,
    QuickBrowser,
    quick_body,
)

READY_WITHIN = timedelta(seconds=30)
"""A browser answers 2 to 8 s after its start."""

_LOOK_SECONDS = 0.1
_ANSWER_SECONDS = 5.0


class MultiloginLauncher:
    """
    The agent on this machine, or beside it.

    Source: Multilogin X API, host `launcher.mlx.yt:45001`. Every method may raise
    `AgentNotRunningError`, `MultiLoginAuthError` and a finer `MultiLoginServiceError`.
    """

    def __init__(self, door: MultiloginDoor, *, browser_host: str) -> None:
        self._door, self._browser_host = door, browser_host

    async def version(self) -> AgentVersion:
        """Return which agent answers."""
        return read_one(AgentVersion, await self._door.get("/api/v1/version"))

    async def start(
        self,
        folder_id: str,
        browser_profile_id: str,
        *,
        automation_type: AutomationType = "selenium",
        headless: bool = False,
    ) -> StartedBrowser:
        """
        Start the browser of a browser profile and return where it is driven.

        If no answer comes, its status is asked; it is not started a second time.

        Raises:
            ProfileAlreadyRunningError: It runs; `running` tells where.
            ProfileLockedError: It is open elsewhere.
            CoreDownloadingError: The agent fetches the browser first; see `fetch_core`.
            ProxyConnectionError: Its proxy does not work.
            OutcomeUnknownError: Nobody can say whether it runs; stop it.
        """
        wish = Wish(
            HTTPMethod.GET,
            f"/api/v2/profile/f/{folder_id}/p/{browser_profile_id}/start",
            params={
                "automation_type": automation_type,
                "headless_mode": _word(headless),
            },
            browser_profile_id=browser_profile_id,
        )
        try:
            answer = await self._door.ask(wish)
        except OutcomeUnknownError:
            started = await self.running(browser_profile_id)
            if started is None:
                raise
            return started
        return self._started(answer, browser_profile_id)

    async def running(self, browser_profile_id: str) -> StartedBrowser | None:
        """Return where a running browser is driven, None if it does not run."""
        try:
            found = await self.status(browser_profile_id)
        except ProfileUnknownError:  # not seen since the agent was started
            return None
        if not found.is_running or found.port is None:
            return None
        return StartedBrowser(
            browser_profile_id=browser_profile_id,
            port=found.port,
            webdriver_url=f"http://{self._browser_host}:{found.port}",
            browser_type=found.browser_type,
            is_quick=found.is_quick,
        )

    async def start_quick(
        self,
        wish: QuickBrowser,
        *,
        automation_type: AutomationType = "selenium",
        headless: bool = False,
    ) -> StartedBrowser:
        """
        Start a browser that is thrown away when it is stopped.

        Raises:
            ProxyConnectionError: Its proxy does not work.
            CoreDownloadingError: The agent fetches the browser first.
            InvalidError: A value is one that Multilogin X does not take.
        """
        body = quick_body(wish, automation=automation_type, headless=headless)
        return self._started(await self._post("/api/v3/profile/quick", body), None)

    async def stop(self, browser_profile_id: str) -> bool:
        """Stop a browser; return whether it ran. One that has stopped is a success."""
        path = f"/api/v1/profile/stop/p/{browser_profile_id}"
        try:
            await self._door.get(path, about=browser_profile_id)
        except ProfileAlreadyStoppedError:
            return False
        return True

    async def stop_all(self, kind: Literal["all", "regular", "quick"] = "all") -> None:
        """Stop all browsers of the agent, those of other programs too."""
        await self._door.get("/api/v1/profile/stop_all", {"type": kind})

    async def status(self, browser_profile_id: str) -> BrowserStatus:
        """
        Return where a browser stands.

        Raises:
            ProfileUnknownError: The agent has not seen it since it was started.
        """
        path = f"/api/v1/profile/status/p/{browser_profile_id}"
        data = await self._door.get(path, about=browser_profile_id)
        return read_one(BrowserStatus, data)

    async def statuses(self) -> BrowserStatuses:
        """Return where all browsers stand, and what is being fetched."""
        return read_one(
            BrowserStatuses, await self._door.get("/api/v1/profile/statuses") or {}
        )

    async def quick_statuses(self) -> dict[str, BrowserStatus]:
        """Return where the throw-away browsers stand."""
        data = await self._door.get("/api/v1/profile/quick/statuses")
        states = member(data, "states") or {}
        return {name: read_one(BrowserStatus, one) for name, one in states.items()}

    async def save_quick(self, ids: Sequence[str]) -> None:
        """Keep throw-away browsers as local browser profiles."""
        data = [{"profile_id": one} for one in ids]
        await self._post("/api/v1/profile/quick/save", {"data": data})

    async def loaded_cores(self) -> list[Mapping[str, Any]]:
        """Return the browsers that the agent has on its disk."""
        data = await self._door.get("/api/v1/loaded_browser_cores")
        return [one for one in data or [] if isinstance(one, Mapping)]

    async def load_core(self, browser_type: str, version: int) -> None:
        """Have the agent fetch a browser; one under way is a success."""
        params = {"browser_type": browser_type, "version": version}
        try:
            await self._door.get("/api/v1/load_browser_core", params)
        except CoreDownloadingError:
            return

    async def wait_fetched(
        self, *, longest: timedelta, look_every: timedelta = timedelta(seconds=5)
    ) -> None:
        """
        Wait until the agent fetches nothing any more; start again then.

        Raises:
            CoreDownloadingError: It was not done within `longest`.
        """
        with anyio.move_on_after(longest.total_seconds()):
            while True:
                found = await self.statuses()
                if not any(one.is_fetching for one in found.states.values()):
                    return
                await anyio.sleep(look_every.total_seconds())
        raise CoreDownloadingError(retry_after_seconds=longest.total_seconds())

    async def validate_proxy(self, proxy: ProxyAddress) -> ProxyPlace:
        """
        Return where the world takes us to be behind a proxy.

        Raises:
            ProxyConnectionError: It does not work.
        """
        told = proxy.as_sent()
        del told["save_traffic"]
        answer = await self._post("/api/v1/proxy/validate", told)
        return read_one(ProxyPlace, answer.data)

    async def import_cookies(
        self,
        folder_id: str,
        browser_profile_id: str,
        cookies: Sequence[Mapping[str, Any]],
        *,
        with_premade: bool = False,
    ) -> None:
        """Put cookies into a browser profile that does not run."""
        wish = {
            "profile_id": browser_profile_id,
            "folder_id": folder_id,
            "import_advanced_cookies": with_premade,
            "cookies": json.dumps(list(cookies)),
        }
        await self._post("/api/v1/cookie_import", wish, about=browser_profile_id)

    async def export_cookies(
        self, folder_id: str, browser_profile_id: str
    ) -> list[Mapping[str, Any]]:
        """Return the cookies of a browser profile."""
        wish = {"profile_id": browser_profile_id, "folder_id": folder_id}
        path = "/api/v1/cookie_export"
        answer = await self._post(path, wish, about=browser_profile_id)
        try:
            cookies = json.loads(member(answer.data, "cookies") or "[]")
        except (TypeError, ValueError):
            raise MultiLoginUnreadableError from None
        return list(cookies or [])

    async def export_profile(self, browser_profile_id: str) -> TransferJob:
        """Have the agent write a browser profile into a file on its own disk."""
        path = f"/api/v1/profile/{browser_profile_id}/export"
        answer = await self._post(path, {}, about=browser_profile_id)
        return read_one(TransferJob, answer.data)

    async def export_status(self, export_id: str) -> TransferJob:
        """Return how far an export is."""
        path = f"/api/v1/profile/exports/{export_id}/status"
        return read_one(TransferJob, await self._door.get(path))

    async def exports(self) -> list[TransferJob]:
        """Return the exports since the agent was started."""
        data = await self._door.get("/api/v1/profile/exports/statuses")
        return read_many(TransferJob, member(data, "statuses"))

    async def import_profile(self, path: str, *, is_local: bool = True) -> TransferJob:
        """Have the agent make a browser profile out of a file on its own disk."""
        wish = {"import_path": path, "is_local": is_local}
        answer = await self._post("/api/v1/profile/import", wish)
        return read_one(TransferJob, answer.data)

    async def import_status(self, import_id: str) -> TransferJob:
        """Return how far an import is."""
        path = f"/api/v1/profile/imports/{import_id}/status"
        return read_one(TransferJob, await self._door.get(path))

    def _started(
        self, answer: Answer, browser_profile_id: str | None
    ) -> StartedBrowser:
        return read_started(answer, browser_profile_id, browser_host=self._browser_host)

    async def _post(
        self, path: str, body: Mapping[str, Any], *, about: str | None = None
    ) -> Answer:
        wish = Wish(HTTPMethod.POST, path, body, browser_profile_id=about)
        return await self._door.ask(wish)


async def wait_ready(
    browser: StartedBrowser,
    *,
    automation_type: AutomationType = "selenium",
    within: timedelta = READY_WITHIN,
) -> None:
    """
    Wait until a started browser's port answers as it should.

    Source: W3C WebDriver, section 8.3 (`GET /status`); Chrome DevTools, HTTP endpoints.

    Raises:
        BrowserNotReadyError: It did not within the time.
    """
    is_driver = automation_type == "selenium"
    path = "/status" if is_driver else "/json/version"
    async with httpx.AsyncClient(
        base_url=browser.webdriver_url,
        timeout=_ANSWER_SECONDS,
        verify=False,  # noqa: S501 - plain HTTP to this machine
        trust_env=False,
    ) as client:
        with anyio.move_on_after(within.total_seconds()):
            while True:
                if await _answers(client, path, is_driver=is_driver):
                    return
                await anyio.sleep(_LOOK_SECONDS)
    raise BrowserNotReadyError(browser_profile_id=browser.browser_profile_id)


async def _answers(client: httpx.AsyncClient, path: str, *, is_driver: bool) -> bool:
    try:
        answer = await client.get(path)
        told = answer.json() if answer.is_success else None
    except (httpx.TransportError, ValueError):
        return False
    if is_driver:
        return bool(member(member(told, "value"), "ready"))
    return bool(member(told, "webSocketDebuggerUrl"))


def _word(is_so: bool) -> str:  # noqa: FBT001 - a switch is all it is about
    return "true" if is_so else "false"
