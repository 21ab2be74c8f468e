"""Ids sort by the time they were made, and none comes twice."""

from datetime import UTC, datetime

from tasks.models import id_at, new_id, new_ids

SEVEN, OF_THE_STANDARD = 7, "specified in RFC 4122"


def test_many_new_ids_are_all_different_and_of_version_seven() -> None:
    ids = new_ids(10_000)
    assert len(set(ids)) == 10_000
    assert {one.version for one in (*ids, new_id())} == {SEVEN}
    assert {one.variant for one in (*ids, new_id())} == {OF_THE_STANDARD}


def test_no_ids_are_made_when_none_are_wanted() -> None:
    assert new_ids(0) == []


def test_ids_sort_by_their_moment() -> None:
    earlier = id_at(datetime(2026, 3, 31, tzinfo=UTC))
    assert earlier < min(new_ids(100))
