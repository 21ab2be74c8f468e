"""Clients of Multilogin attach unchanged, and leave the browser as they found it."""

import asyncio
import os
import signal
import time
from pathlib import Path

import aiohttp
import httpx
import pytest
from playwright.sync_api import sync_playwright
from selenium import webdriver
from selenium.webdriver.common.by import By

from deployments.standins.multilogin_x.browsers.order import Automation
from tests.fixtures.local_browsers import Driver, drive, open_browser, play
from tests.fixtures.raw_site import open_raw_site


def test_selenium_attaches_quits_and_attaches_again(tmp_path: Path) -> None:
    async def steps() -> None:
        async with open_raw_site() as site, open_browser(tmp_path) as browser:

            def visit(driver: Driver) -> str:
                driver.get(f"{site.url}/first")
                return driver.find_element(By.ID, "text").text

            assert await drive(browser, visit) == "here"
            assert not browser.is_closed
            left = await drive(browser, lambda driver: driver.current_url)
            assert left == f"{site.url}/first"

    play(steps)


def test_a_wish_for_another_start_joins_the_open_browser_all_the_same(
    tmp_path: Path,
) -> None:
    options = webdriver.ChromeOptions()
    options.add_argument("--user-data-dir=/nowhere")
    options.add_experimental_option("prefs", {"a": 1})
    options.page_load_strategy = "eager"
    options.timeouts = {"pageLoad": 12_000}

    async def steps() -> None:
        async with open_browser(tmp_path) as browser:
            wished = await drive(browser, lambda one: dict(one.capabilities), options)
            assert wished["pageLoadStrategy"] == "eager"
            assert wished["timeouts"]["pageLoad"] == 12_000
            address = wished["goog:chromeOptions"]["debuggerAddress"]
            assert address == f"127.0.0.1:{browser.cdp_port}"

    play(steps)


def test_two_clients_work_side_by_side(tmp_path: Path) -> None:
    async def steps() -> None:
        async with open_raw_site() as site, open_browser(tmp_path) as browser:

            def visit(driver: Driver) -> str:
                driver.switch_to.new_window("tab")
                driver.get(f"{site.url}/{driver.session_id}")
                assert driver.current_url.endswith(str(driver.session_id))
                title = driver.title
                driver.close()
                return title

            both = [drive(browser, visit) for _ in range(2)]
            assert await asyncio.gather(*both) == ["Site", "Site"]

    play(steps)


def test_the_other_webdriver_goes_through_too(tmp_path: Path) -> None:
    """WebDriver BiDi is a WebSocket; the gateway tells its own address for it."""
    wish = {"capabilities": {"alwaysMatch": {"webSocketUrl": True}}}
    question = {"id": 1, "method": "browsingContext.getTree", "params": {}}

    async def steps() -> None:
        async with (
            open_browser(tmp_path) as browser,
            aiohttp.ClientSession(f"http://127.0.0.1:{browser.port}") as client,
        ):
            async with client.post("/session", json=wish) as answer:
                opened = (await answer.json())["value"]
            address = opened["capabilities"]["webSocketUrl"]
            assert address.startswith(f"ws://127.0.0.1:{browser.port}/")
            async with client.ws_connect(address) as socket:
                await socket.send_json(question)
                told = await socket.receive_json()
                assert told["id"] == 1
                assert len(told["result"]["contexts"]) == 1

    play(steps)


@pytest.mark.parametrize("automation", ["playwright", "puppeteer"])
def test_playwright_attaches_to_what_is_open(
    tmp_path: Path, automation: Automation
) -> None:
    async def steps() -> None:
        async with (
            open_raw_site() as site,
            open_browser(tmp_path, automation=automation) as browser,
        ):
            assert browser.port == browser.cdp_port

            def visit(times: int) -> str:
                with sync_playwright() as playwright:
                    address = f"http://127.0.0.1:{browser.port}"
                    attached = playwright.chromium.connect_over_cdp(address)
                    page = attached.contexts[0].pages[0]
                    if times == 0:
                        page.goto(f"{site.url}/page")
                    where = page.url
                    attached.close()
                    return where

            for times in range(2):
                assert await asyncio.to_thread(visit, times) == f"{site.url}/page"
                assert not browser.is_closed

    play(steps)


def test_a_dead_browser_is_told_of_at_once(tmp_path: Path) -> None:
    """The driver alone would think about it for a minute."""
    script = {"script": "setTimeout(() => {}, 60000)", "args": []}

    async def steps() -> None:
        async with (
            open_browser(tmp_path) as browser,
            httpx.AsyncClient(
                base_url=f"http://127.0.0.1:{browser.port}", trust_env=False, timeout=60
            ) as client,
        ):
            assert (await client.get("/status")).json()["value"]["ready"] is True
            opened = (await client.post("/session", json={"capabilities": {}})).json()
            path = f"/session/{opened['value']['sessionId']}/execute/async"
            hanging = asyncio.create_task(client.post(path, json=script))
            await client.get("/status")
            os.kill(browser.pid, signal.SIGKILL)
            started = time.monotonic()
            assert "error" in (await hanging).json()["value"]
            assert await browser.wait_closed() == -signal.SIGKILL
            refused = (await client.post("/session", json={})).json()
            gone = (await client.get("/status")).json()
            assert time.monotonic() - started < 3
        assert refused["value"]["error"] == "session not created"
        assert gone["value"]["ready"] is False

    play(steps)
