"""A browser that is bound to a proxy waits for its turn there before every page."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Protocol
from urllib.parse import urlsplit
from uuid import UUID

from tasks.clients.page_answers import PageAnswer, PageState, Retry
from tasks.clients.proxy_faults import judge_answer
from tasks.clients.proxy_supply import Blame, NoProxyNow, Patience
from tasks.clients.shared_manners import SharedManners
from tasks.clients.shown_page import BrowserTrouble

SHORTEST_NAP_SECONDS = 0.05
LONGEST_NAP_SECONDS = 5.0


class Turns(Protocol):
    """Where browsers ask for leave to use their proxy; called by several threads."""

    def lend(self, browser_profile_id: UUID, host: str) -> object | NoProxyNow | None:
        """Return a lease of its own proxy and no other; None if it is not bound."""

    def give_back(self, lease: object, blame: Blame, *, seconds: float) -> None:
        """Say how the page came."""

    def close(self) -> None:
        """Keep what is to be kept; safe to repeat."""


class Turn:
    """Leave for one page; how it came is to be told before it ends."""

    def __init__(self) -> None:
        self.blame = Blame.OURS

    def tell(self, outcome: PageAnswer | Retry | BrowserTrouble) -> None:
        """Note how the page came."""
        self.blame = blame_for(outcome)


class NoTurnError(Exception):
    """The proxy of this browser cannot be used; no other is taken instead."""

    def __init__(self, told: NoProxyNow, *, is_late: bool) -> None:
        super().__init__(told.reason)
        self.reason, self.is_late = told.reason, is_late
        """Late: there is no time left to wait for it."""


@contextmanager
def take_turn_of(
    turns: Turns | None,
    browser_profile_id: UUID,
    url: str,
    *,
    manners: SharedManners,
    ends_at: float,
) -> Iterator[Turn]:
    """
    Wait for leave to use the browser's own proxy for one page, within the block.

    Raises:
        NoTurnError: It is out of use, or not to be had before `ends_at`.
    """
    turn = Turn()
    lease = None
    if turns is not None:
        host = urlsplit(url).netloc.lower()
        lease = _wait(turns, browser_profile_id, host, manners=manners, ends_at=ends_at)
    began = monotonic()
    try:
        yield turn
    finally:
        if turns is not None and lease is not None:
            turns.give_back(lease, turn.blame, seconds=monotonic() - began)


def blame_for(outcome: PageAnswer | Retry | BrowserTrouble) -> Blame:
    """Return who is to blame for how a browser fared with a page."""
    if isinstance(outcome, BrowserTrouble):
        return Blame.OURS if outcome.may_be_the_page else Blame.PROXY
    if outcome.status is not None:
        fault = judge_answer(outcome.status, {})
        if fault is not None:
            return fault.blame
    if isinstance(outcome, Retry):
        return Blame.TARGET
    is_odd = outcome.state is PageState.LOST and outcome.status is None
    return Blame.OURS if is_odd else Blame.NOBODY


def _wait(
    turns: Turns,
    browser_profile_id: UUID,
    host: str,
    *,
    manners: SharedManners,
    ends_at: float,
) -> object | None:
    while True:
        found = turns.lend(browser_profile_id, host)
        if not isinstance(found, NoProxyNow):
            return found
        nap = min(max(found.seconds, SHORTEST_NAP_SECONDS), LONGEST_NAP_SECONDS)
        is_late = monotonic() + nap > ends_at
        if is_late or found.patience is not Patience.WAIT:
            raise NoTurnError(found, is_late=is_late)
        manners.wait(nap)
