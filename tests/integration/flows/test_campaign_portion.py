"""A portion of real rows: whatever a cell holds, the rest of the table is stored."""

from typing import Any
from uuid import UUID

import pytest

from config.clock import now
from flows.campaign_portion import CampaignWork, work_portion
from tasks.campaigns.life import start_campaign
from tasks.campaigns.repository import describe_run, find_latest_run
from tasks.campaigns.runs import take_run
from tasks.campaigns.schemas import CampaignRunAnswer
from tasks.campaigns.tables import store_table
from tasks.database import transaction
from tests.factories.campaigns import create_campaign

pytestmark = pytest.mark.usefixtures("database")

COLUMNS = {
    "handle": "handle",
    "display_name": "name",
    "location": "place",
    "followers": "fans",
}


def work_through(content: bytes, *, form: str, **wish: Any) -> CampaignRunAnswer:
    with transaction() as session:
        table = store_table(session, name="t", content=[content], uploaded_by=None)
        source = {
            "kind": "table",
            "tableId": str(table.table_id),
            "form": form,
            "columns": COLUMNS,
            "platform": "demo",
        }
        campaign_id = create_campaign(session, source=source, **wish)
        waiting = start_campaign(session, campaign_id, now=now())
    with transaction() as session:
        taken = take_run(session, waiting.campaign_run_id, attempts=10, now=now())
    assert taken is not None
    work = CampaignWork(taken)
    while work_portion(work).goes_on:
        pass
    work.close()
    return latest_run(campaign_id)


def latest_run(campaign_id: UUID) -> CampaignRunAnswer:
    with transaction() as session:
        campaign_run = find_latest_run(session, campaign_id)
        assert campaign_run is not None
        return describe_run(campaign_run)


@pytest.mark.parametrize(
    "row",
    [
        b'{"handle": "mi\\u0000ra", "name": "Mira", "place": "Riga"}',
        b'{"handle": "mira", "name": "Mi\\u0000ra", "place": "Ri\\u0000ga"}',
        b'{"handle": "mira", "name": "\\ud83d", "place": "Riga"}',
        b'{"handle": "mi\\udc00ra", "name": "Mira", "place": "Riga"}',
        b'{"handle": "mira", "name": {"first": "Mi\\u0000ra"}, "place": "Riga"}',
        b'{"handle": "mira", "fans": 99999999999999999}',
        b'{"handle": "mira", "fans": 1e400}',
        b'{"handle": "mira", "fans": 18446744073709551616}',
    ],
)
def test_a_character_that_cannot_be_stored_does_not_stop_the_run(row: bytes) -> None:
    content = row + b'\n{"handle": "tal", "name": "Tal", "place": "Riga"}\n'
    done = work_through(
        content, form="json_lines", criteria={"locations": ["Riga"]}, threshold=0
    )
    assert done.acquired + done.unreadable == 2
    assert done.acquired >= 1


def test_a_null_byte_in_a_csv_cell_does_not_stop_the_run() -> None:
    content = (
        b"handle,name,place,fans\n"
        b"mi\0ra,Mi\0ra,Ri\0ga,1\nbad,\xff\0,x,2\ntal,Tal,Riga,3\n"
    )
    done = work_through(
        content, form="csv", criteria={"locations": ["Riga"]}, threshold=0
    )
    assert (done.acquired, done.unreadable) == (1, 2)


def test_an_excluded_handle_is_never_queued_even_without_a_threshold() -> None:
    done = work_through(
        b"handle,name,place,fans\nMira,Mira,Riga,1\ntal,Tal,Riga,3\n",
        form="csv",
        criteria={"excludedHandles": ["@mira"]},
        threshold=0,
    )
    assert (done.acquired, done.queued, done.rejected) == (2, 1, 1)
