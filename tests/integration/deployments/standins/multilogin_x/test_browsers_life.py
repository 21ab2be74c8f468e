"""A browser ends cleanly, however it ends, and its folder serves again."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest
from selenium.common.exceptions import WebDriverException

from deployments.standins.multilogin_x.browsers import (
    AlreadyRunningError,
    BrowserNotStartedError,
    BrowserOrder,
    start_browser,
    sweep_folders,
)
from tests.fixtures.local_browsers import (
    Driver,
    drive,
    none_left,
    open_browser,
    play,
    processes_of,
)
from tests.fixtures.raw_site import open_raw_site
from tests.shape.sources import CHECKOUT

TRACES = ("SingletonLock", "SingletonSocket", "SingletonCookie", "DevToolsActivePort")


def traces_in(folder: Path) -> list[str]:
    data = folder / "user-data"
    left = [name for name in TRACES if os.path.lexists(data / name)]
    return [*left, *(["record"] if (folder / "browser.json").exists() else [])]


def test_what_a_page_kept_is_there_after_a_stop(tmp_path: Path) -> None:
    def keep(driver: Driver) -> None:
        driver.execute_script(
            "document.cookie = 'name=value; max-age=9999'; localStorage.name = 'kept'"
        )

    async def steps() -> None:
        async with open_raw_site() as site:

            def visit(driver: Driver) -> None:
                driver.get(site.url)
                keep(driver)

            def look(driver: Driver) -> object:
                driver.get(site.url)
                return driver.execute_script(
                    "return [document.cookie, localStorage.name]"
                )

            async with open_browser(tmp_path) as browser:
                await drive(browser, visit)
                await browser.stop()
                assert browser.is_closed
                assert await browser.wait_closed() == 0
                await browser.stop()
            assert await none_left(tmp_path)
            assert traces_in(tmp_path) == []
            async with open_browser(tmp_path) as browser:
                assert await drive(browser, look) == ["name=value", "kept"]

    play(steps)


def test_a_folder_opens_once_however_many_ask(tmp_path: Path) -> None:
    async def steps() -> None:
        order = BrowserOrder("of-tests", tmp_path)
        asked = [start_browser(order) for _ in range(4)]
        found = await asyncio.gather(*asked, return_exceptions=True)
        refused = [one for one in found if isinstance(one, AlreadyRunningError)]
        assert len(refused) == 3
        for one in found:
            if not isinstance(one, BaseException):
                await one.stop()
        async with open_browser(tmp_path):
            pass
        assert await none_left(tmp_path)

    play(steps)


@pytest.mark.parametrize("holder", ["another-host-1", "{host}-4194303"])
def test_a_lock_of_a_dead_or_distant_holder_is_mended(
    tmp_path: Path, holder: str
) -> None:
    data = tmp_path / "user-data"
    data.mkdir()
    lock = data / "SingletonLock"
    lock.symlink_to(holder.format(host=os.uname().nodename))
    (data / "SingletonSocket").symlink_to("/nowhere/SingletonSocket")
    (data / "DevToolsActivePort").write_text("1\n/devtools/browser/none")

    async def steps() -> None:
        async with open_browser(tmp_path) as browser:
            assert str(lock.readlink()).endswith(f"-{browser.pid}")
            assert browser.cdp_port != 1

    play(steps)


def test_a_crash_is_noticed_and_cleaned_up(tmp_path: Path) -> None:
    async def steps() -> None:
        async with open_browser(tmp_path) as browser:
            waiting = asyncio.create_task(browser.wait_closed())
            os.kill(browser.pid, signal.SIGKILL)
            assert await asyncio.wait_for(waiting, 3) == -signal.SIGKILL
            assert browser.is_closed
            assert await none_left(tmp_path, seconds=3)
            assert traces_in(tmp_path) == []

    play(steps)


def test_a_browser_that_a_client_closes_is_noticed_too(tmp_path: Path) -> None:
    async def steps() -> None:
        async with open_browser(tmp_path) as browser:
            with suppress(WebDriverException):  # it may end before it answers
                await drive(
                    browser, lambda one: one.execute_cdp_cmd("Browser.close", {})
                )
            assert await asyncio.wait_for(browser.wait_closed(), 3) == 0

    play(steps)


def test_a_browser_that_hangs_is_ended_without_asking(tmp_path: Path) -> None:
    async def steps() -> None:
        async with open_browser(tmp_path) as browser:
            os.kill(browser.pid, signal.SIGSTOP)
            started = time.monotonic()
            await browser.stop()
            assert time.monotonic() - started < 8
            assert await browser.wait_closed() == -signal.SIGKILL
        assert await none_left(tmp_path, seconds=3)

    play(steps)


def test_a_driver_that_dies_leaves_the_browser_alone(tmp_path: Path) -> None:
    async def steps() -> None:
        async with open_browser(tmp_path) as browser:
            driver = next(
                one
                for one in psutil.Process().children()
                if one.name() == "chromedriver"
            )
            driver.kill()
            await asyncio.to_thread(driver.wait, 3)
            assert not browser.is_closed
            await browser.stop()
            assert await browser.wait_closed() == 0
        assert await none_left(tmp_path)

    play(steps)


@contextmanager
def owner_of(folder: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Hold a browser in a process of its own; give it and the browser's port."""
    owner = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "tests.fixtures.browser_owner", str(folder)],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert owner.stdout is not None
    with owner, owner.stdout:
        try:
            yield owner, int(owner.stdout.readline())
        finally:
            owner.kill()


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_outlives_its_owner(tmp_path: Path, ending: signal.Signals) -> None:
    async def steps() -> None:
        folder = tmp_path / "one"
        with owner_of(folder) as (owner, _port):
            assert len(processes_of(folder)) > 3
            with pytest.raises(AlreadyRunningError):
                await start_browser(BrowserOrder("of-tests", folder))
            assert sweep_folders(tmp_path) == []
            owner.send_signal(ending)
            await asyncio.to_thread(owner.wait, 5)
            started = time.monotonic()
            assert await none_left(folder, seconds=5)
            assert time.monotonic() - started < 5
        assert sweep_folders(tmp_path) == [folder]
        assert traces_in(folder) == []
        assert sweep_folders(tmp_path) == []
        async with open_browser(folder):
            pass

    play(steps)


