"""Exits, leak tests and tunnels in words."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from config.vocabulary import (
    LeakKind,
    LeakScope,
    LeakSubject,
    LeakVerdict,
    TunnelProtocol,
    TunnelState,
)
from tasks.leak_tests.schemas import LastLeakTest, SubjectShown
from ui.console.cloak_answers import CloakStatus, LeakTest, Tunnel
from ui.console.cloak_words import (
    KIND_TITLES,
    PROTOCOLS,
    SCOPES,
    STATE_SIGNS,
    SUBJECTS,
    VERDICT_SIGNS,
    as_sentence,
    bytes_in_words,
    every_in_words,
    exit_in_words,
    finding_in_words,
    kind_title,
    last_test_in_words,
    main_findings,
    other_findings,
    others_in_words,
    protocol_in_words,
    state_badge,
    status_in_words,
    subject_in_words,
    took_in_words,
    tunnel_facts,
    verdict_badge,
)

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def a_finding(kind: str, verdict: str, *reasons: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "verdict": verdict,
        "seen": ["203.0.113.5"],
        "means": "what a web server saw",
        "reasons": [{"code": "a_code", "message": one} for one in reasons],
        "tookMs": 12.5,
    }


def a_leak_test(**values: Any) -> LeakTest:
    usual: dict[str, Any] = {
        "id": UUID(int=1),
        "ipLeak": False,
        "dnsLeak": None,
        "webrtcLeak": True,
        "verdict": "leak",
        "passed": False,
        "scope": "browser",
        "subject": {"kind": "browser_profile", "id": UUID(int=2), "name": "Lisbon"},
        "expected": {},
        "findings": [],
        "fix": ["webrtc"],
        "exitAddress": "203.0.113.5",
        "exitCountry": "PT",
        "problem": None,
        "startedAt": NOON,
        "tookMs": 640,
        "details": {},
    }
    return LeakTest.model_validate(usual | values)


def a_tunnel(**values: Any) -> dict[str, Any]:
    return {"location": "berlin", "state": "connected", "protocol": "openvpn"} | values


def test_every_word_of_the_vocabulary_has_a_sign() -> None:
    assert set(VERDICT_SIGNS) == set(LeakVerdict)
    assert set(KIND_TITLES) == set(LeakKind)
    assert set(SUBJECTS) == set(LeakSubject)
    assert set(SCOPES) == set(LeakScope)
    assert set(STATE_SIGNS) == set(TunnelState)
    assert set(PROTOCOLS) == set(TunnelProtocol)


def test_a_word_that_is_new_is_shown_as_it_is() -> None:
    assert "Odd" in verdict_badge("odd")
    assert "Asleep" in state_badge("asleep")
    assert kind_title("battery_level") == "Battery level"
    assert protocol_in_words("ikev2") == "ikev2"
    assert protocol_in_words(None) == ""


def test_a_verdict_is_said_in_a_word_and_not_by_colour_alone() -> None:
    words = {sign.word for sign in VERDICT_SIGNS.values()}
    icons = {sign.icon for sign in VERDICT_SIGNS.values()}
    assert words == {"Leak", "Clean", "Could not tell"}
    assert len(icons) == 3


def test_three_lines_stand_even_where_nothing_was_found() -> None:
    found = main_findings(a_leak_test())
    assert [one.kind for one in found] == ["ip", "dns", "webrtc"]
    assert [one.verdict for one in found] == ["clean", "inconclusive", "leak"]
    assert finding_in_words(found[1]) == "It was not looked at."
    assert finding_in_words(found[0]) == ""


def test_a_line_says_why() -> None:
    test = a_leak_test(
        findings=[
            a_finding("webrtc", "leak", "the home address <192.0.2.7> was seen", "b"),
            a_finding("ip", "clean"),
        ]
    )
    address, _, webrtc = main_findings(test)
    said = finding_in_words(webrtc).replace("\\", "")
    assert said == "The home address <192.0.2.7> was seen. B."
    assert finding_in_words(address).replace("\\", "") == "Seen: 203.0.113.5."


def test_what_leaks_beside_the_three_is_named() -> None:
    found = [
        a_finding("timezone", "leak", "x"),
        a_finding("headers", "clean"),
        a_finding("locale", "inconclusive"),
    ]
    test = a_leak_test(findings=found)
    assert len(other_findings(test)) == 3
    assert others_in_words(test).endswith("**time zone**.")
    assert others_in_words(a_leak_test()) == ""


def test_a_subject_is_named() -> None:
    direct = SubjectShown(kind=LeakSubject.DIRECT)
    proxy = SubjectShown(kind=LeakSubject.PROXY, name="socks5://p.example:1")
    assert subject_in_words(direct) == "Direct exit"
    assert subject_in_words(proxy) == "Proxy socks5://p.example:1"


def test_an_exit_is_address_and_country_as_far_as_known() -> None:
    assert exit_in_words("203.0.113.5", "DE").replace("\\", "") == (
        "exit **203.0.113.5** (DE)"
    )
    assert exit_in_words("203.0.113.5", None).endswith("5**")
    assert exit_in_words(None, "DE") == "exit not known"


def test_the_state_of_the_vpn_is_one_line() -> None:
    off = CloakStatus(connected=False, tunnels=(Tunnel(location="b", state="failed"),))
    assert "No tunnel is connected" in status_in_words(off)
    up = CloakStatus.model_validate(
        {
            "connected": True,
            "exitIp": "203.0.113.5",
            "exitCountry": "DE",
            "tunnels": [a_tunnel(), a_tunnel(location="oslo", state="connecting")],
        }
    )
    said = status_in_words(up).replace("\\", "")
    assert "Connected" in said
    assert said.endswith("**berlin**, exit **203.0.113.5** (DE)")


def test_facts_of_a_tunnel_leave_out_what_nobody_knows() -> None:
    bare = Tunnel.model_validate(a_tunnel())
    assert tunnel_facts(bare, now=NOON) == {"Protocol": "OpenVPN"}
    full = a_tunnel(
        endpoint="198.51.100.1:1194",
        checkedAt=NOON - timedelta(minutes=2),
        receivedBytes=1_234_567,
        sentBytes=0,
    )
    facts = tunnel_facts(Tunnel.model_validate(full), now=NOON)
    assert facts["Server"] == "`198.51.100.1:1194`"
    assert facts["Exit last seen"] == "2 min ago"
    assert facts["Received"] == "1.2 MB"
    assert facts["Sent"] == "0 B"


@pytest.mark.parametrize(
    ("count", "said"),
    [(None, ""), (12, "12 B"), (3_400, "3.4 kB"), (5_000_000_000_000, "5,000.0 GB")],
)
def test_amounts_of_data(count: int | None, said: str) -> None:
    assert bytes_in_words(count) == said


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (15, "every 15 min"),
        (60, "every hour"),
        (90, "every 90 min"),
        (360, "every 6 hours"),
        (1_440, "every day"),
        (10_080, "every week"),
    ],
)
def test_how_often_something_is_repeated(minutes: int, said: str) -> None:
    assert every_in_words(minutes) == said


def test_how_long_something_took() -> None:
    assert took_in_words(12.4) == "12 ms"
    assert took_in_words(2_400) == "2.4 s"


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ((False, False, False), "clean, just now"),
        ((False, False, True), "WebRTC leaks, just now"),
        ((True, None, True), "address, WebRTC leak, just now"),
        ((False, None, False), "no leak found, could not tell about DNS, just now"),
    ],
)
def test_the_last_leak_test_in_a_few_words(
    shown: tuple[bool | None, ...], said: str
) -> None:
    ip_leak, dns_leak, webrtc_leak = shown
    test = LastLeakTest(
        id=UUID(int=1),
        at=NOON,
        ip_leak=ip_leak,
        dns_leak=dns_leak,
        webrtc_leak=webrtc_leak,
    )
    assert last_test_in_words(test, now=NOON) == said
    assert last_test_in_words(None, now=NOON) == "not tested yet"


def test_a_message_is_a_sentence() -> None:
    assert as_sentence("no tunnel is up") == "No tunnel is up."
    assert as_sentence("Really?") == "Really?"


def test_what_this_console_does_not_know_does_no_harm() -> None:
    assert a_leak_test(somethingNew=1).took_ms == 640
