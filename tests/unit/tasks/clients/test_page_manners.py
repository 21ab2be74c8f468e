"""What a host's robots.txt says, and what holds while it says nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.clients.page_answers import PageState
from tasks.clients.page_manners import (
    KEPT_FAILURE_SECONDS,
    HostManners,
    Refusal,
    adapt_pace,
    learn_robots,
    refusal_of,
    seconds_until_turn,
)

RULES = "User-agent: *\nDisallow: /private\n"


def refused(manners: HostManners, path: str) -> Refusal | None:
    return refusal_of(manners, f"https://people.example{path}", user_agent="Muster")


@pytest.mark.parametrize("status", [None, 429, 500, 503])
def test_nothing_is_fetched_of_a_host_whose_rules_were_never_had(
    status: int | None,
) -> None:
    manners = HostManners()
    learn_robots(manners, status=status, text="", now_seconds=10)
    found = refused(manners, "/a")
    assert found is not None
    assert found.state is PageState.LOST, "another time it may be had"
    assert manners.known_until == 10 + KEPT_FAILURE_SECONDS


@pytest.mark.parametrize("status", [None, 429, 503])
def test_rules_that_were_had_hold_on_while_they_cannot_be_had_anew(
    status: int | None,
) -> None:
    manners = HostManners()
    learn_robots(manners, status=200, text=RULES, now_seconds=10)
    learn_robots(manners, status=status, text="", now_seconds=4_000)
    assert refused(manners, "/a") is None
    found = refused(manners, "/private")
    assert found is not None
    assert found.state is PageState.REFUSED_BY_ROBOTS
    assert manners.known_until == 4_000 + KEPT_FAILURE_SECONDS


def test_a_host_that_never_had_rules_goes_on_without_while_it_is_silent() -> None:
    manners = HostManners()
    learn_robots(manners, status=404, text="", now_seconds=10)
    learn_robots(manners, status=None, text="", now_seconds=4_000)
    assert refused(manners, "/a") is None


def test_rules_count_as_soon_as_they_are_had() -> None:
    manners = HostManners()
    learn_robots(manners, status=503, text="", now_seconds=10)
    learn_robots(manners, status=200, text=RULES, now_seconds=80)
    assert refused(manners, "/a") is None
    assert refused(manners, "/private") is not None


def paced(manners: HostManners, latency: float, *, succeeded: bool = True) -> float:
    adapt_pace(
        manners, latency=latency, succeeded=succeeded, wanted_at_once=4, longest=60
    )
    return manners.pace


def test_the_pace_is_what_keeps_the_wanted_requests_in_a_hosts_hand() -> None:
    assert paced(HostManners(), 2.0) == 0.5


def test_a_host_that_gets_slow_slows_us_at_once_and_a_quick_one_by_and_by() -> None:
    manners = HostManners()
    paced(manners, 0.4)
    assert paced(manners, 4.0) == 1.0
    assert paced(manners, 0.4) == pytest.approx(0.55)
    assert paced(manners, 0.4) == pytest.approx(0.325)


def test_an_error_that_comes_quickly_never_makes_us_faster() -> None:
    manners = HostManners()
    paced(manners, 4.0)
    assert paced(manners, 0.001, succeeded=False) == 1.0
    assert paced(manners, 8.0, succeeded=False) == 2.0


@given(latencies=st.lists(st.floats(0, 1e6), min_size=1))
def test_the_pace_never_goes_beyond_its_bounds(latencies: list[float]) -> None:
    manners = HostManners()
    for one in latencies:
        assert min(60, one / 4) <= paced(manners, one) <= 60


def test_who_waits_goes_as_soon_as_the_host_is_well_again() -> None:
    manners = HostManners(pace=4.0, asked_at=100.0)
    assert seconds_until_turn(manners, delay=0.0, now_seconds=101.0) == 3.0
    manners.pace = 0.5
    assert seconds_until_turn(manners, delay=0.0, now_seconds=101.0) < 0
    assert seconds_until_turn(manners, delay=2.0, now_seconds=101.0) == 1.0
    manners.free_at = 110.0
    assert seconds_until_turn(manners, delay=2.0, now_seconds=101.0) == 9.0