def test_a_folder_opens_again_the_moment_its_owner_is_dead(tmp_path: Path) -> None:
    async def steps() -> None:
        with owner_of(tmp_path) as (owner, _port):
            owner.kill()
            await asyncio.to_thread(owner.wait, 5)
            async with open_browser(tmp_path) as browser:
                assert await drive(browser, lambda one: one.session_id)

    play(steps)


def test_a_sweep_never_ends_a_process_that_began_at_another_time(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    bystander = subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True
    )
    with bystander:
        record = f'{{"processes": {{"browser": [{bystander.pid}, 1.0]}}}}'
        (folder / "browser.json").write_text(record)
        assert sweep_folders(tmp_path) == [folder]
        assert bystander.poll() is None
        bystander.communicate(b"\n")


def test_a_browser_that_cannot_start_leaves_its_folder_free(tmp_path: Path) -> None:
    (tmp_path / "user-data").mkdir()
    (tmp_path / "user-data" / "Default").mkdir()
    # A folder in the place of a file that Chromium must be able to write.
    (tmp_path / "user-data" / "SingletonLock").mkdir()
    (tmp_path / "user-data" / "SingletonLock" / "x").touch()

    async def steps() -> None:
        with pytest.raises((BrowserNotStartedError, AlreadyRunningError, OSError)):
            await start_browser(BrowserOrder("of-tests", tmp_path))
        assert await none_left(tmp_path)
        wrong = BrowserOrder("of-tests", tmp_path / "two", browser_type="stealthfox")
        with pytest.raises(BrowserNotStartedError):
            await start_browser(wrong)
        async with open_browser(tmp_path / "two"):
            pass

    play(steps)
