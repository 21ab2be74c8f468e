"""A run's report on its screen: counts that add up, failures, reading them again."""

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from config.clock import now
from config.vocabulary import Fate
from tasks.campaigns.run_items import (
    UnreadItem,
    add_pages,
    add_unreadable_items,
    settle_pages,
)
from tasks.campaigns.runs import advance_run, close_run
from tasks.campaigns.schemas import PortionCounts, TakenRun
from tasks.database import transaction
from tests.factories.campaigns import create_taken_run
from tests.fixtures.console import labels, show, written
from tests.fixtures.database import read_settings_again
from tests.fixtures.prefect import forget_prefect_client

CAMPAIGN = "screens/campaign_run.py"


@pytest.fixture(autouse=True)
def prefect_away(environment: pytest.MonkeyPatch) -> Iterator[None]:
    """Have nothing listen where Prefect is."""
    environment.setenv("MUSTER_PREFECT__API_URL", "http://127.0.0.1:1/api")
    read_settings_again()
    forget_prefect_client()
    yield
    forget_prefect_client()


def an_ended_run(kind: str) -> TakenRun:
    source = {"kind": kind, "listingUrl": "https://a.example/all", "recipe": "x"}
    taken = create_taken_run(source=source)
    lost = {"https://a.example/lost": Fate.LOST, "https://a.example/gone": Fate.GONE}
    told = [UnreadItem(url, f"why it is {fate}", fate) for url, fate in lost.items()]
    counts = PortionCounts(
        found=9,
        acquired=7,
        unreadable=2,
        listed=2,
        fates={Fate.ACQUIRED: 7, Fate.GONE: 1, Fate.LOST: 1},
    )
    with transaction() as session:
        add_pages(session, taken.campaign_run_id, list(lost))
        settle_pages(session, taken.campaign_run_id, list(lost), failed=lost)
        add_unreadable_items(session, taken.campaign_run_id, told)
        advance_run(session, taken, counts, position={}, stage_seconds={}, now=now())
    with transaction() as session:
        close_run(session, taken, now=now())
    return taken


def test_the_screen_shows_what_became_of_each_page_and_reads_failures_again(
    console: AppTest,
) -> None:
    taken = an_ended_run("html_pages")
    show(console, CAMPAIGN, id=str(taken.campaign_id))
    counts, failures = (one.value for one in console.dataframe)
    assert list(zip(counts["What became of it"], counts["Pages"], strict=True)) == [
        ("Acquired", 7),
        ("Gone", 1),
        ("Lost", 1),
        ("All", 9),
    ]
    assert list(failures["Why"]) == ["why it is lost", "why it is gone"]
    console.button(key="rerun_failed").click().run()
    assert not console.exception
    assert "Waiting for a worker" in written(console)


def test_bad_rows_of_a_table_are_put_right_in_the_file(console: AppTest) -> None:
    taken = an_ended_run("table")
    show(console, CAMPAIGN, id=str(taken.campaign_id))
    assert "put the rows right in the file" in written(console)
    assert not any(one.startswith("Read ") for one in labels(console))
