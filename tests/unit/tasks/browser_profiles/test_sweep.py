"""What is done about a browser, by what registry and agent say of it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from config.vocabulary import BrowserState
from tasks.browser_profiles.schemas import KnownBrowserProfile, OpenBrowser
from tasks.browser_profiles.sweep import (
    SeenBrowser,
    Step,
    SweepTerms,
    decide_sweep,
)

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LIMIT = timedelta(minutes=3)
LONG, LATELY = timedelta(minutes=3), timedelta(minutes=2)
HERE, ELSEWHERE = "here", "elsewhere"
ONE = UUID(int=1)
TERMS = SweepTerms(worker=HERE, silence_limit=LIMIT, now=NOON)
UP, MOVED = SeenBrowser(4000), SeenBrowser(4001)
SILENT = SeenBrowser(4000, is_answering=False)
COMING, BY_HAND = SeenBrowser(None, is_on_its_way=True), SeenBrowser(None)

STARTING, RUNNING = BrowserState.STARTING, BrowserState.RUNNING
STOPPING, FAILED = BrowserState.STOPPING, BrowserState.FAILED


def known(
    state: BrowserState,
    *,
    worker: str = HERE,
    ago: timedelta = LATELY,
    leased_until: datetime | None = None,
) -> OpenBrowser:
    return OpenBrowser(
        browser_profile_id=ONE,
        state=state,
        worker=worker,
        port=4000 if state is RUNNING else None,
        selenium_url=None,
        started_at=None,
        state_changed_at=NOON - ago,
        last_seen_at=NOON - ago,
        leased_until=leased_until,
        unsupported=(),
    )


def decide(
    registry: OpenBrowser | None,
    seen: SeenBrowser | None,
    *,
    state: BrowserState = RUNNING,
    is_held: bool = False,
    terms: SweepTerms = TERMS,
) -> Step | None:
    steps = decide_sweep(
        [registry] if registry else [],
        {ONE: KnownBrowserProfile(ONE, uuid4(), "One", state, 1)},
        {ONE: seen} if seen else {},
        held={ONE} if is_held else set(),
        terms=terms,
    )
    assert len(steps) <= 1
    return steps[0].step if steps else None


@pytest.mark.parametrize(
    ("state", "seen", "ago", "step"),
    [
        (STARTING, UP, LATELY, Step.ADOPT),
        (STARTING, COMING, LATELY, Step.WAIT),
        (STARTING, COMING, LONG, Step.STOP),
        (STARTING, SILENT, LATELY, Step.WAIT),
        (STARTING, None, LATELY, Step.GONE),
        (RUNNING, UP, LONG, Step.SEEN),
        (RUNNING, MOVED, LATELY, Step.ADOPT),
        (RUNNING, SILENT, LATELY, Step.WAIT),
        (RUNNING, SILENT, LONG, Step.STOP),
        (RUNNING, BY_HAND, LONG, Step.STOP),
        (RUNNING, None, LATELY, Step.GONE),
        (STOPPING, UP, LATELY, Step.STOP),
        (STOPPING, None, LATELY, Step.GONE),
    ],
)
def test_a_browser_of_this_machine(
    state: BrowserState, seen: SeenBrowser | None, ago: timedelta, step: Step
) -> None:
    assert decide(known(state, ago=ago), seen) is step


@pytest.mark.parametrize("state", [STARTING, RUNNING, STOPPING])
@pytest.mark.parametrize("seen", [UP, COMING, None])
def test_what_somebody_is_at_is_left_alone(
    state: BrowserState, seen: SeenBrowser | None
) -> None:
    assert decide(known(state, ago=LONG), seen, is_held=True) is Step.WAIT


@pytest.mark.parametrize(("ago", "step"), [(LATELY, Step.WAIT), (LONG, Step.GONE)])
def test_a_browser_elsewhere_is_given_up_after_a_long_silence(
    ago: timedelta, step: Step
) -> None:
    assert decide(known(RUNNING, worker=ELSEWHERE, ago=ago), None) is step


def test_a_browser_that_was_thought_elsewhere_and_is_here_is_taken_in() -> None:
    assert decide(known(RUNNING, worker=ELSEWHERE), UP) is Step.ADOPT


@pytest.mark.parametrize(("ago", "step"), [(LATELY, Step.WAIT), (LONG, Step.GONE)])
def test_while_the_agent_is_away_nothing_is_given_up_too_soon(
    ago: timedelta, step: Step
) -> None:
    away = TERMS._replace(agent_answers=False)
    assert decide(known(RUNNING, ago=ago), None, terms=away) is step


@pytest.mark.parametrize(
    ("until", "step"),
    [
        (NOON + timedelta(seconds=1), Step.SEEN),
        (NOON, Step.STOP),
        (NOON - timedelta(days=1), Step.STOP),
    ],
)
def test_a_browser_is_stopped_when_its_lease_is_over(
    until: datetime, step: Step
) -> None:
    assert decide(known(RUNNING, leased_until=until), UP) is step


@pytest.mark.parametrize(
    ("state", "seen", "step"),
    [
        (BrowserState.STOPPED, UP, Step.ADOPT),
        (BrowserState.CRASHED, UP, Step.ADOPT),
        (BrowserState.STOPPED, BY_HAND, Step.WAIT),
        (BrowserState.STOPPED, COMING, Step.WAIT),
        (FAILED, UP, Step.STOP),
        (FAILED, COMING, Step.STOP),
    ],
)
def test_a_browser_that_the_registry_lacks(
    state: BrowserState, seen: SeenBrowser, step: Step
) -> None:
    assert decide(None, seen, state=state) is step


def test_a_browser_that_is_not_ours_is_left_alone() -> None:
    steps = decide_sweep([], {}, {ONE: UP}, held=set(), terms=TERMS)
    assert steps == []


def test_every_step_that_does_something_says_why() -> None:
    for state in (STARTING, RUNNING, STOPPING):
        for seen in (UP, MOVED, SILENT, COMING, BY_HAND, None):
            for step in decide_sweep(
                [known(state, ago=LONG)],
                {},
                {ONE: seen} if seen else {},
                held=set(),
                terms=TERMS,
            ):
                is_quiet = step.step in {Step.WAIT, Step.SEEN}
                assert bool(step.reason.message) is not is_quiet
