"""Pins: made, moved and ended by people, or moved by the policy that one chose."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from config.clock import now
from config.errors import ConflictError
from config.vocabulary import PinPolicy, ProxyState
from tasks.audit import Actor, record_change
from tasks.database import transaction
from tasks.events.outbox import record_event
from tasks.events.proxy_types import ProxyPinMoved
from tasks.proxies.generate import Doer
from tasks.proxies.pin_rows import (
    StandingPin,
    delete_pin,
    describe_pin,
    find_pin_of_browser,
    find_replacement,
    get_pin,
    list_standing,
    list_unfinished,
    move_row,
    note_down_since,
    put_pin,
    read_move,
)
from tasks.proxies.repository import get_proxy, state_of
from tasks.proxies.schemas import PinAnswer, PinMove, PinRequest
from tasks.proxies.session_rows import get_account_session

UNFINISHED_AFTER = timedelta(minutes=2)
"""A move that takes longer was broken off, and is carried out by the watch."""


class PinMovingError(ConflictError):
    """The pin is being moved elsewhere at this moment."""

    code = "pin_moving"

    def __init__(self, to: int) -> None:
        super().__init__(
            f"this pin is being moved to proxy {to}; wait until that is done",
            details={"proxy_id": to},
        )


class BrowserProfilePinnedError(ConflictError):
    """The browser profile belongs to another account session."""

    code = "browser_profile_pinned"

    def __init__(self, account_session_id: int) -> None:
        super().__init__(
            f"this browser profile belongs to account session {account_session_id}; "
            "end that pin first",
            details={"account_session_id": account_session_id},
        )


class ProxyUnusableError(ConflictError):
    """A pin is not moved to a proxy that is out of use."""

    code = "proxy_unusable"

    def __init__(self, state: ProxyState) -> None:
        super().__init__(
            f"this proxy is {state}; choose one that is in use",
            details={"state": state},
        )


def pin_session(
    session: Session, account_session_id: int, request: PinRequest, actor: Actor
) -> bool:
    """
    Pin an account session to the proxy it has; return whether a browser must be told.

    Until its browser profile goes out by that proxy, the pin waits.

    Raises:
        AccountSessionNotFoundError: There is no such account session.
        BrowserProfilePinnedError: The browser profile belongs to another one.
        PinMovingError: It is being moved.
    """
    owner = get_account_session(session, account_session_id, lock=True)
    browser = request.browser_profile_id
    if browser is not None:
        holder = find_pin_of_browser(session, browser)
        if holder not in {None, account_session_id}:
            raise BrowserProfilePinnedError(int(holder or 0))
    values = {
        **request.model_dump(),
        "proxy_id": owner.proxy_id,
        "chosen_by": actor.account_id,
        "chosen_by_name": actor.email,
    }
    row = put_pin(session, account_session_id, values)
    if row.moving_to is not None:
        raise PinMovingError(row.moving_to)
    if browser is not None:
        row.moving_to, row.updated_at = owner.proxy_id, now()
        row.moving_by, row.moving_by_name = actor.account_id, actor.email
    record_change(
        session,
        actor,
        action="proxy_pin.set",
        subject=str(account_session_id),
        details=request.model_dump(mode="json") | {"proxy_id": owner.proxy_id},
    )
    return browser is not None


def unpin_session(account_session_id: int, actor: Actor) -> None:
    """
    Let an account session go out by any proxy.

    Raises:
        PinNotFoundError: It is not pinned.
    """
    with transaction() as session:
        row = get_pin(session, account_session_id)
        record_change(
            session,
            actor,
            action="proxy_pin.ended",
            subject=str(account_session_id),
            details={"proxy_id": row.proxy_id},
        )
        delete_pin(session, row)


def begin_move(account_session_id: int, to: int, actor: Actor) -> None:
    """
    Note that a pin is to go to another proxy; from now on it waits until it is there.

    Raises:
        PinNotFoundError: The account session is not pinned.
        ProxyNotFoundError: There is no such proxy.
        ProxyUnusableError: The proxy is out of use.
        PinMovingError: It is on its way to another one.
    """
    with transaction() as session:
        row = get_pin(session, account_session_id)
        state = state_of(get_proxy(session, to))
        if state is not ProxyState.ACTIVE:
            raise ProxyUnusableError(state)
        if row.moving_to not in {None, to}:
            raise PinMovingError(int(row.moving_to or 0))
        row.moving_to, row.updated_at = to, now()
        row.moving_by, row.moving_by_name = actor.account_id, actor.email


def look_at_move(account_session_id: int) -> PinMove | None:
    """Return the move that a pin is in the midst of; None if it is in none."""
    with transaction() as session:
        row = get_pin(session, account_session_id)
        return None if row.moving_to is None else read_move(session, row)


def finish_move(account_session_id: int) -> PinAnswer:
    """
    Move account session, proxy and browser profile together; safe to repeat.

    Raises:
        PinNotFoundError: The pin was ended meanwhile.
    """
    with transaction() as session:
        row = get_pin(session, account_session_id)
        if row.moving_to is None:
            return describe_pin(session, row)
        doer = Doer(row.moving_by or row.chosen_by, row.moving_by_name or "")
        move = move_row(session, row, now=now())
        if move.old.id != move.new.id:
            _note_moved(session, move, doer)
        return describe_pin(session, row)


def give_move_up(account_session_id: int) -> None:
    """Leave a pin where it is, for it cannot be moved; it waits no longer."""
    with transaction() as session:
        row = get_pin(session, account_session_id)
        row.moving_to, row.moving_by, row.moving_by_name = None, None, None


def show_pin(account_session_id: int) -> PinAnswer:
    """
    Return a pin.

    Raises:
        PinNotFoundError: The account session is not pinned.
    """
    with transaction() as session:
        return describe_pin(session, get_pin(session, account_session_id))


def is_overdue(pin: StandingPin, *, now: datetime) -> bool:
    """Return whether its policy moves a pin now: pure."""
    if pin.is_up or pin.policy is PinPolicy.PERSON or pin.down_since is None:
        return False
    return now - pin.down_since >= timedelta(minutes=pin.patience_minutes)


def follow_policies(*, now: datetime) -> list[int]:
    """
    Begin the moves that policies ask for, and return all pins whose move is to be done.

    Moves that were broken off are among them. Without a proxy to go to a pin waits on.
    """
    with transaction() as session:
        wanted = []
        for pin in list_standing(session):
            since = None if pin.is_up else (pin.down_since or now)
            if since != pin.down_since:
                note_down_since(session, pin.account_session_id, since)
            if is_overdue(pin, now=now):
                to = find_replacement(
                    session, country=pin.country, besides=pin.proxy_id
                )
                if to is not None:
                    wanted.append((pin, to))
        unfinished = list_unfinished(session, before=now - UNFINISHED_AFTER)
    for pin, to in wanted:
        name = f"the policy that {pin.chosen_by_name} chose"
        begin_move(pin.account_session_id, to, Doer(pin.chosen_by, name))
    return sorted({*unfinished, *(pin.account_session_id for pin, _ in wanted)})


def _note_moved(session: Session, move: PinMove, doer: Doer) -> None:
    browser: UUID | None = move.browser_profile_id
    record_change(
        session,
        doer,
        action="proxy_pin.moved",
        subject=str(move.account_session_id),
        details={
            "from": move.old.id,
            "to": move.new.id,
            "browser_profile_id": str(browser) if browser else None,
        },
    )
    told = ProxyPinMoved(
        None, move.account_session_id, move.old.id, move.new.id, doer.email
    )
    record_event(session, told)
