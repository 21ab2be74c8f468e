"""The schedule of a campaign over HTTP: tried, set, shown, removed, noted."""

from datetime import datetime
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from config.vocabulary import Role
from tasks.database import transaction
from tests.factories.campaigns import create_campaign
from tests.fixtures.api import SignedIn

WEEKDAYS = {"cron": "30 6 * * 1-5", "timezone": "Europe/Lisbon"}


@pytest.fixture
def operator(signed_in: SignedIn) -> httpx.Client:
    return signed_in(Role.OPERATOR)


@pytest.fixture
def path() -> str:
    with transaction() as session:
        return f"/campaigns/{create_campaign(session)}/schedule"


def test_a_schedule_is_set_shown_changed_and_removed(
    operator: httpx.Client, path: str
) -> None:
    assert operator.get(path).json()["error"] == "no_schedule"
    answer = operator.put(path, json=WEEKDAYS)
    assert answer.status_code == 200, answer.text
    assert operator.get(f"/api/v1{path}").json() == answer.json()
    assert answer.json()["isOn"] is True
    assert answer.json()["lastAt"] is None
    times = [datetime.fromisoformat(one) for one in answer.json()["nextTimes"]]
    assert len(times) == 5
    assert all(one.weekday() < 5 and one.minute == 30 for one in times)
    off = operator.put(path, json={**WEEKDAYS, "isOn": False}).json()
    assert (off["isOn"], off["nextTimes"]) == (False, [])
    assert operator.delete(path).status_code == 204
    assert operator.get(path).status_code == 404
    assert operator.delete(path).status_code == 404


def test_who_set_it_and_when_it_was_removed_is_noted(
    operator: httpx.Client, path: str
) -> None:
    operator.put(path, json=WEEKDAYS)
    operator.delete(path)
    with transaction() as session:
        noted = session.execute(
            text("SELECT action, actor, details FROM audit_entries ORDER BY id")
        ).all()
        told = session.scalar(
            text("SELECT count(*) FROM tracking_events WHERE data->>'step'='schedule'")
        )
    assert [one.action for one in noted] == [
        "campaign.schedule_set",
        "campaign.schedule_removed",
    ]
    assert {one.actor for one in noted} == {"operator@muster.example"}
    assert noted[0].details["cron"] == WEEKDAYS["cron"]
    assert told == 2


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"cron": "every day"}, "cron"),
        ({"cron": "0 0 30 2 *"}, "cron"),
        ({"cron": ""}, "cron"),
        ({"cron": "0 6 * * *", "timezone": "Lisbon"}, "timezone"),
        ({"cron": "0 6 * * *", "timezone": "x" * 70}, "timezone"),
    ],
)
def test_what_never_comes_round_is_refused_at_its_field(
    operator: httpx.Client, path: str, wish: dict[str, str], field: str
) -> None:
    for answer in (
        operator.put(path, json=wish),
        operator.get(f"{path}/times", params=wish),
    ):
        assert answer.status_code == 422, answer.text
        assert answer.json()["details"]["fields"][0]["path"] == field
    assert operator.get(path).status_code == 404


def test_a_cron_line_is_tried_before_it_is_set(
    operator: httpx.Client, path: str
) -> None:
    answer = operator.get(f"{path}/times", params={"cron": " 0  6 * * * "}).json()
    assert (answer["cron"], answer["timezone"]) == ("0 6 * * *", "UTC")
    assert len(answer["nextTimes"]) == 5
    assert operator.get(path).status_code == 404


def test_who_may_not_start_a_campaign_may_not_schedule_it(
    signed_in: SignedIn, path: str
) -> None:
    reviewer = signed_in(Role.REVIEWER)
    assert reviewer.put(path, json=WEEKDAYS).status_code == 403
    assert reviewer.delete(path).status_code == 403


def test_a_campaign_that_is_not_there_has_no_schedule(operator: httpx.Client) -> None:
    path = f"/campaigns/{UUID(int=7)}/schedule"
    for answer in (
        operator.get(path),
        operator.put(path, json=WEEKDAYS),
        operator.delete(path),
        operator.get(f"{path}/times", params=WEEKDAYS),
    ):
        assert answer.status_code == 404, answer.text
        assert answer.json()["error"] == "not_found"
