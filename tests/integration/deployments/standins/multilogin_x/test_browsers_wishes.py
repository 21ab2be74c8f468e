"""What a browser profile asks for is what a page sees."""

from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.local_browsers import Driver, drive, open_browser, play
from tests.fixtures.raw_site import open_raw_site

IN_PAGE_AND_WORKER = """
const [look, done] = [arguments[0], arguments[arguments.length - 1]];
const worker = new Worker(URL.createObjectURL(new Blob([`postMessage(${look})`])));
worker.onmessage = (told) => done([eval(look), told.data]);
"""
PLACE = """
const done = arguments[arguments.length - 1];
navigator.geolocation.getCurrentPosition(
  (found) => done([found.coords.latitude, found.coords.longitude]),
  (refused) => done(refused.message), {timeout: 5000});
"""
CANDIDATES = """
const done = arguments[arguments.length - 1];
const connection = new RTCPeerConnection();
const seen = [];
connection.createDataChannel('x');
connection.onicecandidate = (found) => {
  if (found.candidate) { seen.push(found.candidate.candidate); } else { done(seen); }
};
connection.createOffer().then((offer) => connection.setLocalDescription(offer));
"""


def seen_in_page_and_worker(folder: Path, look: str, **parameters: Any) -> Any:
    """Return what an expression is in a page and in a worker of it."""
    found: list[Any] = []

    async def steps() -> None:
        async with open_raw_site() as site, open_browser(folder, parameters) as browser:

            def visit(driver: Driver) -> Any:
                driver.get(site.url)
                return driver.execute_async_script(IN_PAGE_AND_WORKER, look)

            found.extend([*await drive(browser, visit), site.requests[0][2]])

    play(steps)
    return found


def test_time_zone_and_language_hold_in_pages_workers_and_headers(
    tmp_path: Path,
) -> None:
    look = (
        "[Intl.DateTimeFormat().resolvedOptions().timeZone, (1234.5).toLocaleString(),"
        " navigator.language, new Date(0).getHours()]"
    )
    page, worker, headers = seen_in_page_and_worker(
        tmp_path,
        look,
        flags={"timezone_masking": "custom", "localization_masking": "custom"},
        fingerprint={
            "timezone": {"zone": "Asia/Tokyo"},
            "localization": {"languages": "de-DE,de", "locale": "de-DE"},
        },
    )
    assert page == worker == ["Asia/Tokyo", "1.234,5", "de-DE", 9]
    assert headers["accept-language"].startswith("de-DE,de;q=")


def test_user_agent_and_cores_hold_in_pages_workers_and_headers(
    tmp_path: Path,
) -> None:
    agent = "Mozilla/5.0 (X11; Linux x86_64) of tests Chrome/156.0.0.0 Safari/537.36"
    page, worker, headers = seen_in_page_and_worker(
        tmp_path,
        "[navigator.userAgent, navigator.hardwareConcurrency]",
        flags={"navigator_masking": "custom"},
        fingerprint={"navigator": {"user_agent": agent, "hardware_concurrency": 12}},
    )
    assert page == worker == [agent, 12]
    assert headers["user-agent"] == agent


def test_a_browser_without_a_window_does_not_say_so(tmp_path: Path) -> None:
    page, worker, headers = seen_in_page_and_worker(tmp_path, "navigator.userAgent")
    assert page == worker == headers["user-agent"]
    assert "Headless" not in page


@pytest.mark.parametrize("ratio", [1.0, 1.25, 2.0])
def test_a_screen_is_as_wide_as_asked(tmp_path: Path, ratio: float) -> None:
    screen = {"width": 1440, "height": 900, "pixel_ratio": ratio}

    async def steps() -> None:
        wishes = {
            "flags": {"screen_masking": "custom"},
            "fingerprint": {"screen": screen},
        }
        look = "return [screen.width, screen.height, devicePixelRatio, outerWidth]"
        async with open_browser(tmp_path, wishes) as browser:
            seen = await drive(browser, lambda one: one.execute_script(look))
            assert seen == [1440, 900, ratio, 1440]
            assert browser.unsupported == ()

    play(steps)


def test_a_place_is_told_without_asking_if_allowed(tmp_path: Path) -> None:
    wishes = {
        "flags": {"geolocation_masking": "custom", "geolocation_popup": "allow"},
        "fingerprint": {"geolocation": {"latitude": 47.5, "longitude": 8.5}},
    }

    async def steps() -> None:
        async with open_raw_site() as site, open_browser(tmp_path, wishes) as browser:

            def visit(driver: Driver) -> Any:
                driver.get(site.url)
                return driver.execute_async_script(PLACE)

            assert await drive(browser, visit) == [47.5, 8.5]

    play(steps)


@pytest.mark.parametrize(
    ("asked", "has_candidates"), [("natural", True), ("disabled", False)]
)
def test_web_rtc_shows_addresses_only_if_it_may(
    tmp_path: Path, asked: str, *, has_candidates: bool
) -> None:
    """With a positive control: a browser whose WebRTC is dead would pass else."""

    async def steps() -> None:
        wishes = {"flags": {"webrtc_masking": asked}}
        async with open_raw_site() as site, open_browser(tmp_path, wishes) as browser:

            def visit(driver: Driver) -> Any:
                driver.get(site.url)
                return driver.execute_async_script(CANDIDATES)

            assert bool(await drive(browser, visit)) == has_candidates

    play(steps)


def test_start_pages_open_and_their_tabs_open_again(tmp_path: Path) -> None:
    async def steps() -> None:
        async with open_raw_site() as site:
            urls = [f"{site.url}/one", f"{site.url}/two"]
            for _ in range(2):
                async with open_browser(
                    tmp_path, {"custom_start_urls": urls}
                ) as browser:
                    assert await drive(browser, open_urls) == urls

    play(steps)


def open_urls(driver: Driver) -> list[str]:
    found = []
    for handle in driver.window_handles:
        driver.switch_to.window(handle)
        found.append(driver.current_url)
    return sorted(found)


def test_a_page_that_opens_by_itself_sees_what_was_asked_for(tmp_path: Path) -> None:
    """The first page too: nothing loads before the emulation is in place."""
    wishes = {
        "flags": {"localization_masking": "custom"},
        "fingerprint": {"localization": {"locale": "fr-FR"}},
    }
    script = "return [window.opener === null, (1234.5).toLocaleString()]"

    async def steps() -> None:
        async with open_raw_site() as site:
            start = {**wishes, "custom_start_urls": [site.url]}
            async with open_browser(tmp_path, start) as browser:
                seen = await drive(browser, lambda one: one.execute_script(script))
                assert seen == [True, "1\u202f234,5"]

    play(steps)


def test_what_is_not_fulfilled_is_told_with_the_browser(tmp_path: Path) -> None:
    wishes = {"flags": {"graphics_masking": "mask", "timezone_masking": "mask"}}

    async def steps() -> None:
        async with open_browser(tmp_path, wishes, os_type="windows") as browser:
            told = {one.flag: one.asked for one in browser.unsupported}
            assert told == {
                "timezone_masking": "mask",
                "graphics_masking": "mask",
                "os_type": "windows",
            }

    play(steps)
