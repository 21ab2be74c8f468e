"""What a run still has to read, and what it could not; never commits."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    Integer,
    Select,
    Text,
    case,
    func,
    insert,
    literal,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import insert as insert_or_skip
from sqlalchemy.orm import Session

from config.vocabulary import Fate
from tasks.campaigns.repository import find_latest_run
from tasks.models import SourcePage, UnreadableItem

WAITING = "waiting"
DONE = "done"

LONGEST_REASON = 500
"""Longer ones are cut: a row may be wrong in each of its cells."""

LARGEST_NUMBER = 2**63 - 1
"""Of PostgreSQL's bigint."""

NEVER_REACHED = "the run ended before it was its turn: start a re-run to read it"


class UnreadItem(NamedTuple):
    """A row or page that could not be read; without a fate, a value of one that was."""

    reference: str
    reason: str
    fate: Fate | None


class ListedItem(NamedTuple):
    """One line of a report: where, what became of it, and why."""

    place: str
    """Where it stands in the list; the next page begins after it."""

    reference: str
    fate: Fate
    reason: str
    items: int


def add_pages(
    session: Session,
    campaign_run_id: UUID,
    urls: Sequence[str],
    *,
    stands_for: Mapping[str, int] | None = None,
) -> int:
    """
    Note pages to be fetched, each once a run; return for how many items were new.

    Args:
        session: The caller's transaction.
        campaign_run_id: The run.
        urls: Addresses, some of which may be noted already.
        stands_for: Items behind an address, where that is not one.
    """
    if not urls:
        return 0
    known = stands_for or {}
    added = session.scalars(
        insert_or_skip(SourcePage)
        .values(
            [
                {
                    "campaign_run_id": campaign_run_id,
                    "url": url,
                    "state": WAITING,
                    "items": known.get(url, 1),
                }
                for url in urls
            ]
        )
        .on_conflict_do_nothing()
        .returning(SourcePage.items)
    )
    return sum(added)


def list_waiting_pages(
    session: Session, campaign_run_id: UUID, *, limit: int
) -> list[str]:
    """Return the next pages to fetch, in the order they were found."""
    return list(
        session.scalars(
            select(SourcePage.url)
            .where(
                SourcePage.campaign_run_id == campaign_run_id,
                SourcePage.state == WAITING,
            )
            .order_by(SourcePage.number)
            .limit(limit)
        )
    )


def count_waiting_items(session: Session, campaign_run_id: UUID) -> int:
    """Return for how many items pages still wait."""
    return count_pages(session, campaign_run_id, fates=(Fate.NOT_REACHED,))


def settle_pages(
    session: Session,
    campaign_run_id: UUID,
    urls: Sequence[str],
    *,
    failed: Mapping[str, Fate] | None = None,
) -> int:
    """
    Note that pages need not be fetched again; return how many items were behind them.

    Args:
        session: The caller's transaction.
        campaign_run_id: The run.
        urls: The pages.
        failed: Those that brought nothing, with what became of them.
    """
    if not urls:
        return 0
    by_fate: dict[str, list[str]] = {}
    for url, fate in (failed or {}).items():
        by_fate.setdefault(fate, []).append(url)
    whens = [(SourcePage.url.in_(some), fate) for fate, some in by_fate.items()]
    state = case(*whens, else_=DONE) if whens else literal(DONE)
    settled = session.scalars(
        update(SourcePage)
        .where(
            SourcePage.campaign_run_id == campaign_run_id,
            SourcePage.url.in_(urls),
            SourcePage.state == WAITING,
        )
        .values(state=state)
        .returning(SourcePage.items)
    )
    return sum(settled)


def count_pages(
    session: Session, campaign_run_id: UUID, *, fates: Collection[Fate]
) -> int:
    """Return how many items are behind the pages that came to some fates."""
    count = select(func.coalesce(func.sum(SourcePage.items), 0)).where(
        SourcePage.campaign_run_id == campaign_run_id,
        SourcePage.state.in_(_states_of(fates)),
    )
    return session.scalar(count) or 0


def _states_of(fates: Collection[Fate]) -> set[str]:
    return {WAITING if one is Fate.NOT_REACHED else str(one) for one in fates}


def copy_pages(
    session: Session, from_run_id: UUID, to_run_id: UUID, *, fates: Collection[Fate]
) -> int:
    """Have one run read the pages of another that came to some fates; return items."""
    asked = (
        select(
            literal(to_run_id, type_=SourcePage.campaign_run_id.type),
            SourcePage.url,
            literal(WAITING),
            SourcePage.items,
        )
        .where(
            SourcePage.campaign_run_id == from_run_id,
            SourcePage.state.in_(_states_of(fates)),
        )
        .order_by(SourcePage.number)
    )
    columns = ["campaign_run_id", "url", "state", "items"]
    copied = session.scalars(
        insert(SourcePage).from_select(columns, asked).returning(SourcePage.items)
    )
    return sum(copied)


