"""Two people edit one campaign; lists are sorted, filtered and read page by page."""

from typing import Any

import httpx
import pytest

from tasks.database import transaction
from tests.factories.campaigns import create_campaign, create_taken_run


@pytest.fixture
def draft(operator: httpx.Client) -> dict[str, Any]:
    with transaction() as session:
        campaign_id = create_campaign(session)
    made: dict[str, Any] = operator.get(f"/campaigns/{campaign_id}").json()
    return made


def change(
    operator: httpx.Client, campaign: dict[str, Any], tag: str | None, **values: Any
) -> httpx.Response:
    headers = {"If-Match": tag} if tag is not None else {}
    path = f"/campaigns/{campaign['id']}"
    return operator.patch(path, json=values, headers=headers)


def test_a_change_makes_a_new_version(
    operator: httpx.Client, draft: dict[str, Any]
) -> None:
    tag = operator.get(f"/campaigns/{draft['id']}").headers["etag"]
    assert tag == '"1"'
    criteria = {"followers": {"min": 20}}
    answer = change(operator, draft, tag, name="Weavers", criteria=criteria)
    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"] == '"2"'
    changed = answer.json()
    assert (changed["name"], changed["version"]) == ("Weavers", 2)
    assert changed["criteria"]["followers"]["min"] == 20
    assert changed["threshold"] == draft["threshold"]


def test_the_second_of_two_people_is_told_that_the_first_was_faster(
    operator: httpx.Client, draft: dict[str, Any]
) -> None:
    assert change(operator, draft, None, version=1, wanted=5).status_code == 200
    for tag, stated in (('"1"', {}), (None, {"version": 1}), ('W/"2"', {})):
        late = change(operator, draft, tag, wanted=7, **stated)
        assert late.status_code == 412, late.text
        assert late.json()["error"] == "changed_elsewhere"
        assert late.json()["details"] == {"version": 2}
    assert change(operator, draft, "*", wanted=7).json()["wanted"] == 7


def test_a_change_must_say_what_it_is_a_change_of(
    operator: httpx.Client, draft: dict[str, Any]
) -> None:
    answer = change(operator, draft, None, name="Weavers")
    assert answer.status_code == 428
    assert answer.json()["error"] == "version_required"


def test_a_change_that_changes_nothing_makes_no_version(
    operator: httpx.Client, draft: dict[str, Any]
) -> None:
    answer = change(operator, draft, '"1"', name=draft["name"], wanted=draft["wanted"])
    assert answer.headers["etag"] == '"1"'


def test_what_cannot_be_is_refused_at_the_field(
    operator: httpx.Client, draft: dict[str, Any]
) -> None:
    answer = change(operator, draft, '"1"', threshold=101, source={"kind": "table"})
    fields = {one["path"] for one in answer.json()["details"]["fields"]}
    assert fields == {"threshold", "source"}


def test_a_campaign_at_work_is_left_alone(operator: httpx.Client) -> None:
    taken = create_taken_run()
    path = f"/campaigns/{taken.campaign_id}"
    at_work = {"id": str(taken.campaign_id)}
    assert change(operator, at_work, "*", name="Weavers").status_code == 409
    operator.post(f"{path}/pause")
    stopping = change(operator, at_work, "*", name="Weavers")
    assert stopping.status_code == 409, "its run has not stopped yet"
    operator.post(f"{path}/complete")


def pages(
    operator: httpx.Client, path: str, **query: Any
) -> tuple[list[dict[str, Any]], int]:
    items: list[dict[str, Any]] = []
    after, read = None, 0
    while True:
        asked = query | ({"after": after} if after else {})
        answer = operator.get(path, params=asked)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        items, read, after = items + page["items"], read + 1, page["next"]
        if after is None:
            return items, read


@pytest.mark.parametrize("sort", ["createdAt", "name", "updatedAt"])
@pytest.mark.parametrize("sign", ["", "-"])
def test_a_list_is_read_page_by_page_in_any_order(
    operator: httpx.Client, sort: str, sign: str
) -> None:
    with transaction() as session:
        ids = [create_campaign(session, name=name) for name in "bcabd"]
    for campaign_id in reversed(ids):
        change(operator, {"id": campaign_id}, "*", wanted=7)
    found, read = pages(operator, "/campaigns", sort=f"{sign}{sort}", limit=2)
    places = [(one["id"] if sort == "createdAt" else one[sort]) for one in found]
    assert places == sorted(places, reverse=bool(sign))
    assert sorted(one["id"] for one in found) == sorted(map(str, ids))
    assert read == 3


def test_a_list_that_ends_with_a_page_has_no_next(operator: httpx.Client) -> None:
    with transaction() as session:
        for name in "ab":
            create_campaign(session, name=name)
    assert pages(operator, "/campaigns", limit=2)[1] == 1


def test_campaigns_are_filtered_by_their_state(operator: httpx.Client) -> None:
    taken = create_taken_run()
    with transaction() as session:
        create_campaign(session)
    found, _ = pages(operator, "/campaigns", status="active")
    assert [one["id"] for one in found] == [str(taken.campaign_id)]
