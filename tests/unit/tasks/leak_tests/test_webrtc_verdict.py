"""WebRTC: silence is clean only where a control proves that it means something."""

import pytest

from config.vocabulary import LeakKind, LeakVerdict
from tests.factories.leak_findings import (
    EXIT,
    EXIT_RESOLVER,
    HOME,
    HOME6,
    candidate,
    control,
    finding_of,
    findings,
    log,
    page,
    verdict_of,
)

LEAK, CLEAN, UNKNOWN = LeakVerdict.LEAK, LeakVerdict.CLEAN, LeakVerdict.INCONCLUSIVE
WEBRTC = LeakKind.WEBRTC
HIDDEN = "5d9d0a35-1f3f-4d0b-a9b9-0d8a1a9f0b1c.local"


def test_a_blocked_browser_is_clean_if_the_control_answers() -> None:
    assert verdict_of(WEBRTC, findings()) == (CLEAN, ["blocked_by_policy"])


def test_silence_without_a_working_control_is_never_clean() -> None:
    for dead in (control(None), ()):
        seen = findings(control=dead)
        assert verdict_of(WEBRTC, seen) == (UNKNOWN, ["stun_silent"])


def test_a_candidate_of_home_is_a_leak() -> None:
    seen = findings(page=page(candidates=(candidate(HOME),)))
    assert verdict_of(WEBRTC, seen) == (LEAK, ["home_address_shown"])
    assert finding_of(WEBRTC, seen).seen == (HOME,)


def test_a_candidate_of_somebody_else_is_a_leak_too() -> None:
    seen = findings(page=page(candidates=(candidate("198.51.100.9"),)))
    assert verdict_of(WEBRTC, seen) == (LEAK, ["other_address_shown"])


def test_ipv6_of_home_is_a_leak() -> None:
    seen = findings(page=page(candidates=(candidate(EXIT), candidate(f"[{HOME6}]"))))
    assert verdict_of(WEBRTC, seen) == (LEAK, ["home_address_shown"])


def test_what_only_the_stun_server_saw_is_a_leak() -> None:
    seen = findings(log=log(http=(EXIT,), dns=(EXIT_RESOLVER,), stun=(HOME,)))
    assert verdict_of(WEBRTC, seen)[0] is LEAK


def test_our_own_control_packet_is_not_the_browsers() -> None:
    own = control(HOME)[0]
    sighted = log(http=(EXIT,), stun=(HOME,))
    ours = sighted.stun[0].model_copy(update={"port": own.mapped_port})
    seen = findings(log=sighted.model_copy(update={"stun": (ours,)}), control=(own,))
    assert verdict_of(WEBRTC, seen)[0] is CLEAN


def test_an_address_in_the_session_description_is_a_leak() -> None:
    seen = findings(page=page(sdp_addresses=("0.0.0.0", HOME)))  # noqa: S104 - "any"
    assert verdict_of(WEBRTC, seen)[0] is LEAK


def test_a_related_address_is_a_leak() -> None:
    kept = candidate("198.51.100.77", "relay", related_address=HOME)
    assert verdict_of(WEBRTC, findings(page=page(candidates=(kept,))))[0] is LEAK


def test_a_relay_for_the_exit_is_clean() -> None:
    kept = candidate("198.51.100.77", "relay", related_address=EXIT)
    found = verdict_of(WEBRTC, findings(page=page(candidates=(kept,))))
    assert found == (CLEAN, ["only_exit_shown"])


@pytest.mark.parametrize("inner", ["192.168.1.7", "10.8.0.2", "fd00::7", "100.64.1.1"])
def test_an_address_of_an_inner_network_is_a_leak(inner: str) -> None:
    seen = findings(page=page(candidates=(candidate(EXIT), candidate(inner, "host"))))
    assert verdict_of(WEBRTC, seen) == (LEAK, ["local_address_shown"])


@pytest.mark.parametrize("nothing", [HIDDEN, "0.0.0.0", "::", None, ""])  # noqa: S104 - "any"
def test_names_and_any_are_no_addresses(nothing: str | None) -> None:
    seen = findings(page=page(candidates=(candidate(nothing, "host"),)))
    assert verdict_of(WEBRTC, seen) == (CLEAN, ["blocked_by_policy"])


def test_the_exit_itself_is_clean_though_gathering_took_long() -> None:
    shown = page(candidates=(candidate(EXIT),), gathering="timeout")
    assert verdict_of(WEBRTC, findings(page=shown)) == (CLEAN, ["only_exit_shown"])


def test_an_expected_address_is_an_exit_too() -> None:
    seen = findings(page=page(candidates=(candidate("203.0.113.6"),)))
    assert verdict_of(WEBRTC, seen)[0] is LEAK
    found = verdict_of(WEBRTC, seen, exit_addresses=("203.0.113.0/24",))
    assert found == (CLEAN, ["only_exit_shown"])


def test_gathering_that_did_not_end_proves_nothing() -> None:
    seen = findings(page=page(gathering="timeout"))
    assert verdict_of(WEBRTC, seen) == (UNKNOWN, ["gathering_unfinished"])


def test_a_browser_without_webrtc_is_clean() -> None:
    seen = findings(page=page(gathering="unsupported"))
    assert verdict_of(WEBRTC, seen) == (CLEAN, ["webrtc_off"])


def test_a_browser_whose_webrtc_failed_proves_nothing() -> None:
    failed = page(gathering="unsupported", webrtc_error="InvalidAccessError")
    assert verdict_of(WEBRTC, findings(page=failed)) == (UNKNOWN, ["webrtc_failed"])


def test_without_an_exit_seen_nothing_can_be_held_against_it() -> None:
    seen = findings(echoes=(), log=log())
    assert verdict_of(WEBRTC, seen) == (UNKNOWN, ["exit_unknown"])


def test_a_browser_that_told_nothing_is_unknown() -> None:
    assert verdict_of(WEBRTC, findings(page=None)) == (UNKNOWN, ["no_report"])


def test_python_never_knows_what_a_browser_shows() -> None:
    beside = findings(in_browser=False)
    assert verdict_of(WEBRTC, beside) == (
        UNKNOWN,
        ["browser_only", "udp_leaves_beside"],
    )
    within = findings(in_browser=False, control=control(EXIT))
    assert verdict_of(WEBRTC, within) == (UNKNOWN, ["browser_only"])
    dead = findings(in_browser=False, control=control(None))
    assert verdict_of(WEBRTC, dead) == (UNKNOWN, ["browser_only", "stun_silent"])
