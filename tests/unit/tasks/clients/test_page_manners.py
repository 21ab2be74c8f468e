"""What a host's robots.txt says, and what holds while it says nothing."""

import pytest

from tasks.clients.page_answers import PageState
from tasks.clients.page_manners import (
    KEPT_FAILURE_SECONDS,
    HostManners,
    Refusal,
    learn_robots,
    refusal_of,
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
