"""Who was kept long enough goes, in bounded portions; nobody goes unless it is set."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from config.vocabulary import Decision
from flows.person_retention import remove_outdated
from tasks.database import transaction
from tasks.reviews.log import check_log
from tests.factories.campaigns import create_taken_run
from tests.factories.public_profiles import queue_handles, store_handles
from tests.factories.reviews import rule
from tests.fixtures.database import read_settings_again

LONG_AGO = timedelta(days=40)


@pytest.fixture
def people(database: str) -> dict[str, UUID]:
    """Have people of every kind: some stored long ago, one of today."""
    assert database
    taken = create_taken_run()
    names = ["approved", "rejected", "maybe", "waiting"]
    found = dict(zip(names, queue_handles(taken, *names), strict=True))
    found["below"] = store_handles(taken, "below")[0]
    for word in (Decision.APPROVED, Decision.REJECTED, Decision.MAYBE):
        rule(found[word], word, reason="clear", note="a word")
    with transaction() as session:
        for statement in (
            "UPDATE public_profiles SET created_at = created_at - :ago",
            "UPDATE review_items SET decided_at = decided_at - :ago",
            "UPDATE tracking_events SET created_at = created_at - :ago",
        ):
            session.execute(text(statement), {"ago": LONG_AGO})
    found["new"] = queue_handles(taken, "new")[0]
    return found


def left() -> set[str]:
    with transaction() as session:
        return set(session.scalars(text("SELECT handle FROM public_profiles")))


def keep_for(environment: pytest.MonkeyPatch, **days: int) -> None:
    for kind, count in days.items():
        name = f"MUSTER_PUBLIC_PROFILES__{kind.upper()}_RETENTION"
        environment.setenv(name, f"P{count}D")
    read_settings_again()


def test_nobody_goes_unless_a_time_is_set(people: dict[str, UUID]) -> None:
    assert remove_outdated() == 0
    assert left() == set(people)


def test_who_was_rejected_goes_after_the_time_set(
    people: dict[str, UUID], environment: pytest.MonkeyPatch
) -> None:
    keep_for(environment, rejected=41)
    assert remove_outdated() == 0
    keep_for(environment, rejected=30)
    assert remove_outdated() == 2
    assert left() == set(people) - {"rejected", "below"}
    with transaction() as session:
        assert check_log(session) == []
        assert "rejected" not in str(
            session.execute(text("SELECT data, alike FROM tracking_events")).all()
        ).replace("'decision': 'rejected'", "")


def test_who_nobody_decided_about_goes_after_the_time_set(
    people: dict[str, UUID], environment: pytest.MonkeyPatch
) -> None:
    keep_for(environment, undecided=30)
    assert remove_outdated(at_once=1) == 1
    assert remove_outdated(at_once=1) == 1
    assert remove_outdated(at_once=1) == 0
    assert left() == set(people) - {"maybe", "waiting"}
