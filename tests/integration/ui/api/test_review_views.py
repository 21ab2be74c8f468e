"""Saved views: own ones are changed with the version seen, shared ones are used."""

from typing import Any

import httpx
import pytest

from config.vocabulary import Role
from tests.fixtures.api import SignedIn

PATH = "/profiles/views"
VIEW = {
    "name": "Near the line",
    "filter": {"minScore": 50, "maxScore": 60, "decision": ["pending", "maybe"]},
    "sort": "uncertainty",
}


@pytest.fixture
def mine(signed_in: SignedIn) -> httpx.Client:
    return signed_in(Role.REVIEWER)


@pytest.fixture
def theirs(signed_in: SignedIn) -> httpx.Client:
    return signed_in(Role.OPERATOR)


def save(client: httpx.Client, **values: Any) -> dict[str, Any]:
    answer = client.post(PATH, json=VIEW | values)
    assert answer.status_code == 201, answer.text
    assert answer.headers["etag"] == '"1"'
    view: dict[str, Any] = answer.json()
    return view


def test_a_view_is_saved_and_listed_by_name(mine: httpx.Client) -> None:
    view = save(mine)
    first = save(mine, name="all", filter={}, sort="-score")
    assert mine.get(PATH).json() == {"items": [first, view]}
    assert (view["isMine"], view["isShared"]) == (True, False)
    assert (view["ownerName"], view["version"]) == ("The reviewer", 1)
    assert view["filter"]["minScore"] == 50
    assert view["filter"]["decision"] == ["pending", "maybe"]


def test_a_name_is_taken_once_by_a_person(
    mine: httpx.Client, theirs: httpx.Client
) -> None:
    save(mine)
    save(theirs)
    answer = mine.post(PATH, json=VIEW)
    assert answer.status_code == 409
    assert answer.json()["error"] == "view_name_taken"


def test_the_second_change_is_told_that_the_first_was_faster(
    mine: httpx.Client,
) -> None:
    path = f"{PATH}/{save(mine)['id']}"
    seen = {"If-Match": '"1"'}
    changed = mine.patch(path, json={"name": "Close"}, headers=seen)
    assert changed.status_code == 200, changed.text
    assert changed.headers["etag"] == '"2"'
    assert (changed.json()["name"], changed.json()["sort"]) == ("Close", "uncertainty")
    late = mine.patch(path, json={"sort": "score"}, headers=seen)
    assert late.status_code == 412
    assert late.json()["details"] == {"version": 2}
    assert mine.patch(path, json={"sort": "score"}).status_code == 428
    assert mine.delete(path).status_code == 428
    assert mine.delete(path, headers=seen).status_code == 412
    assert mine.patch(path, json={"version": 2, "filter": {}}).json()["version"] == 3
    assert mine.delete(path, headers={"If-Match": '"3"'}).status_code == 204
    assert mine.get(PATH).json() == {"items": []}


def test_a_shared_view_is_used_by_all_and_changed_by_its_owner(
    mine: httpx.Client, theirs: httpx.Client
) -> None:
    path = f"{PATH}/{save(mine)['id']}"
    any_version = {"If-Match": "*"}
    hidden = theirs.patch(path, json={"name": "Ours"}, headers=any_version)
    assert hidden.status_code == 404
    assert theirs.get(PATH).json() == {"items": []}
    mine.patch(path, json={"isShared": True}, headers=any_version)
    (shared,) = theirs.get(PATH).json()["items"]
    assert (shared["isMine"], shared["ownerName"]) == (False, "The reviewer")
    for answer in (
        theirs.patch(path, json={"name": "Ours"}, headers=any_version),
        theirs.delete(path, headers=any_version),
    ):
        assert answer.status_code == 403
        assert answer.json()["error"] == "foreign_view"


@pytest.mark.parametrize(
    "values",
    [
        {"name": " "},
        {"name": "a\0"},
        {"sort": "colour"},
        {"filter": {"minScore": 9, "maxScore": 1}},
        {"filter": {"colour": "red"}},
    ],
)
def test_a_view_that_finds_nothing_sensible_is_refused(
    mine: httpx.Client, values: dict[str, Any]
) -> None:
    assert mine.post(PATH, json=VIEW | values).status_code == 422
