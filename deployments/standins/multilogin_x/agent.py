"""The agent on this machine: which browsers run, in which state, and since when."""

import asyncio
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from config.clock import now
from config.errors import SetupError
from deployments.standins.multilogin_x.browsers import (
    AlreadyRunningError,
    BrowserNotStartedError,
    BrowserOrder,
    LocalBrowser,
    ProxyUnreachableError,
    start_browser,
)
from deployments.standins.multilogin_x.browsers.order import Automation
from deployments.standins.multilogin_x.cores import Cores
from deployments.standins.multilogin_x.envelope import INTERNAL, Refusal, problem_of
from deployments.standins.multilogin_x.kept import Document
from deployments.standins.multilogin_x.records import Records
from deployments.standins.multilogin_x.tokens import Caller
from deployments.standins.multilogin_x.words import milliseconds, written

RUNNING, STOPPED, STARTING = "browser_running", "stopped", "start_browser"
CHECKING_PROXY = "validate_proxy"
_FORESEEN = (
    AlreadyRunningError,
    BrowserNotStartedError,
    ProxyUnreachableError,
    SetupError,
)


@dataclass
class BrowserState:
    """What the agent knows of one browser profile since it was itself started."""

    record: Document
    is_quick: bool
    by: str
    state: str
    message: str
    changed_at: datetime
    launched_at: datetime
    unsupported: list[dict[str, str]] = field(default_factory=list)
    browser: LocalBrowser | None = None
    is_saved: bool = False
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once the start has succeeded or failed."""
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once the browser is gone, and nothing of it is left behind."""

    @property
    def is_busy(self) -> bool:
        """Tell whether a browser runs, or is on its way up or down."""
        return self.browser is not None or not self.settled.is_set()

    def turn(self, state: str, message: str = "") -> None:
        """Enter another state."""
        self.state, self.message, self.changed_at = state, message, now()


