"""Records of a JSON interface over real sockets, paged and failing in every way."""

from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from typing import Any

import pytest

from config.errors import BusyError, RefusedError, UnreadableError
from tests.fixtures.api_readings import (
    BY_CURSOR,
    PAGING,
    all_handles,
    handles,
    open_reading,
    read_all,
    recipe_for,
)
from tests.fixtures.json_service import JsonService, Said, json_service, person


@pytest.fixture
def service() -> Iterator[JsonService]:
    with json_service() as here:
        yield here


@pytest.mark.parametrize("path", PAGING)
@pytest.mark.parametrize("limit", [1, 7, 10, 1000])
def test_every_record_is_read_once_however_the_service_pages(
    service: JsonService, path: str, limit: int
) -> None:
    reading = open_reading(service, recipe_for(path, PAGING[path]))
    portions = read_all(reading, limit=limit)
    assert handles(portions) == all_handles(service)
    assert all(len(portion.profiles) <= limit for portion in portions)
    assert len(service.asked) <= 5, "a page is kept until its last record is taken"


@pytest.mark.parametrize("path", PAGING)
def test_a_reading_goes_on_after_any_portion_in_another_process(
    service: JsonService, path: str
) -> None:
    recipe = recipe_for(path, PAGING[path])
    position: dict[str, Any] = {}
    read: list[str] = []
    ended = False
    while not ended:
        with closing(open_reading(service, recipe)) as reading:
            portion = reading.acquire(position=position, limit=4)
        read += handles([portion])
        position, ended = portion.position, portion.ended
    assert read == all_handles(service)


def test_what_is_not_stated_is_unknown_and_never_zero(service: JsonService) -> None:
    [portion] = read_all(open_reading(service, recipe_for("/page", PAGING["/page"])))
    followers = [one.followers for one in portion.profiles]
    assert followers[:4] == [None, 1, 2, None]
    assert 0 not in followers


@pytest.mark.parametrize(
    ("path", "paging", "requests", "records"),
    [
        ("/ring", BY_CURSOR, 4, 30),
        ("/new-cursors", BY_CURSOR, 2, 10),
        ("/same", PAGING["/page"], 2, 10),
        ("/empty-for-ever", BY_CURSOR, 20, 0),
    ],
)
def test_a_listing_that_runs_in_a_ring_ends_and_says_so(
    service: JsonService, path: str, paging: str, requests: int, records: int
) -> None:
    portions = read_all(open_reading(service, recipe_for(path, paging)))
    assert (len(service.asked), len(handles(portions))) == (requests, records)
    [note] = [one for portion in portions for one in portion.unclear]
    assert "the listing was ended there" in note.reason


def test_an_empty_page_with_a_cursor_does_not_end_a_listing(
    service: JsonService,
) -> None:
    portions = read_all(open_reading(service, recipe_for("/some-empty", BY_CURSOR)))
    assert handles(portions) == all_handles(service)


def test_retry_after_is_never_broken_and_nothing_is_lost(service: JsonService) -> None:
    service.first.extend([Said({}, 429, {"Retry-After": "1"})] * 2)
    portions = read_all(open_reading(service, recipe_for("/cursor", BY_CURSOR)))
    assert handles(portions) == all_handles(service)
    moments = [one.moment for one in service.asked]
    waits = [later - earlier for earlier, later in pairwise(moments)]
    assert all(wait >= 1.0 for wait in waits[:2])
    assert not any(portion.unreadable for portion in portions)


def test_a_long_wish_is_kept_in_the_position_and_held_by_another_process(
    service: JsonService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.public_profiles.acquire_api.LONGEST_FETCH_SECONDS", 0.2)
    recipe = recipe_for("/cursor", BY_CURSOR)
    service.first.append(Said({}, 429, {"Retry-After": "1"}))
    with closing(open_reading(service, recipe)) as reading:
        portion = reading.acquire(position={}, limit=5)
    assert (portion.profiles, portion.ended) == ([], False)
    assert portion.position["wait_until"]
    position, items = portion.position, 0
    while not items:
        with closing(open_reading(service, recipe)) as reading:
            portion = reading.acquire(position=position, limit=5)
        position, items = portion.position, len(portion.profiles)
    first, second = (one.moment for one in service.asked[:2])
    assert second - first >= 1.0
    assert len(service.asked) == 2


def test_a_wish_beyond_all_patience_stops_the_run_without_another_request(
    service: JsonService,
) -> None:
    service.first.append(Said({}, 429, {"Retry-After": "7200"}))
    reading = open_reading(service, recipe_for("/cursor", BY_CURSOR))
    with closing(reading):
        for _ in range(2):
            with pytest.raises(BusyError, match=r"wants no request for 7[12]"):
                reading.acquire(position={}, limit=5)
    assert len(service.asked) == 1


def test_an_exhausted_quota_is_waited_for_before_it_is_broken(
    service: JsonService,
) -> None:
    left = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}
    page = Said({"people": [person(0)], "cursor": "c0"}, headers=left)
    service.first.append(page)
    reading = open_reading(service, recipe_for("/cursor", BY_CURSOR))
    with closing(reading):
        reading.acquire(position={}, limit=5)
    first, second = (one.moment for one in service.asked[:2])
    assert second - first >= 1.0


