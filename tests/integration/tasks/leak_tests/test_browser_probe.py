"""Real Chromium and the real responders: what is seen, and what goes wrong."""

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from pydantic import SecretStr

from config.clock import now
from config.errors import ApplicationError, SetupError
from config.sections.leak_tests import LeakTestsSettings
from config.vocabulary import LeakKind, LeakVerdict
from tasks.clients.leak_page import (
    BrowserDiedError,
    LeakPageSilentError,
    LeakPageUnreachableError,
    run_leak_page,
)
from tasks.clients.leak_responders import (
    NoResponderError,
    ResponderRefusedError,
    ResponderSilentError,
    ResponderUnreadableError,
)
from tasks.leak_tests.browser_probe import probe_browser
from tasks.leak_tests.findings import Findings, ProbeExit
from tasks.leak_tests.network_probe import look_from_home, probe_network
from tasks.leak_tests.schemas import Expected
from tasks.leak_tests.verdict import judge
from tests.fixtures.leak_responders import RunningResponders
from tests.fixtures.local_browsers import open_browser, play
from tests.fixtures.raw_site import open_raw_site

LOOPBACK = ("127.0.0.1", "::1")
OFF = {"flags": {"webrtc_masking": "disabled"}}


@pytest.fixture
def terms(leak_responders: RunningResponders) -> LeakTestsSettings:
    return LeakTestsSettings(
        responder_url=leak_responders.url,
        responder_token=SecretStr(leak_responders.token),
    )


