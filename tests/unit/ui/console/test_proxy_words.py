"""Proxies in words."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from config.vocabulary import (
    AccountSessionStatus,
    PinPolicy,
    ProxyProtocol,
    ProxyState,
    ProxyVerb,
)
from tasks.proxies.rotation_schemas import ProxyStanding
from tasks.proxies.rotation_terms import Outcome
from tasks.proxies.schemas import (
    AttemptAnswer,
    CheckAnswer,
    ImportAnswer,
    PinAnswer,
    RefusedLine,
)
from ui.console.proxy_answers import KnownProxy
from ui.console.proxy_verbs import BUTTONS
from ui.console.proxy_words import (
    OUTCOME_SIGNS,
    POLICIES,
    PROTOCOLS,
    SESSION_SIGNS,
    STATE_SIGNS,
    VERB_DONE,
    VERBS,
    address_of,
    attempt_in_words,
    budget_in_words,
    budget_left,
    check_in_words,
    check_result_in_words,
    counts_in_words,
    errors_in_words,
    exit_of,
    import_in_words,
    kind_in_words,
    outcome_sign,
    pin_badge,
    pin_in_words,
    standing_in_words,
    state_badge,
    success_in_words,
    way_in_in_words,
    why_out_in_words,
)

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def a_proxy(**values: Any) -> KnownProxy:
    usual = {
        "id": 7,
        "ip": "192.0.2.1",
        "port": 3128,
        "username": None,
        "password": None,
        "is_active": True,
        "total_requests": 0,
        "failed_requests": 0,
        "requests_this_hour": 0,
        "error_count": 0,
        "created_at": NOON,
        "updated_at": NOON,
        "protocol": "http",
        "country": None,
        "region": None,
        "city": None,
        "tags": (),
        "notes": "",
        "source": "person",
        "state": "active",
        "disabled_reason": None,
        "retired_at": None,
        "exit_address": None,
        "exit_country": None,
        "check_latency_ms": None,
        "check_error": None,
        "checked_at": None,
        "sessions": (),
        "pins": 0,
        "something_newer": True,
    }
    return KnownProxy.model_validate(usual | values)


def a_standing(**values: Any) -> ProxyStanding:
    usual = {
        "proxy_id": 7,
        "score": 1.25,
        "latency_ms": 240,
        "success_chance": 0.93,
        "in_flight": 1,
        "failures_in_row": 0,
        "cooling_until": None,
        "on_trial": False,
        "budget_left_this_hour": 300,
    }
    return ProxyStanding.model_validate(usual | values)


def a_pin(**values: Any) -> PinAnswer:
    usual = {
        "account_session_id": 3,
        "proxy_id": 7,
        "proxy_state": "active",
        "browser_profile_id": None,
        "policy": "person",
        "patience_minutes": 30,
        "waits": False,
        "moving_to": None,
        "down_since": None,
        "moved_at": None,
        "created_at": NOON,
    }
    return PinAnswer.model_validate(usual | values)


def a_check(**values: Any) -> CheckAnswer:
    usual = {
        "proxy_id": 7,
        "ok": True,
        "latency_ms": 120,
        "exit_address": None,
        "exit_country": None,
        "error": None,
        "message": None,
        "checked_at": NOON,
    }
    return CheckAnswer.model_validate(usual | values)


def test_every_word_has_its_sign_and_every_verb_its_button() -> None:
    assert set(STATE_SIGNS) == set(VERBS) == set(ProxyState)
    assert set(SESSION_SIGNS) == set(AccountSessionStatus)
    assert set(OUTCOME_SIGNS) == set(Outcome)
    assert set(PROTOCOLS) == set(ProxyProtocol)
    assert set(POLICIES) == set(PinPolicy)
    assert set(BUTTONS) == set(VERB_DONE) == set(ProxyVerb)
    assert {verb for verbs in VERBS.values() for verb in verbs} == set(ProxyVerb)


def test_a_state_is_shown_by_icon_word_and_colour() -> None:
    assert state_badge("draining") == (
        ":orange-badge[:material/hourglass_bottom: Draining]"
    )
    assert state_badge("new word") == ":gray-badge[:material/help: New word]"
    assert outcome_sign("new word").word == "New word"


def test_an_address_is_written_as_one_types_it() -> None:
    assert address_of(a_proxy()) == "192.0.2.1:3128"
    assert address_of(a_proxy(ip="2001:db8::1")) == "[2001:db8::1]:3128"


def test_counts_name_the_states_there_are() -> None:
    counts = {ProxyState.RETIRED: 1, ProxyState.ACTIVE: 1_200, ProxyState.DRAINING: 0}
    assert counts_in_words(counts) == "1,200 in use · 1 retired"
    assert counts_in_words({}) == "none"


def test_what_a_proxy_is_stands_in_one_line() -> None:
    full = a_proxy(protocol="socks5", country="PT", city="Lisbon", tags=("may", "a"))
    assert kind_in_words(full) == "SOCKS5 · PT, Lisbon · #may #a"
    assert kind_in_words(a_proxy()) == "HTTP"


def test_why_a_proxy_is_not_given_out_is_a_sentence() -> None:
    assert why_out_in_words(a_proxy(), now=NOON) == ""
    disabled = a_proxy(state="disabled", disabled_reason="20 failures in a row")
    assert why_out_in_words(disabled, now=NOON) == "20 failures in a row."
    draining = a_proxy(state="draining")
    assert why_out_in_words(draining, now=NOON).startswith("It is given to nobody new")
    retired = a_proxy(state="retired", retired_at=NOON - timedelta(hours=2))
    assert why_out_in_words(retired, now=NOON) == "Retired 2 h ago."


def test_the_share_of_success_is_never_rounded_up_to_all() -> None:
    assert success_in_words(a_proxy()) == "not used yet"
    some = a_proxy(total_requests=1_204, failed_requests=36)
    assert success_in_words(some) == "97 % success of 1,204 requests"
    most = a_proxy(total_requests=1_204, failed_requests=1)
    assert success_in_words(most) == "over 99 % success of 1,204 requests"
    every = a_proxy(total_requests=1)
    assert success_in_words(every) == "100 % success of 1 request"
    assert errors_in_words(every) == ""
    assert errors_in_words(a_proxy(error_count=2)) == "2 failures in a row"


def test_the_last_test_says_how_it_ended_and_when() -> None:
    assert check_in_words(a_proxy(), now=NOON) == "not tested yet"
    then = NOON - timedelta(minutes=3)
    fine = a_proxy(checked_at=then, check_latency_ms=1_120)
    assert check_in_words(fine, now=NOON) == "answered in 1,120 ms, 3 min ago"
    failed = a_proxy(checked_at=then, check_error="no answer")
    assert "test failed 3 min ago" in check_in_words(failed, now=NOON)
    assert exit_of(fine) == ""
    seen = a_proxy(exit_address="192.0.2.9", exit_country="PT")
    assert exit_of(seen).replace("\\", "") == "exit **192.0.2.9** (PT)"


def test_what_is_left_of_the_budget_is_the_hosts_word_if_it_is_known() -> None:
    used = a_proxy(requests_this_hour=8)
    assert budget_left(used, per_hour=720) == 712
    assert budget_left(used, per_hour=5) == 0
    assert budget_left(used, per_hour=720, standing=a_standing()) == 300
    assert budget_in_words(712, per_hour=720) == "712 of 720 left this hour"
    assert budget_in_words(0, per_hour=720).startswith(":orange[")


def test_a_standing_shows_its_score_and_what_it_is_made_of() -> None:
    said = standing_in_words(a_standing(), now=NOON)
    assert said == "Score **1.2 s** · 93 % chance · 240 ms · 1 in flight"
    out = a_standing(
        success_chance=0.2,
        failures_in_row=3,
        cooling_until=NOON + timedelta(seconds=40),
        on_trial=True,
    )
    said = standing_in_words(out, now=NOON)
    assert ":red[20 %] chance" in said
    assert "3 failures in a row" in said
    assert "cools down for 40 s" in said
    assert "on trial" in said
    poor = standing_in_words(a_standing(success_chance=0.6), now=NOON)
    assert ":orange[60 %] chance" in poor


def test_a_test_tells_what_it_found_and_what_it_could_not_see() -> None:
    seen = check_result_in_words(a_check(exit_address="192.0.2.9", exit_country="PT"))
    assert seen.replace("\\", "") == (
        "**It works**, and answered in 120 ms; exit **192.0.2.9** (PT)."
    )
    assert "Where it leaves was not seen" in check_result_in_words(a_check())
    failed = check_result_in_words(a_check(ok=False, message="it is silent"))
    assert failed.replace("\\", "") == "**It does not work.** It is silent."


def test_a_list_tells_what_came_of_it() -> None:
    refused = (RefusedLine(line=3, message="it is nothing"),)
    found = ImportAnswer(added=(1, 2), known=1, refused=refused)
    assert import_in_words(found) == (
        "**2 proxies added**, 1 known already, and left as they are, 1 line refused."
    )
    assert import_in_words(ImportAnswer(added=(1,), known=0, refused=())) == (
        "**1 proxy added**."
    )


def test_how_one_signs_in_is_told_without_the_password() -> None:
    assert way_in_in_words(a_proxy()) == "without a user name"
    assert way_in_in_words(a_proxy(username="me")) == "me, without a password"
    both = way_in_in_words(a_proxy(username="me", password="p@ss"))
    assert both == "me, with a password"


def test_a_pin_tells_what_it_holds_and_who_moves_it() -> None:
    alone = pin_in_words(a_pin(), browser=None)
    assert alone.endswith("pinned without a browser; only a person moves it")
    held = a_pin(browser_profile_id=UUID(int=1), policy="same_country")
    said = pin_in_words(held, browser="Lisbon <b>")
    assert "with browser profile Lisbon \\<b\\>" in said
    assert "moved within the country after 30 minutes out of use" in said
    assert pin_badge(a_pin()) == ""
    assert "Waits" in pin_badge(a_pin(waits=True, moving_to=7))
    assert "Moving to proxy 8" in pin_badge(a_pin(waits=True, moving_to=8))


def test_a_request_tells_host_outcome_time_and_when() -> None:
    one = AttemptAnswer(
        id=UUID(int=1),
        proxy_id=7,
        host="a.example",
        at=NOON - timedelta(minutes=2),
        outcome="blocked",
        latency_ms=1_300,
        why={},
    )
    said = attempt_in_words(one, now=NOON).replace("\\", "")
    assert "The host refused this proxy" in said
    assert "**a.example** :gray[:small[2 min ago · 1,300 ms]]" in said
    silent = one.model_copy(update={"latency_ms": None})
    assert attempt_in_words(silent, now=NOON).endswith("2 min ago]]")
