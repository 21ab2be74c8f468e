"""Other criteria for what a campaign has: counted first, then scored by portions."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from flows.campaign_rescoring import rescore_portion
from tasks.campaigns.schemas import TakenRun
from tasks.database import transaction
from tests.factories.campaigns import create_taken_run
from tests.factories.public_profiles import store_handles
from tests.factories.review_queue import queue_many

FIRST = ("", "")


def score_all(campaign_id: UUID, *, limit: int = 2) -> dict[str, int]:
    """Score a campaign anew as the flow does; return how many joined and left."""
    counts = {"scored": 0, "queued": 0, "withdrawn": 0}
    place: tuple[str, str] = FIRST
    while portion := rescore_portion(campaign_id, place, limit=limit):
        place = portion.after
        counts = {name: had + getattr(portion, name) for name, had in counts.items()}
    return counts


def people(*followers: int | None) -> TakenRun:
    """Store people with so many followers, none of them queued; end their run."""
    taken = create_taken_run(criteria={"followers": {"min": 1_000}})
    for number, count in enumerate(followers):
        store_handles(taken, f"person{number}", followers=count)
    return taken


def change(operator: httpx.Client, campaign_id: UUID, **values: Any) -> None:
    path = f"/campaigns/{campaign_id}"
    tag = operator.get(path).headers["etag"]
    answer = operator.patch(path, json=values, headers={"If-Match": tag})
    assert answer.status_code == 200, answer.text


def end(campaign_id: UUID) -> None:
    """End a campaign and its run, so that it may be changed."""
    with transaction() as session:
        for statement in (
            "UPDATE campaigns SET state = 'completed' WHERE id = :id",
            "UPDATE campaign_runs SET state = 'completed' WHERE campaign_id = :id",
        ):
            session.execute(text(statement), {"id": campaign_id})


def waiting(operator: httpx.Client, campaign_id: UUID) -> dict[str, Any]:
    answer = operator.get(
        f"/profiles?campaignId={campaign_id}&decision=pending&decision=approved"
    )
    return {one["handle"]: one for one in answer.json()["items"]}


def test_a_preview_counts_who_would_pass_and_stores_nothing(
    operator: httpx.Client,
) -> None:
    taken = people(5_000, 500, 20, None)
    wish = {"criteria": {"followers": {"max": 600}}, "threshold": 80}
    path = f"/campaigns/{taken.campaign_id}/criteria-preview"
    found = operator.post(path, json=wish).json()
    assert found == {
        "lookedAt": 4,
        "before": 2,
        "after": 2,
        "gained": 1,
        "lost": 1,
        "confidenceBefore": 0.75,
        "confidenceAfter": 0.75,
    }
    last = operator.post(path, json=wish | {"last": 1}).json()
    assert last["lookedAt"] == 1
    assert operator.get(f"/campaigns/{taken.campaign_id}/rescore").json()["behind"] == 0


def test_new_criteria_give_new_scores_and_keep_the_old_ones(
    operator: httpx.Client,
) -> None:
    taken = people(5_000, 20, None)
    end(taken.campaign_id)
    change(operator, taken.campaign_id, criteria={"followers": {"max": 30}})
    asked = operator.get(f"/campaigns/{taken.campaign_id}/rescore").json()
    assert (asked["known"], asked["behind"], asked["version"]) == (3, 3, 2)
    assert score_all(taken.campaign_id) == {"scored": 3, "queued": 1, "withdrawn": 0}
    (few,) = waiting(operator, taken.campaign_id).values()
    assert (few["handle"], few["score"]) == ("person1", 100)
    (old,) = operator.get(f"/profiles/{few['id']}/scores").json()["items"]
    assert (old["criteriaVersion"], old["score"]) == (1, 100)
    assert old["parts"][0]["name"] == "criteria"
    assert operator.get(f"/campaigns/{taken.campaign_id}/rescore").json()["behind"] == 0
    assert score_all(taken.campaign_id)["scored"] == 0


def test_it_goes_on_where_it_was_broken_off(operator: httpx.Client) -> None:
    taken = people(5_000, 20, 40, 7, None)
    end(taken.campaign_id)
    change(operator, taken.campaign_id, criteria={"followers": {"max": 30}})
    assert rescore_portion(taken.campaign_id, FIRST, limit=2)
    asked = operator.get(f"/campaigns/{taken.campaign_id}/rescore").json()
    assert asked["behind"] == 3
    assert score_all(taken.campaign_id)["scored"] == 3


def test_who_waits_and_passes_no_more_leaves_unless_a_person_has_begun(
    operator: httpx.Client,
) -> None:
    campaign_id = queue_many(4)
    by_handle = waiting(operator, campaign_id)
    decided, leased = by_handle["person1"]["id"], by_handle["person2"]["id"]
    operator.post(f"/profiles/{decided}/approve").raise_for_status()
    with transaction() as session:
        hold = "UPDATE review_items SET leased_until = now() + interval '1 hour'"
        session.execute(text(f"{hold} WHERE id = :id"), {"id": leased})
    change(operator, campaign_id, criteria={"platforms": ["pond"]})
    assert score_all(campaign_id) == {"scored": 4, "queued": 0, "withdrawn": 2}
    left = waiting(operator, campaign_id)
    assert {name: (one["status"], one["score"]) for name, one in left.items()} == {
        "person1": ("approved", 0),
        "person2": ("pending", 0),
    }
    for one in left.values():
        assert sum(part["points"] for part in one["parts"]) == one["score"]
    change(operator, campaign_id, criteria={})
    assert score_all(campaign_id)["queued"] == 2
    assert len(waiting(operator, campaign_id)) == 4
    earlier = operator.get(f"/profiles/{decided}/scores").json()["items"]
    assert [one["criteriaVersion"] for one in earlier] == [2, 1]


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("followers >", "at character 12"),
        ("posts > 1 and fans > 2", "there is no field fans at character 15"),
        ("__import__('os')", "there is no function __import__ at character 1"),
        ("followers ** 2", "Pow is not possible"),
    ],
)
def test_an_expression_that_cannot_be_worked_out_is_refused_at_its_field(
    operator: httpx.Client, expression: str, said: str
) -> None:
    taken = people()
    end(taken.campaign_id)
    answer = operator.patch(
        f"/campaigns/{taken.campaign_id}",
        json={"criteria": {"expressions": [{"expression": expression}]}},
        headers={"If-Match": "*"},
    )
    assert answer.status_code == 422, answer.text
    (field,) = answer.json()["details"]["fields"]
    assert field["path"].endswith("criteria.expressions.0.expression")
    assert said in field["message"]


def test_what_does_not_exist_is_not_scored(operator: httpx.Client) -> None:
    nobody = UUID(int=7)
    assert operator.get(f"/campaigns/{nobody}/rescore").status_code == 404
    assert operator.post(f"/campaigns/{nobody}/rescore").status_code == 404
    assert operator.get(f"/profiles/{nobody}/scores").status_code == 404