class Agent:
    """Starts and stops the browsers of this machine; a restart forgets them all."""

    def __init__(
        self, *, records: Records, cores: Cores, machine_id: str, allow_local: bool
    ) -> None:
        self.records = records
        self.cores = cores
        self.machine_id = machine_id
        self._allow_local = allow_local
        self._states: dict[str, BrowserState] = {}
        self._watchers: set[asyncio.Task[None]] = set()

    def find_state(self, browser_profile_id: str) -> BrowserState | None:
        """Return what is known of a browser profile."""
        return self._states.get(browser_profile_id)

    def states_in(self, workspace_id: str) -> list[BrowserState]:
        """Return what is known of every browser profile of a workspace."""
        everything = self._states.values()
        return [one for one in everything if one.record["workspace_id"] == workspace_id]

    def is_busy(self, browser_profile_id: str) -> bool:
        """Tell whether a browser profile is open here, or on its way."""
        known = self._states.get(browser_profile_id)
        return known is not None and known.is_busy

    async def start(
        self,
        caller: Caller,
        record: Document,
        *,
        automation: Automation | None,
        headless: bool,
        is_quick: bool = False,
    ) -> BrowserState:
        """
        Open a browser profile and return its state once the port answers.

        Raises:
            Refusal: It runs already, is locked elsewhere, its core is missing, its
                proxy does not answer, or the browser did not come up.
        """
        # No await before the state is noted: of two at the same instant, one goes on.
        self._check_may_start(caller, record)
        begun = self._begin(caller, record, is_quick=is_quick)
        order = self._order(record, automation=automation, headless=headless)
        try:
            begun.browser = await start_browser(order)
        except _FORESEEN as problem:
            self._note_failure(begun, problem)
            raise _refusal_of(problem) from problem
        except BaseException as problem:
            self._note_failure(begun, problem)
            raise
        finally:
            begun.settled.set()
        begun.unsupported = [asdict(one) for one in begun.browser.unsupported]
        begun.turn(RUNNING, str(begun.browser.port))
        self._watch(begun, begun.browser)
        return begun

    async def stop(self, browser_profile_id: str) -> bool:
        """Close a browser; tell whether one was open."""
        known = self._states.get(browser_profile_id)
        if known is None:
            return False
        await known.settled.wait()
        browser = known.browser
        if browser is None:
            return False
        await browser.stop()
        await known.ended.wait()
        return True

    async def stop_all(self, states: Iterable[BrowserState]) -> None:
        """Close these browsers."""
        await asyncio.gather(*(self.stop(one.record["id"]) for one in list(states)))

    async def close(self) -> None:
        """Close every browser of this machine, and the watchers over them."""
        await self.stop_all(self._states.values())
        await asyncio.gather(*self._watchers, return_exceptions=True)

    async def open_quietly(self, record: Document) -> LocalBrowser:
        """
        Open a stopped browser profile for its data only: no window, no proxy, no page.

        Raises:
            Refusal: It is open, or does not come up.
        """
        flags = {
            **record["parameters"]["flags"],
            "proxy_masking": "disabled",
            "startup_behavior": "custom",
        }
        parameters = {
            **record["parameters"],
            "flags": flags,
            "custom_start_urls": ["about:blank"],
        }
        parameters.pop("proxy", None)
        quiet = {**record, "parameters": parameters}
        order = self._order(quiet, automation="puppeteer", headless=True)
        try:
            return await start_browser(order)
        except _FORESEEN as problem:
            raise _refusal_of(problem) from problem

    def _check_may_start(self, caller: Caller, record: Document) -> None:
        if self.is_busy(record["id"]):
            raise problem_of("PROFILE_ALREADY_RUNNING")
        lock = self.records.find_lock(record["id"])
        is_ours = lock is not None and lock["machine"] == self.machine_id
        if lock is not None and not (is_ours and lock["holder"] == caller.email):
            raise problem_of("LOCK_PROFILE_ERROR")
        self.cores.demand(record["browser_type"])

    def _begin(
        self, caller: Caller, record: Document, *, is_quick: bool
    ) -> BrowserState:
        has_proxy = "proxy" in record["parameters"]
        begun = BrowserState(
            record=record,
            is_quick=is_quick,
            by=caller.email,
            state=CHECKING_PROXY if has_proxy else STARTING,
            message="",
            changed_at=now(),
            launched_at=now(),
        )
        self._states[record["id"]] = begun
        if not is_quick:
            self.records.take_lock(
                record, holder=caller.email, machine=self.machine_id, at=now()
            )
            self.records.note_launch(record, caller, self.machine_id, now())
        return begun

    def _order(
        self, record: Document, *, automation: Automation | None, headless: bool
    ) -> BrowserOrder:
        folder = self.records.data_folder(record["id"])
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        order = BrowserOrder(
            browser_profile_id=record["id"],
            folder=folder,
            browser_type=record["browser_type"],
            os_type=record["os_type"],
            parameters=record["parameters"],
        )
        return replace(
            order,
            automation=automation,
            headless=headless,
            allow_local=self._allow_local,
        )

    def _note_failure(self, begun: BrowserState, problem: BaseException) -> None:
        is_proxy = isinstance(problem, ProxyUnreachableError)
        state = "validate_proxy_error" if is_proxy else "start_browser_error"
        begun.turn(state, str(problem))
        self.records.release_locks([begun.record["id"]])
        if begun.is_quick:
            folder = self.records.data_folder(begun.record["id"])
            shutil.rmtree(folder, ignore_errors=True)

    def _watch(self, begun: BrowserState, browser: LocalBrowser) -> None:
        async def wait() -> None:
            await browser.wait_closed()
            await self._note_end(begun)

        watcher = asyncio.create_task(wait())
        self._watchers.add(watcher)
        watcher.add_done_callback(self._watchers.discard)

    async def _note_end(self, ended: BrowserState) -> None:
        if ended.is_quick and not ended.is_saved:
            folder = self.records.data_folder(ended.record["id"])
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        ended.browser = None
        ended.turn(STOPPED)
        self.records.release_locks([ended.record["id"]])
        ended.ended.set()


def _refusal_of(problem: Exception) -> Refusal:
    if isinstance(problem, ProxyUnreachableError):
        return problem_of("GET_PROXY_CONNECTION_IP_ERROR")
    if isinstance(problem, AlreadyRunningError):
        return problem_of("PROFILE_ALREADY_RUNNING")
    return Refusal(500, INTERNAL, f"browser profile failed to start: {problem}")


def state_row(known: BrowserState, machine_id: str) -> dict[str, Any]:
    """Return a browser's state as the launcher tells it; `unsupported` is ours."""
    record = known.record
    return {
        "browser_type": record["browser_type"],
        "core_version": record["core_version"],
        "folder_id": record["folder_id"],
        "in_use_by": known.by if known.is_busy else "",
        "is_quick": known.is_quick,
        "last_launched_at": written(known.launched_at),
        "last_launched_by": known.by,
        "last_launched_on": machine_id,
        "message": known.message,
        "name": record["name"],
        "profile_id": record["id"],
        "status": known.state,
        "timestamp": milliseconds(known.changed_at),
        "unsupported": known.unsupported,
        "workspace_id": record["workspace_id"],
    }


def count_running(states: Iterable[BrowserState]) -> dict[str, int]:
    """Return how many browsers run, by where their data is kept."""
    running = [one for one in states if one.state == RUNNING]
    regular = [one.record for one in running if not one.is_quick]
    local = sum(one["parameters"]["storage"]["is_local"] for one in regular)
    quick = len(running) - len(regular)
    return {"cloud": len(regular) - local, "local": local, "quick": quick}