@pytest.mark.parametrize(
    "fault",
    [
        Said(b'{"people": [', 200),
        Said(b"", 200),
        Said(b"<html>busy</html>", 503),
        Said({}, 500),
    ],
)
def test_a_fault_that_passes_loses_nothing(service: JsonService, fault: Said) -> None:
    service.first.extend([fault, fault])
    portions = read_all(open_reading(service, recipe_for("/cursor", BY_CURSOR)))
    assert handles(portions) == all_handles(service)


def test_broken_json_for_ever_stops_the_run_after_what_was_read(
    service: JsonService,
) -> None:
    reading = open_reading(service, recipe_for("/cursor", BY_CURSOR))
    with closing(reading):
        first = reading.acquire(position={}, limit=10)
        service.first.extend([Said(b"{")] * 4)
        with pytest.raises(UnreadableError, match="no JSON"):
            reading.acquire(position=first.position, limit=10)
        service.first.extend([Said(b"{")] * 4)
        again = open_reading(service, recipe_for("/cursor", BY_CURSOR))
    with closing(again):
        with pytest.raises(UnreadableError, match="at the last of 4 tries"):
            again.acquire(position=first.position, limit=10)
        rest = again.acquire(position=first.position, limit=100)
    assert handles([first, rest]) == all_handles(service)


def test_records_before_a_failure_are_returned_first(service: JsonService) -> None:
    reading = open_reading(service, recipe_for("/cursor", BY_CURSOR))
    with closing(reading):
        reading.acquire(position={}, limit=1)
        service.first.append(Said({"message": "no longer"}, 403))
        portion = reading.acquire(position={}, limit=100)
        assert handles([portion]) == all_handles(service)[:10]
        service.first.append(Said({"message": "no longer"}, 403))
        with pytest.raises(RefusedError, match="no longer: check the secret"):
            reading.acquire(position=portion.position, limit=100)


def test_an_answer_of_another_kind_is_no_empty_page(service: JsonService) -> None:
    service.routes["/page"] = lambda _: Said({"error": "sign in"})
    reading = open_reading(service, recipe_for("/page", PAGING["/page"]))
    with closing(reading), pytest.raises(UnreadableError, match="no list at 'people'"):
        reading.acquire(position={}, limit=5)


def test_odd_records_are_told_one_by_one(service: JsonService) -> None:
    odd = [7, {"displayName": "No handle"}, {"handle": "ok", "followersCount": "many"}]
    service.routes["/page"] = lambda asked: Said(
        {"people": odd if asked.one("page", "1") == "1" else []}
    )
    [portion] = read_all(open_reading(service, recipe_for("/page", PAGING["/page"])))
    assert [one.reason for one in portion.unreadable] == [
        "it is no record",
        "it states no handle",
    ]
    [ok] = portion.profiles
    assert (ok.handle, ok.followers) == ("ok", None)
    assert portion.unclear[0].reason == "followers: 'many' is not a count; left unknown"


def test_a_link_to_another_host_is_not_followed(service: JsonService) -> None:
    link = {"Link": '<http://127.0.0.2:9/next>; rel="next"'}
    service.routes["/link"] = lambda _: Said({"people": [person(1)]}, headers=link)
    reading = open_reading(service, recipe_for("/link", PAGING["/link"]))
    with closing(reading):
        portion = reading.acquire(position={}, limit=100)
        assert len(portion.profiles) == 1
        with pytest.raises(RefusedError, match="which this source does not name"):
            reading.acquire(position=portion.position, limit=100)


def test_the_pace_holds_between_all_requests(service: JsonService) -> None:
    reading = open_reading(service, recipe_for("/cursor", BY_CURSOR), pace=0.3)
    read_all(reading)
    first, *_, last = (one.moment for one in service.asked)
    assert len(service.asked) == 4
    assert last - first >= 0.7  # three pauses, but the first may take long to arrive
