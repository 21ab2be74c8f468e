"""
A browser over WebDriver, sent to the page of a leak test in a tab of its own.

Source: W3C WebDriver, sections 8 (sessions), 10 (navigation), 11 (contexts) and 13
(scripts). What the person or program at the browser has open is left alone.
"""

import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, NamedTuple

import anyio
import httpx
from pydantic import Field, ValidationError

from config.errors import UnreachableError, UnreadableError
from tasks.clients.leak_page_script import ASK_HERE
from tasks.clients.leak_responders import Echo, Told

_GOODBYE_SECONDS = 5.0
_LOOK_SECONDS = 0.05
_ATTACH = {
    "capabilities": {
        # Neither wait for a page that is loading, nor answer a question it asks.
        "alwaysMatch": {
            "pageLoadStrategy": "none",
            "unhandledPromptBehavior": "ignore",
        }
    }
}
_LOOK = """
const url = location.href;
const isError = url.startsWith('chrome-error:') || url.startsWith('about:neterror');
const html = isError && document.documentElement
  ? document.documentElement.outerHTML : '';
const words = html.match(/ERR_[A-Z_]+/g);
const report = window.musterLeakReport;
return {
  url, isError, word: words ? words[words.length - 1] : '',
  status: (performance.getEntriesByType('navigation')[0] || {}).responseStatus || 0,
  isLoaded: document.readyState === 'complete',
  report: report && report.done ? report : null,
};
"""
_BLANK = "about:blank"
_NO_WORD = ("", "ERR_INTERNET_DISCONNECTED")  # the latter stands on every error page
_LARGEST_REPORT = 200
_FAULT = 400


class BrowserDiedError(UnreachableError):
    """The browser ended, or stopped answering, in the course of a leak test."""

    code = "browser_silent"

    def __init__(self, why: str = "it does not answer") -> None:
        super().__init__(
            f"the browser ended during the leak test ({why}); start it again, then "
            "test again"
        )


class LeakPageUnreachableError(UnreachableError):
    """The browser answers, and could not open the responder's page."""

    code = "leak_page_unreachable"

    def __init__(self, why: str) -> None:
        super().__init__(
            f"the browser could not open the leak test's page ({why}); see that its "
            "proxy works, and that it may reach the responder"
        )


class LeakPageSilentError(UnreachableError):
    """The page opened, and did not come to its end in time."""

    code = "leak_page_silent"

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"the leak test's page did not come to its end within {seconds:g} s; test "
            "again, or raise MUSTER_LEAK_TESTS__BROWSER_TIMEOUT"
        )


class LeakPageUnreadableError(UnreadableError):
    """The page said something that is no report."""

    code = "leak_page_unreadable"

    def __init__(self) -> None:
        super().__init__(
            "the leak test's page gave no report that can be read; see that the "
            "responder is of the same version as Muster"
        )


class Candidate(Told):
    """An ICE candidate, as the browser offered it to the page."""

    type: str = ""
    address: str | None = None
    related_address: str | None = None
    protocol: str | None = None
    port: int | None = None


class Place(Told):
    """Where the browser says that it is."""

    latitude: float
    longitude: float


class PageReport(Told):
    """What the page of a leak test found out in the browser."""

    done: bool = False
    echo: Echo | None = None
    echo6: Echo | None = None
    candidates: tuple[Candidate, ...] = ()
    sdp_addresses: tuple[str, ...] = ()
    gathering: str = "unsupported"
    webrtc_error: str | None = None
    timezone: str | None = None
    timezone_offset: int | None = None
    languages: tuple[str, ...] = ()
    locale: str | None = None
    geolocation: Place | None = None
    geolocation_error: str | None = None
    names_asked: int = 0
    user_agent: str = ""
    took_ms: dict[str, float | None] = Field(default_factory=dict)


class _Tab(NamedTuple):
    client: httpx.AsyncClient
    path: str

    async def ask(self, method: str, place: str, body: Any = None) -> Any:
        path = f"{self.path}{place}"
        try:
            if method == "POST":
                answer = await self.client.post(path, json=body or {})
            else:
                answer = await self.client.request(method, path)
        except httpx.TransportError as silent:
            raise BrowserDiedError from silent
        return _told(answer)


