"""Pure: registry, agent and browsers compared; what is to be done about each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from config.vocabulary import BrowserState
from tasks.browser_profiles.schemas import KnownBrowserProfile, OpenBrowser, Reason


class Step(StrEnum):
    """What is to be done about a browser."""

    WAIT = "wait"
    SEEN = "seen"
    ADOPT = "adopt"
    STOP = "stop"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class SeenBrowser:
    """What the agent says of a browser, and whether its port answers."""

    port: int | None
    """None as long as it is on its way, or if it cannot be driven."""

    is_on_its_way: bool = False
    is_answering: bool = True


class SweepTerms(NamedTuple):
    """From where, when and how patiently it is looked."""

    worker: str
    silence_limit: timedelta
    now: datetime
    agent_answers: bool = True


class SweepStep(NamedTuple):
    """A step with its reason, in words for a person."""

    browser_profile_id: UUID
    step: Step
    reason: Reason


ENDED = Reason(error="browser_gone", message="the browser has ended by itself")
SILENT_PORT = Reason(
    error="browser_silent", message="the browser is there, and its port does not answer"
)
NO_STARTER = Reason(
    error="start_interrupted",
    message="whoever started it is gone, and no browser came of it; start it again",
)
STUCK = Reason(
    error="start_too_long", message="the browser was on its way for too long"
)
FOUND = Reason(
    error="browser_found", message="found running, after whoever started it was gone"
)
MOVED = Reason(error="browser_found", message="found running at another port")
UNREGISTERED = Reason(
    error="browser_found", message="found running, started by somebody else"
)
LEFT_OVER = Reason(
    error="browser_left_over", message="it was still there after its start had failed"
)
LEASE_OVER = Reason(
    error="lease_over", message="whoever had leased it did not renew the lease"
)
HALF_STOPPED = Reason(
    error="stop_interrupted", message="whoever was stopping it did not come to the end"
)
WORKER_SILENT = Reason(
    error="worker_silent", message="its machine was not heard of for too long"
)
NOTHING = Reason(error="", message="")


def decide_sweep(
    known: Sequence[OpenBrowser],
    profiles: Mapping[UUID, KnownBrowserProfile],
    seen: Mapping[UUID, SeenBrowser],
    *,
    held: frozenset[UUID] | set[UUID],
    terms: SweepTerms,
) -> list[SweepStep]:
    """
    Return one step for each browser that somebody knows of.

    Args:
        known: The registry.
        profiles: Every browser profile that was seen at the agent and that we know;
            others are somebody else's, and left alone.
        seen: What the agent runs or is about to.
        held: Whose lock somebody holds; they are left alone too.
        terms: From where, when and how patiently it is looked.
    """
    registered = {one.browser_profile_id for one in known}
    steps = [
        decide_registered(one, seen.get(one.browser_profile_id), terms=terms)
        for one in known
    ]
    steps += [
        decide_unregistered(profiles[one], what)
        for one, what in seen.items()
        if one not in registered and one in profiles
    ]
    return [
        step._replace(step=Step.WAIT, reason=NOTHING)
        if step.browser_profile_id in held
        else step
        for step in steps
    ]


def decide_registered(
    known: OpenBrowser, seen: SeenBrowser | None, *, terms: SweepTerms
) -> SweepStep:
    """Return the step for a browser of the registry."""
    step, reason = (
        _decide_absent(known, terms)
        if seen is None
        else _decide_useless(known, terms) or _decide_present(known, seen, terms)
    )
    return SweepStep(known.browser_profile_id, step, reason)


def decide_unregistered(profile: KnownBrowserProfile, seen: SeenBrowser) -> SweepStep:
    """Return the step for a browser that the agent runs and the registry lacks."""
    step, reason = Step.WAIT, NOTHING
    if profile.state is BrowserState.FAILED:
        step, reason = Step.STOP, LEFT_OVER
    elif seen.port is not None and seen.is_answering:
        step, reason = Step.ADOPT, UNREGISTERED
    return SweepStep(profile.browser_profile_id, step, reason)


def _decide_absent(known: OpenBrowser, terms: SweepTerms) -> tuple[Step, Reason]:
    if known.worker == terms.worker and terms.agent_answers:
        reasons = {
            BrowserState.STARTING: NO_STARTER,
            BrowserState.STOPPING: HALF_STOPPED,
        }
        return Step.GONE, reasons.get(known.state, ENDED)
    if terms.now - known.last_seen_at >= terms.silence_limit:
        return Step.GONE, WORKER_SILENT
    return Step.WAIT, NOTHING


def _decide_useless(
    known: OpenBrowser, terms: SweepTerms
) -> tuple[Step, Reason] | None:
    if known.state is BrowserState.STOPPING:
        return Step.STOP, HALF_STOPPED
    if known.leased_until is not None and known.leased_until <= terms.now:
        return Step.STOP, LEASE_OVER
    return None


def _decide_present(
    known: OpenBrowser, seen: SeenBrowser, terms: SweepTerms
) -> tuple[Step, Reason]:
    is_coming = seen.is_on_its_way or seen.port is None
    if is_coming or not seen.is_answering:
        since = known.state_changed_at if is_coming else known.last_seen_at
        if terms.now - since < terms.silence_limit:
            return Step.WAIT, NOTHING
        return Step.STOP, STUCK if is_coming else SILENT_PORT
    if known.state is BrowserState.STARTING:
        return Step.ADOPT, FOUND
    if known.port != seen.port or known.worker != terms.worker:
        return Step.ADOPT, MOVED
    return Step.SEEN, NOTHING