def driven_at(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def verdicts(seen: Findings) -> dict[LeakKind, LeakVerdict]:
    expected = Expected(exit_addresses=LOOPBACK)
    judged = judge(seen, expected, home=None, has_exit=False, now=now())
    return {one.kind: one.verdict for one in judged}


async def handles(url: str) -> list[str]:
    async with httpx.AsyncClient(base_url=url, timeout=20) as client:
        attach: dict[str, Any] = {"capabilities": {"alwaysMatch": {}}}
        opened = (await client.post("/session", json=attach)).json()["value"]
        path = f"/session/{opened['sessionId']}"
        found: list[str] = (await client.get(f"{path}/window/handles")).json()["value"]
        await client.delete(path)
        return found


def test_a_browser_as_it_comes_shows_itself_by_webrtc(
    tmp_path: Path, terms: LeakTestsSettings
) -> None:
    async def steps() -> None:
        async with open_browser(tmp_path) as browser:
            before = await handles(driven_at(browser.port))
            seen = await probe_browser(driven_at(browser.port), terms)
            assert await handles(driven_at(browser.port)) == before
        assert {one.address for one in seen.echoes} == set(LOOPBACK)
        assert seen.page is not None
        assert any(one.type == "srflx" for one in seen.page.candidates)
        assert all(one.mapped_address for one in seen.control)
        assert seen.log is not None
        ours = {one.mapped_port for one in seen.control}
        assert {one.port for one in seen.log.stun} - ours  # the browser's own packets
        found = verdicts(seen)
        assert found[LeakKind.IP] is LeakVerdict.CLEAN
        assert found[LeakKind.WEBRTC] is LeakVerdict.CLEAN
        assert found[LeakKind.DNS] is LeakVerdict.INCONCLUSIVE  # no zone is delegated

    play(steps)


def test_a_browser_whose_webrtc_is_off_shows_nothing_while_the_control_answers(
    tmp_path: Path, terms: LeakTestsSettings
) -> None:
    async def steps() -> None:
        async with open_browser(tmp_path, OFF) as browser:
            seen = await probe_browser(driven_at(browser.port), terms)
        assert seen.page is not None
        assert not seen.page.candidates
        assert seen.page.gathering == "complete"
        assert seen.log is not None
        ours = {one.mapped_port for one in seen.control}
        assert {one.port for one in seen.log.stun} == ours
        assert verdicts(seen)[LeakKind.WEBRTC] is LeakVerdict.CLEAN
        silent = seen.model_copy(update={"control": ()})
        assert verdicts(silent)[LeakKind.WEBRTC] is LeakVerdict.INCONCLUSIVE

    play(steps)


def test_a_browser_that_dies_in_the_midst_is_told_at_once(tmp_path: Path) -> None:
    async def steps() -> None:
        async with open_raw_site() as site, open_browser(tmp_path) as browser:
            # A page that never reports, so that the test is surely under way.
            page = f"http://127.0.0.1:{site.port}/page"
            terms = LeakTestsSettings()
            running = asyncio.create_task(
                run_leak_page(
                    driven_at(browser.port), page, within=4 * terms.browser_timeout
                )
            )
            await asyncio.wait_for(site.asked.wait(), 20)
            await browser.stop()
            with pytest.raises(BrowserDiedError, match="start it again"):
                await asyncio.wait_for(running, 20)

    play(steps)


def test_a_page_that_never_reports_or_never_comes_is_told_apart(tmp_path: Path) -> None:
    async def steps() -> None:
        terms = LeakTestsSettings()
        async with open_raw_site() as site, open_browser(tmp_path) as browser:
            url = driven_at(browser.port)
            with pytest.raises(LeakPageSilentError, match="BROWSER_TIMEOUT"):
                await run_leak_page(
                    url, f"{site.url}/page", within=terms.browser_timeout / 10
                )
            with pytest.raises(LeakPageUnreachableError, match="ERR_"):
                await run_leak_page(
                    url, "http://127.0.0.1:1/", within=terms.browser_timeout
                )
            # The browser is as well as before.
            assert len(await handles(url)) == 1

    play(steps)


def test_a_browser_that_is_not_there_is_told(terms: LeakTestsSettings) -> None:
    with pytest.raises(BrowserDiedError):
        asyncio.run(probe_browser("http://127.0.0.1:1", terms))


def test_responders_that_are_not_ours_or_away_are_told_apart(
    terms: LeakTestsSettings,
) -> None:
    async def steps() -> None:
        async with open_raw_site() as site:
            wrong: dict[type[ApplicationError], dict[str, Any]] = {
                ResponderSilentError: {"responder_url": "http://127.0.0.1:1"},
                ResponderRefusedError: {"responder_token": SecretStr("wrong")},
                ResponderUnreadableError: {"responder_url": site.url},
                NoResponderError: {"responder_url": ""},
            }
            for error, change in wrong.items():
                with pytest.raises(error, match="MUSTER_LEAK_TESTS__RESPONDER"):
                    await probe_network(ProbeExit(), terms.model_copy(update=change))
            away = {"responder_url": "http://127.0.0.1:1"}
            home = await look_from_home(terms.model_copy(update=away))
            assert home.problem
            assert not home.addresses

    play(steps)


@pytest.mark.parametrize("parameters", [{}, OFF])
def test_a_public_echo_and_stun_server_are_enough_for_address_and_webrtc(
    tmp_path: Path,
    terms: LeakTestsSettings,
    leak_responders: RunningResponders,
    parameters: dict[str, Any],
) -> None:
    async def steps() -> None:
        async with httpx.AsyncClient(headers=leak_responders.headers) as client:
            opened = (await client.post(f"{leak_responders.url}/visits")).json()
        stun = next(one for one in opened["stun"] if one["family"] == 4)
        public = {
            "responder_url": "",
            "echo_urls": (opened["echoUrl"],),
            "stun_servers": (f"127.0.0.1:{stun['port']}",),
        }
        known = terms.model_copy(update=public)
        async with open_browser(tmp_path, parameters) as browser:
            seen = await probe_browser(driven_at(browser.port), known)
        assert seen.page is not None
        assert bool(seen.page.candidates) is not bool(parameters)
        found = verdicts(seen)
        assert found[LeakKind.IP] is LeakVerdict.CLEAN
        assert found[LeakKind.WEBRTC] is LeakVerdict.CLEAN
        assert found[LeakKind.DNS] is LeakVerdict.INCONCLUSIVE
        wrong = known.model_copy(update={"stun_servers": ("nowhere",)})
        with pytest.raises(SetupError, match="host:port"):
            await probe_network(ProbeExit(), wrong)

    play(steps)


def test_a_public_echo_knows_the_address_and_nothing_else(
    terms: LeakTestsSettings, leak_responders: RunningResponders
) -> None:
    async def steps() -> None:
        async with httpx.AsyncClient(headers=leak_responders.headers) as client:
            opened = await client.post(f"{leak_responders.url}/visits")
        echo = opened.json()["echoUrl"]
        assert urlsplit(echo).port == leak_responders.http_port
        public = {"responder_url": "", "echo_urls": (echo,)}
        seen = await probe_network(ProbeExit(), terms.model_copy(update=public))
        assert [one.address for one in seen.echoes] == ["127.0.0.1"]
        found = verdicts(seen)
        assert found.pop(LeakKind.IP) is LeakVerdict.CLEAN
        assert found.pop(LeakKind.HEADERS) is LeakVerdict.CLEAN
        assert set(found.values()) == {LeakVerdict.INCONCLUSIVE}

    play(steps)
