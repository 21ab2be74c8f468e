"""Browser profiles in words."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from config.vocabulary import BrowserState
from tasks.browser_profiles.schemas import ShownProxy
from tasks.clients.multilogin_wishes import FLAG_WORDS
from ui.console.browser_answers import BrowserProfile
from ui.console.browser_rows import WISHES
from ui.console.browser_words import (
    ADVICE,
    FLAG_TITLES,
    START_AGAIN,
    STATE_SIGNS,
    WORD_MEANINGS,
    advice_for,
    counts_in_words,
    flag_title,
    kind_in_words,
    leak_test_in_words,
    lease_in_words,
    proxy_in_words,
    since_in_words,
    state_badge,
    word_with_meaning,
)

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def a_browser_profile(**values: Any) -> BrowserProfile:
    usual = {
        "id": UUID(int=1),
        "name": "Lisbon",
        "folderId": UUID(int=2),
        "state": "stopped",
        "reason": None,
        "stateChangedAt": NOON - timedelta(hours=1),
        "browserType": "mimic",
        "osType": "macos",
        "template": "natural",
        "notes": "",
        "parameters": {
            "flags": {},
            "fingerprint": {},
            "startUrls": [],
            "isLocal": True,
        },
        "proxy": None,
        "createdAt": NOON,
        "updatedAt": NOON,
        "lastStartedAt": NOON,
        "browser": None,
    }
    return BrowserProfile.model_validate(usual | values)


def a_browser(**values: Any) -> dict[str, Any]:
    usual = {
        "seleniumUrl": "http://127.0.0.1:4444",
        "startedAt": NOON,
        "lastSeenAt": NOON,
        "worker": "here",
        "headless": True,
        "leasedBy": None,
        "leasedUntil": None,
        "unsupported": [],
    }
    return usual | values


def test_every_state_has_a_sign_and_says_what_can_be_done() -> None:
    assert set(STATE_SIGNS) == set(WISHES) == set(BrowserState)
    assert "Running" in state_badge("running")
    assert "Asleep" in state_badge("asleep")


def test_counts_name_only_what_there_is() -> None:
    counts = {"stopped": 1_200, "running": 1, "failed": 0}
    assert counts_in_words(counts) == "1 running · 1,200 stopped"
    assert counts_in_words({}) == "none"


def test_every_flag_and_word_is_explained() -> None:
    assert set(FLAG_WORDS) <= set(FLAG_TITLES)
    assert {word for words in FLAG_WORDS.values() for word in words} <= set(
        WORD_MEANINGS
    )
    assert flag_title("teeth_masking") == "Teeth"
    assert word_with_meaning("sometimes") == "sometimes"


def test_every_failure_has_advice() -> None:
    assert advice_for("something new") == START_AGAIN
    assert all(said.endswith(".") for said in ADVICE.values())


def test_a_proxy_is_said_without_its_way_in() -> None:
    proxy = ShownProxy(
        type="socks5", host="p.example", port=1, is_authenticated=True, save_traffic=1
    )
    assert proxy_in_words(None) == "no proxy"
    said = proxy_in_words(proxy).replace("\\", "")
    assert said == "SOCKS5 p.example:1, signs in, no pictures"


def test_since_when_a_browser_is_as_it_is() -> None:
    assert since_in_words(a_browser_profile(), now=NOON) == "stopped 1 h ago"
    fresh = a_browser_profile(lastStartedAt=None)
    assert since_in_words(fresh, now=NOON) == "never started"
    failed = a_browser_profile(state="failed", lastStartedAt=None)
    assert since_in_words(failed, now=NOON) == "tried 1 h ago"
    assert kind_in_words(fresh) == "Mimic on macOS · natural"


def test_a_leak_test_is_told_of_only_if_the_api_does() -> None:
    assert leak_test_in_words(a_browser_profile(), now=NOON) == ""
    untested = a_browser_profile(lastLeakTest=None)
    assert leak_test_in_words(untested, now=NOON) == "leak test: not tested yet"
    test = {"id": UUID(int=3), "at": NOON, "ipLeak": False, "dnsLeak": False}
    tested = a_browser_profile(lastLeakTest=test | {"webrtcLeak": True})
    assert leak_test_in_words(tested, now=NOON) == "leak test: WebRTC leaks, just now"


def test_who_uses_a_browser_is_said_with_the_end() -> None:
    free = a_browser_profile(state="running", browser=a_browser())
    assert lease_in_words(a_browser_profile()) == lease_in_words(free) == ""
    leased = a_browser(leasedBy="campaign run 7", leasedUntil=NOON)
    used = a_browser_profile(state="running", browser=leased)
    assert lease_in_words(used).startswith("campaign run 7 until 22 Nov 2026")


def test_what_this_console_does_not_know_does_no_harm() -> None:
    assert a_browser_profile(somethingNew=1).name == "Lisbon"
