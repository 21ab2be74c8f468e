"""Visits: how many, how long, and what is noted of them."""

from datetime import UTC, datetime, timedelta

from deployments.leak_responders.visits import MOST_SIGHTINGS, Visits

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
LIFETIME = timedelta(minutes=10)


def test_a_visit_ends_with_its_time_and_makes_room() -> None:
    visits = Visits(1, LIFETIME)
    first = visits.admit(NOON)
    assert first is not None
    assert visits.admit(NOON + LIFETIME - timedelta(seconds=1)) is None
    second = visits.admit(NOON + LIFETIME)
    assert second is not None
    assert visits.find(first.id) is None
    visits.end_all()
    assert visits.find(second.id) is None


def test_a_flood_of_sightings_does_not_fill_the_memory() -> None:
    visit = Visits(1, LIFETIME).admit(NOON)
    assert visit is not None
    for port in range(MOST_SIGHTINGS + 10):
        visit.saw_stun("2001:db8::1", port, NOON)
        visit.saw_http("192.0.2.1", "echo", NOON)
    assert len(visit.stun) == len(visit.http) == MOST_SIGHTINGS
    assert (visit.stun[0]["family"], visit.http[0]["family"]) == (6, 4)
