"""Pins as rows: account session, proxy and browser profile; never commits."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from config.errors import NotFoundError
from config.vocabulary import PinPolicy, ProxyState
from tasks.models import AccountSession, Proxy, ProxyPin
from tasks.pages import Page, PageWish, read_page
from tasks.proxies.repository import describe_usable, get_proxy, has_state, state_of
from tasks.proxies.schemas import PinAnswer, PinMove, UsableProxy


class PinNotFoundError(NotFoundError):
    """The account session is not pinned."""

    def __init__(self, account_session_id: int) -> None:
        super().__init__(f"account session {account_session_id} is not pinned")


class PinnedProxy(NamedTuple):
    """The one proxy that may be used, and whether it may be now."""

    account_session_id: int
    proxy: UsableProxy
    waits: bool


class StandingPin(NamedTuple):
    """A pin, as far as its policy looks at it."""

    account_session_id: int
    proxy_id: int
    country: str | None
    policy: PinPolicy
    patience_minutes: int
    down_since: datetime | None
    is_up: bool
    chosen_by: UUID
    chosen_by_name: str


def get_pin(session: Session, account_session_id: int) -> ProxyPin:
    """Return a pin's row, locked until the transaction ends."""
    row = session.scalar(
        select(ProxyPin)
        .where(ProxyPin.account_session_id == account_session_id)
        .with_for_update()
    )
    if row is None:
        raise PinNotFoundError(account_session_id)
    return row


def put_pin(
    session: Session, account_session_id: int, values: Mapping[str, Any]
) -> ProxyPin:
    """Pin an account session, or change what goes with it."""
    row = session.get(ProxyPin, account_session_id, with_for_update=True)
    if row is None:
        row = ProxyPin(account_session_id=account_session_id, **values)
        session.add(row)
    else:
        for name, value in values.items():
            setattr(row, name, value)
    session.flush()
    session.refresh(row)
    return row


def delete_pin(session: Session, row: ProxyPin) -> None:
    """Let an account session go out by any proxy."""
    session.execute(
        delete(ProxyPin).where(ProxyPin.account_session_id == row.account_session_id)
    )


def find_pin_of_browser(session: Session, browser_profile_id: UUID) -> int | None:
    """Return the account session that a browser profile belongs to."""
    return session.scalar(
        select(ProxyPin.account_session_id).where(
            ProxyPin.browser_profile_id == browser_profile_id
        )
    )


def find_pinned_proxy(
    session: Session, *, browser_profile_id: UUID
) -> PinnedProxy | None:
    """Return the one proxy that a browser profile may go out by, if it is pinned."""
    account_session_id = find_pin_of_browser(session, browser_profile_id)
    return (
        None
        if account_session_id is None
        else get_pinned_proxy(session, account_session_id)
    )


def get_pinned_proxy(session: Session, account_session_id: int) -> PinnedProxy:
    """
    Return the one proxy that an account session may go out by.

    Raises:
        PinNotFoundError: It is not pinned.
    """
    row = session.get(ProxyPin, account_session_id)
    if row is None:
        raise PinNotFoundError(account_session_id)
    proxy = get_proxy(session, row.proxy_id)
    waits = row.moving_to is not None or state_of(proxy) is not ProxyState.ACTIVE
    return PinnedProxy(account_session_id, describe_usable(proxy), waits)


def move_row(session: Session, row: ProxyPin, *, now: datetime) -> PinMove:
    """
    Carry out a move: the pin follows its account session by the key they share.

    The pin's own row names the browser profile, so all three are moved by one change.
    """
    target = row.moving_to if row.moving_to is not None else row.proxy_id
    move = read_move(session, row)
    session.execute(
        update(AccountSession)
        .where(AccountSession.id == row.account_session_id)
        .values(proxy_id=target, updated_at=now)
    )
    session.refresh(row)
    row.moving_to, row.moving_by, row.moving_by_name = None, None, None
    row.moved_at, row.down_since, row.updated_at = now, None, now
    session.flush()
    return move


def read_move(session: Session, row: ProxyPin) -> PinMove:
    """Return the move that a pin is in the midst of."""
    target = row.moving_to if row.moving_to is not None else row.proxy_id
    return PinMove(
        row.account_session_id,
        describe_usable(get_proxy(session, row.proxy_id)),
        describe_usable(get_proxy(session, target)),
        row.browser_profile_id,
    )


def list_pins(
    session: Session, wish: PageWish, *, proxy_id: int | None = None
) -> Page[PinAnswer]:
    """Return pins, one page of them."""
    query = select(ProxyPin)
    if proxy_id is not None:
        query = query.where(ProxyPin.proxy_id == proxy_id)
    page = read_page(session, query, wish, key=ProxyPin.account_session_id, columns={})
    return Page([describe_pin(session, row) for row in page.rows], page.next)


def describe_pin(session: Session, row: ProxyPin) -> PinAnswer:
    """Return what the API shows of a pin."""
    state = state_of(get_proxy(session, row.proxy_id))
    return PinAnswer(
        account_session_id=row.account_session_id,
        proxy_id=row.proxy_id,
        proxy_state=state,
        browser_profile_id=row.browser_profile_id,
        policy=PinPolicy(row.policy),
        patience_minutes=row.patience_minutes,
        waits=row.moving_to is not None or state is not ProxyState.ACTIVE,
        moving_to=row.moving_to,
        down_since=row.down_since,
        moved_at=row.moved_at,
        created_at=row.created_at,
    )


def list_standing(session: Session) -> list[StandingPin]:
    """Return all pins that are not being moved, with how their proxies do."""
    rows = session.execute(
        select(ProxyPin, Proxy)
        .join(Proxy, Proxy.id == ProxyPin.proxy_id)
        .where(ProxyPin.moving_to.is_(None))
        .order_by(ProxyPin.account_session_id)
    )
    return [
        StandingPin(
            pin.account_session_id,
            pin.proxy_id,
            proxy.exit_country or proxy.country,
            PinPolicy(pin.policy),
            pin.patience_minutes,
            pin.down_since,
            state_of(proxy) is ProxyState.ACTIVE and proxy.check_error is None,
            pin.chosen_by,
            pin.chosen_by_name,
        )
        for pin, proxy in rows
    ]


def note_down_since(
    session: Session, account_session_id: int, moment: datetime | None
) -> None:
    """Note since when the proxy of a pin is out of use, or that it is not."""
    session.execute(
        update(ProxyPin)
        .where(ProxyPin.account_session_id == account_session_id)
        .values(down_since=moment)
    )


def list_unfinished(session: Session, *, before: datetime) -> list[int]:
    """Return pins whose move began before a moment and has not ended."""
    rows = session.scalars(
        select(ProxyPin.account_session_id).where(
            ProxyPin.moving_to.is_not(None), ProxyPin.updated_at < before
        )
    )
    return list(rows)


def find_replacement(
    session: Session, *, country: str | None, besides: int
) -> int | None:
    """Return the proxy of a country with the fewest pins that is in use and well."""
    if country is None:
        return None
    pins = (
        select(func.count())
        .select_from(ProxyPin)
        .where(ProxyPin.proxy_id == Proxy.id)
        .scalar_subquery()
    )
    return session.scalar(
        select(Proxy.id)
        .where(
            has_state(ProxyState.ACTIVE),
            Proxy.check_error.is_(None),
            Proxy.id != besides,
            func.coalesce(Proxy.exit_country, Proxy.country) == country,
        )
        .order_by(pins, Proxy.id)
        .limit(1)
    )
