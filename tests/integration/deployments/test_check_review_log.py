"""The check command finds whatever is done to the review log by hand."""

from uuid import UUID

import pytest
from sqlalchemy import text

from config.vocabulary import Decision
from deployments.check_review_log import main
from tasks.database import transaction
from tests.factories.campaigns import create_taken_run
from tests.factories.public_profiles import queue_handles
from tests.factories.reviews import rule


@pytest.fixture
def campaign_id(database: str) -> UUID:
    """Have decisions in the logs of two campaigns; return the second."""
    assert database
    for _ in range(2):
        taken = create_taken_run()
        for one in queue_handles(taken, "a", "b", "c", "d"):
            rule(one, Decision.APPROVED, reason="clear", note="häufig \U0001f33f")
    return taken.campaign_id


def by_hand(statement: str, campaign_id: UUID) -> None:
    with transaction() as session:
        session.execute(text(statement), {"campaign": campaign_id})


@pytest.mark.usefixtures("campaign_id")
def test_a_log_as_it_was_written_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0
    assert capsys.readouterr().out == "the review log is whole: 8 lines\n"


@pytest.mark.parametrize(
    ("statement", "number", "what"),
    [
        ("UPDATE review_log SET reason = 'other' WHERE number = 2", 2, "was altered"),
        ("UPDATE review_log SET after = 'rejected' WHERE number = 4", 4, "was altered"),
        ("DELETE FROM review_log WHERE number = 3", 3, "is missing"),
        ("DELETE FROM review_log WHERE number = 4", 4, "is missing"),
        ("UPDATE review_log_heads SET number = 3 WHERE true", 4, "was slipped in"),
    ],
)
def test_a_row_that_was_changed_by_hand_is_named(
    campaign_id: UUID,
    capsys: pytest.CaptureFixture[str],
    statement: str,
    number: int,
    what: str,
) -> None:
    by_hand(f"{statement} AND campaign_id = :campaign", campaign_id)
    assert main() == 1
    found = f"campaign {campaign_id}: line {number} of the review log {what}\n"
    assert capsys.readouterr().out == found