def add_unreadable_items(
    session: Session, campaign_run_id: UUID, items: Sequence[UnreadItem]
) -> None:
    """Note what could not be read."""
    if items:
        session.execute(
            insert(UnreadableItem),
            [
                {
                    "campaign_run_id": campaign_run_id,
                    "reference": one.reference,
                    "reason": one.reason[:LONGEST_REASON],
                    "fate": one.fate,
                }
                for one in items
            ],
        )


def list_unreadable_items(
    session: Session, campaign_id: UUID, *, after: int, limit: int
) -> Sequence[UnreadableItem]:
    """Return what the latest run could not read, in the order it was met."""
    latest = find_latest_run(session, campaign_id)
    if latest is None:
        return []
    return session.scalars(
        select(UnreadableItem)
        .where(
            UnreadableItem.campaign_run_id == latest.id, UnreadableItem.number > after
        )
        .order_by(UnreadableItem.number)
        .limit(limit)
    ).all()


def list_failed_references(
    session: Session, campaign_run_id: UUID, *, fates: Collection[Fate]
) -> set[str]:
    """Return where those items stand that came to some fates."""
    return set(
        session.scalars(
            select(UnreadableItem.reference).where(
                UnreadableItem.campaign_run_id == campaign_run_id,
                UnreadableItem.fate.in_(fates),
            )
        )
    )


def count_listed(session: Session, campaign_run_id: UUID) -> dict[Fate, int]:
    """Return how many items of each fate are listed singly."""
    rows = session.execute(
        select(UnreadableItem.fate, func.count())
        .where(
            UnreadableItem.campaign_run_id == campaign_run_id,
            UnreadableItem.fate.is_not(None),
        )
        .group_by(UnreadableItem.fate)
    )
    return {Fate(fate): count for fate, count in rows if fate is not None}


def list_not_acquired(
    session: Session,
    campaign_run_id: UUID,
    *,
    fate: Fate | None = None,
    after: tuple[int, int] = (0, 0),
    limit: int,
    with_waiting: bool,
) -> list[ListedItem]:
    """
    Return rows and pages that were not acquired, in the order they were met.

    Args:
        session: The caller's transaction.
        campaign_run_id: The run.
        fate: Only those that came to this.
        after: Which list, and which number there, came last before.
        limit: Most to return.
        with_waiting: Whether pages that still wait will never be read.
    """
    kinds = (
        _unread_of(campaign_run_id, fate, after=after),
        _waiting_of(
            campaign_run_id,
            after=after,
            wanted=with_waiting and fate in {None, Fate.NOT_REACHED},
        ),
    )
    each = (one.order_by(one.selected_columns[1]).limit(limit) for one in kinds)
    both = union_all(*each).subquery()
    rows = session.execute(
        select(both).order_by(both.c.which, both.c.number).limit(limit)
    )
    return [
        ListedItem(
            f"{row.which}-{row.number}",
            row.reference,
            Fate(row.fate),
            row.reason,
            row.items,
        )
        for row in rows
    ]


def _unread_of(
    campaign_run_id: UUID, fate: Fate | None, *, after: tuple[int, int]
) -> Select[*tuple[Any, ...]]:
    is_wanted = UnreadableItem.fate
    return select(
        literal(0).label("which"),
        UnreadableItem.number.label("number"),
        UnreadableItem.reference.label("reference"),
        UnreadableItem.fate.label("fate"),
        UnreadableItem.reason.label("reason"),
        literal(1, type_=Integer).label("items"),
    ).where(
        UnreadableItem.campaign_run_id == campaign_run_id,
        is_wanted.is_not(None) if fate is None else is_wanted == fate,
        UnreadableItem.number > (after[1] if after[0] == 0 else LARGEST_NUMBER),
    )


def _waiting_of(
    campaign_run_id: UUID, *, after: tuple[int, int], wanted: bool
) -> Select[*tuple[Any, ...]]:
    return select(
        literal(1),
        SourcePage.number,
        SourcePage.url,
        literal(Fate.NOT_REACHED.value, type_=Text),
        literal(NEVER_REACHED),
        SourcePage.items,
    ).where(
        SourcePage.campaign_run_id == campaign_run_id,
        SourcePage.state == WAITING,
        SourcePage.number > (after[1] if after[0] == 1 else 0),
        literal(wanted),
    )
