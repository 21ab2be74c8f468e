"""What happened to accounts: rows that are added and forgotten; never commits."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from config.vocabulary import LoginActivityKind
from tasks.accounts.repository import storable
from tasks.accounts.schemas import ActivityEntry, Device
from tasks.models import LoginActivity, new_id
from tasks.pages import Page, PageWish, read_page

_FORGOTTEN_AT_ONCE = 1_000


def record_activity(
    session: Session,
    kind: LoginActivityKind,
    *,
    account_id: UUID | None,
    device: Device,
    login_id: UUID | None = None,
) -> None:
    """Write down what happened to an account; None for one that there is not."""
    session.add(
        LoginActivity(
            id=new_id(),
            account_id=account_id,
            login_id=login_id,
            kind=kind,
            user_agent=storable(device.user_agent, 500),
            address=storable(device.address, 100),
        )
    )
    session.flush()


def list_activity(
    session: Session, account_id: UUID, wish: PageWish
) -> Page[ActivityEntry]:
    """Return one page of what happened to an account."""
    query = select(LoginActivity).where(LoginActivity.account_id == account_id)
    page = read_page(session, query, wish, key=LoginActivity.id, columns={})
    entries = [
        ActivityEntry(
            id=one.id,
            at=one.created_at,
            kind=LoginActivityKind(one.kind),
            address=one.address,
            user_agent=one.user_agent,
        )
        for one in page.rows
    ]
    return Page(entries, page.next)


def forget_activity(session: Session, *, before: datetime) -> None:
    """Forget what happened before a moment, some thousand rows at a time."""
    old = (
        select(LoginActivity.id)
        .where(LoginActivity.created_at < before)
        .limit(_FORGOTTEN_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    session.execute(delete(LoginActivity).where(LoginActivity.id.in_(old)))
