"""How proxies stand, and why one was chosen, in words."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tasks.proxies.rotation_schemas import HostStanding, ProxyStanding
from tasks.proxies.schemas import AttemptAnswer
from ui.console.proxy_rotation_words import (
    attempt_in_words,
    candidate_rows,
    host_in_words,
    host_of,
    outcome_badge,
    part_rows,
    standing_row,
)

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NAMES = {1: "192.0.2.1:3128", 2: "192.0.2.2:3128"}
PARTS = {
    "latency": 0.4,
    "in_flight": 2.0,
    "waiting": 1.2,
    "success_chance": 0.975,
    "failure_cost": 0.6,
}


def an_attempt(**why: Any) -> AttemptAnswer:
    return AttemptAnswer(
        id=UUID(int=1),
        proxy_id=1,
        host="a.example",
        at=NOON,
        outcome="success",
        latency_ms=420,
        why=why,
    )


def drawn(*ids: int) -> list[dict[str, float]]:
    return [{"proxy_id": one, "score": one * 1.8} for one in ids]


def a_standing(**values: Any) -> ProxyStanding:
    usual: dict[str, Any] = {
        "proxy_id": 1,
        "score": 1.234,
        "latency_ms": 400,
        "success_chance": 0.9754,
        "in_flight": 2,
        "failures_in_row": 0,
        "cooling_until": None,
        "on_trial": False,
        "budget_left_this_hour": 700,
    }
    return ProxyStanding.model_validate(usual | values)


def test_the_best_of_those_drawn_was_taken() -> None:
    attempt = an_attempt(score=1.8, parts=PARTS, trial=False, candidates=drawn(3, 1, 2))
    assert attempt_in_words(attempt, NAMES) == (
        "3 proxies were drawn, and 192.0.2.1:3128 was expected to take the shortest: "
        "1.8 s. Of that, 1.2 s is for its answer behind 2 requests under way and "
        "0.60 s for the risk of a failed try: 192.0.2.1:3128 had a chance of success "
        "of 97.5 %."
    )
    assert candidate_rows(attempt, NAMES) == [
        {"Proxy": "192.0.2.1:3128", "Score": "1.8 s", "Choice": "taken"},
        {"Proxy": "192.0.2.2:3128", "Score": "3.6 s", "Choice": ""},
        {"Proxy": "proxy 3", "Score": "5.4 s", "Choice": ""},
    ]
    assert [row["Value"] for row in part_rows(attempt)] == [
        *("0.40 s", "2", "1.2 s", "97.5 %", "0.60 s", "1.8 s")
    ]


def test_a_trial_and_the_only_one_say_so() -> None:
    trial = an_attempt(score=9.0, parts=PARTS, trial=True, candidates=drawn(1))
    assert "tried whether it works again" in attempt_in_words(trial, NAMES)
    only = an_attempt(score=9.0, parts=PARTS, trial=False, candidates=drawn(1))
    assert "was the only one that could go" in attempt_in_words(only, NAMES)


@pytest.mark.parametrize("why", [{}, {"score": 1.0}, {"parts": {}}])
def test_an_attempt_that_tells_nothing_is_told_as_such(why: dict[str, Any]) -> None:
    attempt = an_attempt(**why)
    said = "Nothing was noted about why 192.0.2.1:3128 was taken."
    assert attempt_in_words(attempt, NAMES) == said
    assert candidate_rows(attempt, NAMES) == []


def test_parts_of_an_earlier_version_are_shown_as_far_as_they_go() -> None:
    attempt = an_attempt(score=1.5, parts={"latency": 0.5})
    assert attempt_in_words(attempt, NAMES) == ""
    assert [row["Value"] for row in part_rows(attempt)] == ["0.50 s", "1.5 s"]


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({}, "Ready"),
        ({"on_trial": True}, "On trial"),
        ({"budget_left_this_hour": 0}, "Has spent its budget"),
        (
            {"cooling_until": NOON + timedelta(seconds=185), "on_trial": True},
            "Cools down until 12:03:05 UTC (in 3 min 05 s)",
        ),
    ],
)
def test_a_proxy_is_ready_or_says_why_not(values: dict[str, Any], state: str) -> None:
    row = standing_row(a_standing(**values), NAMES, now=NOON)
    assert row["State"] == state
    assert row["Proxy"] == "192.0.2.1:3128"
    assert row["Expected, s"] == 1.23
    assert row["Chance of success, %"] == 97.5


def test_a_host_that_fails_through_all_is_told_of() -> None:
    until = NOON + timedelta(seconds=12)
    standing = HostStanding(
        host="a.example", common_mode_until=until, slowed_until=until, proxies=()
    )
    common, slowed = host_in_words(standing, now=NOON)
    assert "a.example fails through all proxies" in common
    assert "until 12:00:12 UTC (in 12 s) no proxy is blamed" in common
    assert "asked slowly" in slowed
    well = standing.model_copy(update={"common_mode_until": None, "slowed_until": None})
    assert host_in_words(well, now=NOON) == []


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("a.example", "a.example"),
        (" A.Example ", "a.example"),
        ("https://me@a.example:8443/people?page=2", "a.example:8443"),
        ("192.0.2.7", "192.0.2.7"),
        ("no host", None),
        ("https://", None),
        ("http://[", None),
    ],
)
def test_a_host_is_found_in_what_is_typed(typed: str, host: str | None) -> None:
    assert host_of(typed) == host


def test_an_outcome_that_is_new_is_kept_as_it_is() -> None:
    assert "Ghosted" in outcome_badge("ghosted")
