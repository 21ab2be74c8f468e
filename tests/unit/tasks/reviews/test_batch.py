"""What a batch leaves alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from config.vocabulary import Decision
from tasks.reviews.batch import find_conflict
from tasks.reviews.batch_rows import BatchRow
from tasks.reviews.batch_schemas import BatchRuling, ConflictKind

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ME, OTHER = UUID(int=1), UUID(int=2)
RULING = BatchRuling(UUID(int=9), Decision.APPROVED, ME, NOON)


def row(decision: Decision = Decision.PENDING, **values: object) -> BatchRow:
    known = {
        "id": UUID(int=3),
        "campaign_id": UUID(int=4),
        "decision": decision,
        "decision_id": None,
        "decided_by": None,
        "leased_by": None,
        "leased_until": None,
        "version": 1,
    }
    return BatchRow(**(known | values))  # type: ignore[arg-type]


@pytest.mark.parametrize("decision", [Decision.PENDING, Decision.MAYBE])
def test_what_waits_or_was_put_aside_is_decided(decision: Decision) -> None:
    assert find_conflict(row(decision), RULING, asks_several=False) is None


@pytest.mark.parametrize("decision", [Decision.APPROVED, Decision.REJECTED])
def test_what_is_decided_stays(decision: Decision) -> None:
    found = find_conflict(row(decision), RULING, asks_several=True)
    assert found is ConflictKind.DECIDED


def test_what_somebody_else_holds_stays_until_they_let_it_go() -> None:
    soon = NOON + timedelta(seconds=1)
    held = row(leased_by=OTHER, leased_until=soon)
    assert find_conflict(held, RULING, asks_several=False) is ConflictKind.HELD
    mine = held._replace(leased_by=ME)
    assert find_conflict(mine, RULING, asks_several=False) is None
    over = held._replace(leased_until=NOON)
    assert find_conflict(over, RULING, asks_several=False) is None


def test_a_batch_is_no_opinion_where_several_are_asked_for() -> None:
    assert find_conflict(row(), RULING, asks_several=True) is ConflictKind.OPINIONS
    aside = replace(RULING, decision=Decision.MAYBE)
    assert find_conflict(row(), aside, asks_several=True) is None
