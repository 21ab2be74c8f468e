"""A person who asks for it is gone from every table, and stays away."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from config.clock import now
from config.connections import redis_client
from config.settings import settings
from config.vocabulary import Decision, Fate, Role
from flows.campaign_portion import CampaignWork, work_portion
from tasks.campaigns.life import start_campaign
from tasks.campaigns.repository import (
    add_failure_pictures,
    describe_run,
    find_latest_run,
)
from tasks.campaigns.run_items import UnreadItem, add_pages, add_unreadable_items
from tasks.campaigns.runs import take_run
from tasks.campaigns.schemas import CampaignRunAnswer
from tasks.campaigns.tables import store_table
from tasks.database import transaction
from tasks.events.relay import relay_events
from tasks.reviews.log import check_log
from tests.factories.campaigns import create_campaign
from tests.factories.reviews import reopen_again, rule
from tests.fixtures.api import SignedIn

HANDLE, NAME = "zyxquilla.vorn", "Zyxquilla Vornstein"
PAGE = f"https://demo.example/@{HANDLE}"
OTHER = "https://demo.example/@tal.moor"
TABLE = (
    "handle,name,about,page\n"
    f'{HANDLE},{NAME},"I am {NAME}",{PAGE}\n'
    f"tal.moor,Tal Moor,pots,{OTHER}\n"
).encode()
WISH = {"platform": "Demo", "handle": f"@{HANDLE.upper()}"}
SOURCE = {
    "kind": "table",
    "platform": "demo",
    "columns": {
        "handle": "handle",
        "displayName": "name",
        "bio": "about",
        "url": "page",
    },
}
IN_TEXT = text(
    """
    SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = 'public'
      AND data_type IN ('text', 'json', 'jsonb', 'ARRAY', 'character varying')
    """
)


def gather() -> tuple[UUID, CampaignRunAnswer]:
    """Run a campaign over the table; return it with its counts."""
    with transaction() as session:
        table = store_table(session, name="t", content=[TABLE], uploaded_by=None)
        source = {**SOURCE, "tableId": str(table.table_id)}
        campaign_id = create_campaign(session, source=source, threshold=0)
        waiting = start_campaign(session, campaign_id, now=now())
    with transaction() as session:
        taken = take_run(session, waiting.campaign_run_id, attempts=10, now=now())
    assert taken is not None
    work = CampaignWork(taken)
    while work_portion(work).goes_on:
        pass
    work.close()
    with transaction() as session:
        campaign_run = find_latest_run(session, campaign_id)
        assert campaign_run is not None
        return campaign_id, describe_run(campaign_run)


def leave_traces(campaign_run_id: UUID) -> None:
    with transaction() as session:
        add_pages(session, campaign_run_id, [PAGE, OTHER])
        odd = [
            UnreadItem(PAGE, "an empty page", Fate.NO_PROFILE),
            UnreadItem("row 9", f"cannot read {NAME}", None),
            UnreadItem("row 10", "no handle", Fate.NO_PROFILE),
        ]
        add_unreadable_items(session, campaign_run_id, odd)
        shown = {
            "url": PAGE,
            "reason": "empty",
            "browser_profile_id": campaign_run_id,
            "content": b"png",
        }
        add_failure_pictures(session, campaign_run_id, [shown], most=5)


def id_of(handle: str, campaign_id: UUID) -> UUID:
    with transaction() as session:
        found = session.scalar(
            text(
                "SELECT id FROM public_profiles"
                " WHERE handle = :handle AND campaign_id = :campaign"
            ),
            {"handle": handle, "campaign": campaign_id},
        )
    assert isinstance(found, UUID)
    return found


def places_naming(*words: str) -> set[str]:
    """Return every column of text or JSON that holds one of the words."""
    with transaction() as session:
        return {
            f"{table}.{column}"
            for table, column in session.execute(IN_TEXT).all()
            for word in words
            if session.scalar(
                text(
                    f'SELECT EXISTS (SELECT FROM "{table}"'  # noqa: S608 - a catalogue's names
                    f' WHERE "{column}"::text ILIKE :word)'
                ),
                {"word": f"%{word}%"},
            )
        }


def streamed() -> bytes:
    return repr(redis_client().xrange(settings().events.stream)).encode()


@pytest.fixture
def administrator(signed_in: SignedIn) -> httpx.Client:
    return signed_in(Role.ADMINISTRATOR)


@pytest.fixture
def campaign_id(administrator: httpx.Client) -> UUID:
    """Have a person in every place that may name one."""
    campaign_id, campaign_run = gather()
    assert (campaign_run.acquired, campaign_run.barred) == (2, 0)
    leave_traces(campaign_run.id)
    one, other = id_of(HANDLE, campaign_id), id_of("tal.moor", campaign_id)
    rule(one, Decision.APPROVED, reason="clear", note=f"{NAME} wrote to us")
    rule(other, Decision.APPROVED, reason="clear", note="a potter")
    key = {"Idempotency-Key": "a"}
    path = f"/profiles/{one}/reject"
    answer = administrator.post(path, json={"reason": NAME}, headers=key)
    assert answer.status_code in {200, 409}, answer.text
    view = {"name": "Search", "filter": {"q": NAME}, "sort": "-score"}
    administrator.post("/profiles/views", json=view)
    relay_events()
    return campaign_id


def forget(client: httpx.Client, **more: Any) -> dict[str, Any]:
    answer = client.post("/admin/persons/forget", json=WISH | more)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_nothing_names_a_person_who_was_forgotten(
    administrator: httpx.Client, campaign_id: UUID
) -> None:
    before = places_naming(HANDLE, NAME)
    assert before >= {
        "public_profiles.bio",
        "tracking_events.alike",
        "tracking_events.data",
        "review_log.note",
        "source_pages.url",
        "failure_pictures.url",
        "unreadable_items.reason",
    }
    assert HANDLE.encode() in streamed()
    told = forget(administrator)
    assert places_naming(HANDLE, NAME) == set()
    assert HANDLE.encode() not in streamed()
    assert (told["publicProfiles"], told["reviewItems"], told["dryRun"]) == (
        1,
        1,
        False,
    )
    assert (told["pages"], told["failurePictures"], told["unreadableItems"]) == (
        1,
        1,
        2,
    )
    assert told["logLines"] >= 1
    assert told["events"] >= 4
    assert len(told["uploadedTables"]) == 1
    assert "tracking_events.alike" in places_naming("tal.moor")
    assert "review_log.note" in places_naming("a potter")
    assert id_of("tal.moor", campaign_id)


def test_the_review_log_still_checks(
    administrator: httpx.Client, campaign_id: UUID
) -> None:
    forget(administrator)
    with transaction() as session:
        assert check_log(session) == []
    reopen_again(id_of("tal.moor", campaign_id), by=uuid4(), reason="look again")
    with transaction() as session:
        assert check_log(session) == []
        session.execute(
            text("UPDATE review_log SET after = 'rejected' WHERE number = 1")
        )
        [found] = check_log(session)
    assert (found.number, found.what) == (1, "was altered")


@pytest.mark.usefixtures("campaign_id")
def test_a_later_campaign_over_the_same_table_leaves_them_out(
    administrator: httpx.Client,
) -> None:
    forget(administrator)
    _, later = gather()
    assert (later.acquired, later.barred, later.known) == (1, 1, 0)
    assert places_naming(HANDLE, NAME) == set()


@pytest.mark.usefixtures("campaign_id")
def test_a_dry_run_says_what_would_go_and_a_repeat_finds_nothing(
    administrator: httpx.Client,
) -> None:
    before = places_naming(HANDLE, NAME)
    said = forget(administrator, dryRun=True)
    assert places_naming(HANDLE, NAME) == before
    done = forget(administrator)
    uncounted = ("dryRun", "pageMarks", "keptAnswers")
    assert [said[name] for name in said if name not in uncounted] == [
        done[name] for name in done if name not in uncounted
    ]
    again = forget(administrator)
    assert {again[name] for name in again if isinstance(again[name], int)} == {0}


@pytest.mark.usefixtures("campaign_id")
def test_the_audit_tells_of_it_without_the_name(administrator: httpx.Client) -> None:
    forget(administrator)
    with transaction() as session:
        subject, details = session.execute(
            text(
                "SELECT subject, details FROM audit_entries"
                " WHERE action = 'person.forgotten'"
            )
        ).one()
    assert len(subject) == 16
    assert details["public_profiles"] == 1


def test_only_administrators_forget_people(signed_in: SignedIn) -> None:
    operator = signed_in(Role.OPERATOR)
    answer = operator.post("/admin/persons/forget", json=WISH)
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "wish",
    [
        {"platform": "mastodon", "handle": "mira"},
        {"platform": "demo", "handle": "@"},
        {"platform": "", "handle": "mira"},
        {"platform": "demo", "handle": "a\0b"},
        {"platform": "demo", "handle": "mira", "address": "ftp://x"},
    ],
)
def test_who_is_not_clear_is_not_forgotten(
    administrator: httpx.Client, wish: dict[str, str]
) -> None:
    answer = administrator.post("/admin/persons/forget", json=wish)
    assert answer.status_code == 422, answer.text
