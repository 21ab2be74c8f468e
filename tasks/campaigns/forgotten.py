"""What runs keep of pages and rows that name a person, taken out when they go."""

from collections.abc import Callable, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from tasks.campaigns.page_marks import forget_page_marks

Names = Callable[[str | None], bool]
"""Whether a text or an address names the person."""

REMOVED = "(removed)"
"""Stands where something named a person."""

_PAGES = text(
    "SELECT number AS key, url AS said FROM source_pages"
    " WHERE lower(url) LIKE ANY(:like)"
)
_COUNT_BARRED = text(
    """
    UPDATE campaign_runs SET barred = barred + gone.items, fates = fates ||
      jsonb_build_object(
        'barred', coalesce((fates ->> 'barred')::int, 0) + gone.items)
    FROM (
      SELECT campaign_run_id, sum(items)::int AS items FROM source_pages
      WHERE number = ANY(:keys) AND state = 'waiting' GROUP BY campaign_run_id
    ) AS gone
    WHERE campaign_runs.id = gone.campaign_run_id
    """
)
"""Pages that will not be read count as barred, so that a run's totals add up."""

_REMOVE_PAGES = text("DELETE FROM source_pages WHERE number = ANY(:keys)")
_PICTURES = text(
    "SELECT id AS key, url AS said FROM failure_pictures"
    " WHERE lower(url) LIKE ANY(:like)"
)
_REMOVE_PICTURES = text("DELETE FROM failure_pictures WHERE id = ANY(:keys)")
_ITEMS = text(
    "SELECT number AS key, reference, reason FROM unreadable_items"
    " WHERE lower(reference || ' ' || reason) LIKE ANY(:like)"
)
_BLANK_ITEMS = text(
    "UPDATE unreadable_items SET reference = :removed, reason = :removed"
    " WHERE number = ANY(:keys)"
)
_RUNS = text(
    "SELECT id AS key, error_message AS said FROM campaign_runs"
    " WHERE lower(error_message) LIKE ANY(:like)"
)
_BLANK_RUNS = text(
    "UPDATE campaign_runs SET error_message = :removed WHERE id = ANY(:keys)"
)
_VALUES = text(
    "SELECT id AS key, only_values::text AS said FROM campaign_runs"
    " WHERE lower(only_values::text) LIKE ANY(:like)"
)
_REMOVE_VALUES = text(
    "UPDATE campaign_runs SET only_values = '[]' WHERE id = ANY(:keys)"
)
_CAMPAIGNS = text(
    "SELECT id, concat_ws(' ', name, source::text, criteria::text) AS said"
    " FROM campaigns"
    " WHERE lower(concat_ws(' ', name, source::text, criteria::text)) LIKE ANY(:like)"
    " ORDER BY id"
)
_TABLES = text(
    """
    SELECT uploaded_tables.id FROM uploaded_tables
    WHERE id::text IN (
      SELECT source ->> 'tableId' FROM campaigns WHERE campaigns.id = ANY(:campaigns)
    ) ORDER BY id
    """
)


class RunTraces(NamedTuple):
    """How many rows of runs named a person."""

    pages: int
    page_marks: int
    failure_pictures: int
    unreadable_items: int
    run_errors: int


def remove_run_traces(
    session: Session,
    like: Sequence[str],
    names: Names,
    *,
    urls: Sequence[str],
    dry_run: bool,
) -> RunTraces:
    """
    Remove or blank what runs keep of a person; return how many rows were concerned.

    Args:
        session: The caller's transaction.
        like: Patterns in lower case, one of which a text must match to be looked at.
        names: Whether it does name the person.
        urls: Addresses of theirs that are known already.
        dry_run: Only count; page marks, which hold no name, are not.
    """
    asked = {"like": list(like)}
    pages = [row for row in session.execute(_PAGES, asked) if names(row.said)]
    pictures = [row for row in session.execute(_PICTURES, asked) if names(row.said)]
    items = [
        row
        for row in session.execute(_ITEMS, asked)
        if names(row.reference) or names(row.reason)
    ]
    runs = [row for row in session.execute(_RUNS, asked) if names(row.said)]
    values = [row for row in session.execute(_VALUES, asked) if names(row.said)]
    marks = 0
    if not dry_run:
        for change, rows in (
            (_COUNT_BARRED, pages),
            (_REMOVE_PAGES, pages),
            (_REMOVE_PICTURES, pictures),
            (_BLANK_ITEMS, items),
            (_BLANK_RUNS, runs),
            (_REMOVE_VALUES, values),
        ):
            if rows:
                known = {"keys": [row.key for row in rows], "removed": REMOVED}
                used = {name: known[name] for name in change.compile().params}
                session.execute(change, used)
        marks = forget_page_marks(session, [*urls, *(row.said for row in pages)])
    told = {row.key for row in (*runs, *values)}
    return RunTraces(len(pages), marks, len(pictures), len(items), len(told))


def find_wishes_naming(
    session: Session, like: Sequence[str], names: Names
) -> list[UUID]:
    """Return campaigns whose name, source or criteria name a person."""
    rows = session.execute(_CAMPAIGNS, {"like": list(like)})
    return [row.id for row in rows if names(row.said)]


def find_tables_of(session: Session, campaign_ids: Sequence[UUID]) -> list[UUID]:
    """Return the uploaded tables that campaigns read."""
    return list(session.scalars(_TABLES, {"campaigns": list(campaign_ids)}))
