"""How long Multilogin X is left alone before a repeat, and how many come at once."""

from datetime import UTC, datetime, timedelta

import pytest

from tasks.clients.multilogin_envelope import Host
from tasks.clients.multilogin_errors import (
    AgentNotRunningError,
    MultiLoginAuthError,
    MultiLoginBusyError,
    MultiLoginError,
    MultiLoginRefusedError,
    MultiLoginUnreachableError,
    Said,
)
from tasks.clients.multilogin_pace import bucket_terms, wait_before_repeat

TEN_PAST = datetime(2026, 5, 1, 12, 0, 10, tzinfo=UTC)


def wait(
    failure: MultiLoginError,
    *,
    tries: int = 1,
    host: Host = Host.CLOUD,
    chance: float = 0.0,
) -> float | None:
    return wait_before_repeat(
        failure, tries_made=tries, host=host, now=TEN_PAST, chance=chance
    )


def out_of_order(status: int | None) -> MultiLoginUnreachableError:
    return MultiLoginUnreachableError(said=Said("", status, ""))


def test_what_it_asks_for_is_waited_and_never_less() -> None:
    busy = MultiLoginBusyError(retry_after_seconds=7)
    assert wait(busy) == 7
    assert wait(busy, chance=0.5) == 7.5


def test_without_a_word_the_next_window_is_waited_for() -> None:
    assert wait(MultiLoginBusyError()) == 50
    assert wait(MultiLoginBusyError(), host=Host.PROXY) == 1


@pytest.mark.parametrize("status", [501, 502, 503, 504, None])
def test_what_passes_is_tried_again_later_and_later(status: int | None) -> None:
    waits = [wait(out_of_order(status), tries=tries, chance=1) for tries in range(1, 8)]
    assert waits == [0.5, 1, 2, 4, 8, 8, 8]
    assert wait(out_of_order(status), chance=0) == 0.25


@pytest.mark.parametrize(
    "failure",
    [
        out_of_order(500),
        MultiLoginRefusedError(said=Said("", 400, "")),
        MultiLoginAuthError(said=Said("", 401, "")),
    ],
)
def test_what_does_not_pass_is_not_tried_again(failure: MultiLoginError) -> None:
    assert wait(failure) is None


def test_an_agent_that_is_silent_is_not_asked_again() -> None:
    assert wait(AgentNotRunningError(), host=Host.LAUNCHER) is None
    assert wait(out_of_order(None), host=Host.LAUNCHER) is None
    assert wait(out_of_order(503), host=Host.LAUNCHER) is not None


@pytest.mark.parametrize("per_minute", [1, 2, 4, 5, 7, 50, 100, 1_000])
def test_no_minute_holds_more_than_the_limit(per_minute: int) -> None:
    burst, step = bucket_terms(per_minute)
    just_within = timedelta(seconds=60) - timedelta(microseconds=1)
    assert burst + just_within // step <= per_minute
    assert burst >= 1
    assert step > timedelta(0)


def test_a_busy_error_says_when_to_come_again() -> None:
    busy = MultiLoginBusyError()
    busy.ask_again_in(12)
    assert busy.details == {"retryAfter": 12}
    assert busy.retry_after_seconds == 12