async def run_leak_page(
    webdriver_url: str,
    page_url: str,
    *,
    within: timedelta,
    driver_session_id: str | None = None,
    stun_servers: Sequence[str] | None = None,
) -> PageReport:
    """
    Open the page of a leak test in a browser and return what it found out.

    Args:
        webdriver_url: Where the browser is driven.
        page_url: The page of an open visit.
        within: Longest wait for the page's report.
        driver_session_id: A WebDriver session to work in, which stays; None: one is
            attached, as with a browser profile's port, and let go at the end.
        stun_servers: The page is a public echo, which makes no report: it is asked by a
            script of ours, with these STUN servers.

    Raises:
        BrowserDiedError: The browser does not answer, or ended meanwhile.
        LeakPageUnreachableError: It could not open the page.
        LeakPageSilentError: The page made no report in time.
        LeakPageUnreadableError: What it reported cannot be read.
    """
    seconds = within.total_seconds()
    async with (
        httpx.AsyncClient(
            base_url=webdriver_url,
            timeout=seconds,
            verify=False,  # noqa: S501 - plain HTTP to this machine
            trust_env=False,
        ) as client,
        _attached(client, driver_session_id) as path,
        _own_tab(_Tab(client, path)) as tab,
    ):
        await tab.ask("POST", "/url", {"url": page_url})
        with anyio.move_on_after(seconds):
            return await _await_report(tab, stun_servers)
        raise LeakPageSilentError(seconds)


async def _await_report(tab: _Tab, stun_servers: Sequence[str] | None) -> PageReport:
    has_asked = stun_servers is None
    while True:
        found = await tab.ask("POST", "/execute/sync", {"script": _LOOK, "args": []})
        if not isinstance(found, dict):  # its page, or the browser, is going away
            found = {}
        if found.get("report") is not None:
            return _read_report(found["report"])
        word = str(found.get("word") or "")
        if found.get("isError") and word not in _NO_WORD:
            raise LeakPageUnreachableError(word)
        status = int(found.get("status") or 0)
        if found.get("isLoaded") and status >= _FAULT:
            raise LeakPageUnreachableError(f"the answer was {status}")
        is_there = found.get("isLoaded") and not found.get("isError")
        if not has_asked and is_there and str(found.get("url")) != _BLANK:
            servers = [f"stun:{one}" for one in stun_servers or ()]
            asked = {"script": ASK_HERE, "args": [servers]}
            await tab.ask("POST", "/execute/sync", asked)
            has_asked = True
        await anyio.sleep(_LOOK_SECONDS)


def _read_report(told: Any) -> PageReport:
    try:
        report = PageReport.model_validate(told)
    except ValidationError as odd:
        raise LeakPageUnreadableError from odd
    if max(len(report.candidates), len(report.sdp_addresses)) > _LARGEST_REPORT:
        raise LeakPageUnreadableError
    return report


@asynccontextmanager
async def _attached(
    client: httpx.AsyncClient, driver_session_id: str | None
) -> AsyncGenerator[str]:
    if driver_session_id is not None:
        yield f"/session/{driver_session_id}"
        return
    opened = await _Tab(client, "").ask("POST", "/session", _ATTACH)
    if not isinstance(opened, dict) or not opened.get("sessionId"):
        raise BrowserDiedError("it took no session")
    path = f"/session/{opened['sessionId']}"
    try:
        yield path
    finally:
        # It only detaches: the browser was there before us and stays.
        with anyio.CancelScope(shield=True), anyio.move_on_after(_GOODBYE_SECONDS):
            await _ignore_end(_Tab(client, path), "DELETE", "")


@asynccontextmanager
async def _own_tab(driver: _Tab) -> AsyncGenerator[_Tab]:
    before = await driver.ask("GET", "/window")
    made = await driver.ask("POST", "/window/new", {"type": "tab"})
    if not isinstance(made, dict) or not made.get("handle"):
        raise BrowserDiedError("it opened no tab")
    await driver.ask("POST", "/window", {"handle": made["handle"]})
    try:
        yield driver
    finally:
        with anyio.CancelScope(shield=True), anyio.move_on_after(_GOODBYE_SECONDS):
            if await _ignore_end(driver, "DELETE", "/window"):
                await _ignore_end(driver, "POST", "/window", {"handle": before})


async def _ignore_end(tab: _Tab, method: str, place: str, body: Any = None) -> bool:
    try:
        await tab.ask(method, place, body)
    except BrowserDiedError:
        return False
    return True


def _told(answer: httpx.Response) -> Any:
    try:
        value = answer.json()["value"]
    except (ValueError, KeyError, TypeError):
        raise BrowserDiedError("its driver answers in an unknown form") from None
    if answer.is_success:
        return value
    said = value if isinstance(value, dict) else {}
    network = re.search(r"net::(ERR_[A-Z_]+)", str(said.get("message") or ""))
    if network:
        raise LeakPageUnreachableError(network[1])
    raise BrowserDiedError(str(said.get("error") or "its driver refused"))
