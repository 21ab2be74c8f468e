"""A run's totals add up, and a re-run reads only what failed."""

import csv
import io
import logging
from collections import deque
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from config.clock import now
from config.errors import UnreachableError
from config.sections.public_profiles import PublicProfilesSettings
from config.vocabulary import CampaignRunState, Fate
from deployments.demo_site.faults import Fault, fault_of
from flows.campaign_life import NothingToRerunError, rerun_failed
from flows.campaign_portion import CampaignWork, work_portion
from flows.campaign_report import ReportAnswer, report_file, show_report, tell_end
from flows.campaign_rerun import RerunRequest
from tasks.campaigns.life import (
    CampaignStateError,
    complete_campaign,
    start_campaign,
)
from tasks.campaigns.pace import Pace
from tasks.campaigns.repository import find_latest_run
from tasks.campaigns.runs import close_run, fail_run
from tasks.campaigns.schemas import TakenRun
from tasks.campaigns.tables import store_table
from tasks.database import transaction
from tests.factories.campaigns import create_taken_run, retake_run
from tests.fixtures.database import read_settings_again
from tests.fixtures.demo_site import DemoSiteAddress
from tests.fixtures.json_service import Said, json_service
from tests.fixtures.polite_site import PoliteSite, Told, polite_site
from tests.fixtures.prefect import forget_prefect_client

pytestmark = pytest.mark.usefixtures("database")

FAULTY_PAGES = 120
TRIES = PublicProfilesSettings().tries
CAPTCHA = b"<!doctype html><title>Attention Required!</title><p>@p3 Are you human?"


@pytest.fixture(autouse=True)
def no_engine(environment: pytest.MonkeyPatch) -> Iterator[None]:
    """Let a run that was asked for wait: these tests take it up themselves."""
    environment.setenv("MUSTER_PREFECT__API_URL", "http://127.0.0.1:9/api")
    read_settings_again()
    forget_prefect_client()
    yield
    forget_prefect_client()


@pytest.fixture
def site() -> Iterator[PoliteSite]:
    with polite_site() as here:
        yield here


def source_at(site: PoliteSite, **more: Any) -> dict[str, Any]:
    return {
        "kind": "html_pages",
        "listingUrl": f"{site.url}/all",
        "recipe": "any-public-page",
        **more,
    }


def table_source(content: bytes, form: str = "csv") -> dict[str, Any]:
    with transaction() as session:
        table = store_table(session, name="t", content=[content], uploaded_by=None)
    return {
        "kind": "table",
        "tableId": str(table.table_id),
        "form": form,
        "columns": {"handle": "handle", "followers": "fans"},
        "platform": "demo",
    }


def work_to_the_end(taken: TakenRun, *, limit: int = 100) -> None:
    work = CampaignWork(taken)
    work.pace = Pace(limit=limit)
    while work_portion(work).goes_on:
        pass
    work.close()
    with transaction() as session:
        close_run(session, taken, now=now())


def report_of(campaign_id: UUID, **wish: Any) -> ReportAnswer:
    asked = {"campaign_run_id": None, "fate": None, "after": None, "limit": 500}
    return show_report(campaign_id, **{**asked, **wish})


def counts_of(told: ReportAnswer) -> dict[Fate, int]:
    """Return what there is of each fate, having seen that it all adds up."""
    assert sum(one.items for one in told.report.counts) == told.report.total
    return {one.fate: one.items for one in told.report.counts if one.items}


def listed(told: ReportAnswer) -> dict[str, Fate]:
    return {one.reference.rpartition("/")[2]: one.fate for one in told.items}


def rerun(campaign_id: UUID, *fates: Fate) -> TakenRun:
    rerun_failed(campaign_id, RerunRequest(fates=fates) if fates else RerunRequest())
    with transaction() as session:
        latest = find_latest_run(session, campaign_id)
        assert latest is not None
        run_id = latest.id
    return retake_run(run_id)


def spoil(site: PoliteSite) -> None:
    """Have pages end in every way there is; all of them are well a second time."""
    site.robots = "User-agent: *\nDisallow: /p9\n"
    site.first |= {
        "/p1": deque([Told(404)]),
        "/p2": deque([Told(403)]),
        "/p3": deque([Told(200, body=CAPTCHA)]),
        "/p4": deque([Told(503)] * TRIES),
        "/p5": deque([Told(200)] * TRIES),
        "/p6": deque([Told(200, {"Content-Type": "application/pdf"}, b"%PDF")]),
        "/p7": deque([Told(200, body=b"<!doctype html><p>Welcome</p>")]),
        "/p8": deque([Told(410)]),
    }


SPOILED = {
    "p1": Fate.GONE,
    "p2": Fate.BLOCKED,
    "p3": Fate.BLOCKED,
    "p4": Fate.LOST,
    "p5": Fate.NO_PROFILE,
    "p6": Fate.NO_PROFILE,
    "p7": Fate.NO_PROFILE,
    "p8": Fate.GONE,
    "p9": Fate.EXCLUDED,
}


def test_each_page_has_its_fate_and_all_of_them_add_up(site: PoliteSite) -> None:
    spoil(site)
    taken = create_taken_run(source=source_at(site), threshold=0)
    work_to_the_end(taken)
    told = report_of(taken.campaign_id)
    assert listed(told) == SPOILED
    assert all(one.reason for one in told.items)
    assert counts_of(told) == {
        Fate.ACQUIRED: 1,
        Fate.EXCLUDED: 1,
        Fate.GONE: 2,
        Fate.NO_PROFILE: 3,
        Fate.BLOCKED: 2,
        Fate.LOST: 1,
    }
    assert (told.report.total, told.report.unit, told.report.unlisted) == (
        10,
        "page",
        0,
    )
    assert told.report.to_rerun == 6
    assert told.report.seconds is not None


def test_a_re_run_reads_what_failed_and_nothing_else(site: PoliteSite) -> None:
    spoil(site)
    taken = create_taken_run(source=source_at(site), threshold=0)
    work_to_the_end(taken)
    site.visits.clear()
    again = rerun(taken.campaign_id)
    work_to_the_end(again)
    asked = {one.path for one in site.visits} - {"/robots.txt"}
    assert asked == {"/p2", "/p3", "/p4", "/p5", "/p6", "/p7"}
    told = report_of(taken.campaign_id)
    assert counts_of(told) == {Fate.ACQUIRED: 6}
    assert told.report.rerun_of == taken.campaign_run_id
    before = report_of(taken.campaign_id, campaign_run_id=taken.campaign_run_id)
    assert listed(before) == SPOILED
    with pytest.raises(NothingToRerunError, match="another try may mend"):
        rerun_failed(taken.campaign_id, RerunRequest())


def test_what_is_gone_is_read_again_only_if_that_is_asked_for(
    site: PoliteSite,
) -> None:
    site.first["/p1"] = deque([Told(404)])
    taken = create_taken_run(source=source_at(site), threshold=0)
    work_to_the_end(taken)
    with pytest.raises(NothingToRerunError):
        rerun_failed(taken.campaign_id, RerunRequest())
    site.visits.clear()
    work_to_the_end(rerun(taken.campaign_id, Fate.GONE))
    assert [one.path for one in site.visits if "/p" in one.path] == ["/p1"]
    assert counts_of(report_of(taken.campaign_id)) == {Fate.ACQUIRED: 1}


def test_a_host_that_wants_patience_has_not_failed(site: PoliteSite) -> None:
    site.first["/p0"] = deque([Told(429, {"Retry-After": "3600"})])
    taken = create_taken_run(source=source_at(site), threshold=0)
    work_to_the_end(taken, limit=1)
    told = report_of(taken.campaign_id)
    assert counts_of(told) == {Fate.RATE_LIMITED: 10}
    assert (told.report.to_rerun, Fate.LOST in listed(told).values()) == (10, False)


def test_what_is_known_already_and_what_is_unchanged_are_told_apart(
    site: PoliteSite,
) -> None:
    first = create_taken_run(source=source_at(site), threshold=0)
    work_to_the_end(first)
    site.versions["/p3"] = 1
    with transaction() as session:
        waiting = start_campaign(session, first.campaign_id, now=now())
    work_to_the_end(retake_run(waiting.campaign_run_id))
    told = report_of(first.campaign_id)
    assert counts_of(told) == {Fate.DUPLICATE: 1, Fate.UNCHANGED: 9}


def test_what_a_cancelled_run_never_reached_is_listed_and_can_be_read(
    site: PoliteSite,
) -> None:
    taken = create_taken_run(source=source_at(site), threshold=0)
    work = CampaignWork(taken)
    work.pace = Pace(limit=3)
    work_portion(work)
    work_portion(work)
    told = report_of(taken.campaign_id)
    assert counts_of(told) == {Fate.ACQUIRED: 3, Fate.NOT_REACHED: 7}
    assert told.items == (), "they still have their turn"
    with pytest.raises(CampaignStateError):
        rerun_failed(taken.campaign_id, RerunRequest())
    with transaction() as session:
        complete_campaign(session, taken.campaign_id, now=now())
    assert not work_portion(work).goes_on
    work.close()
    told = report_of(taken.campaign_id)
    assert counts_of(told) == {Fate.ACQUIRED: 6, Fate.NOT_REACHED: 4}
    assert set(listed(told).values()) == {Fate.NOT_REACHED}
    work_to_the_end(rerun(taken.campaign_id, Fate.NOT_REACHED))
    assert counts_of(report_of(taken.campaign_id)) == {Fate.ACQUIRED: 4}


def test_a_run_that_failed_adds_up_too(site: PoliteSite) -> None:
    taken = create_taken_run(source=source_at(site), threshold=0)
    work = CampaignWork(taken)
    work.pace = Pace(limit=4)
    work_portion(work)
    work_portion(work)
    work.close()
    with transaction() as session:
        fail_run(session, taken, UnreachableError("the tunnel is away"), now=now())
    told = report_of(taken.campaign_id)
    assert told.report.state is CampaignRunState.FAILED
    assert counts_of(told) == {Fate.ACQUIRED: 4, Fate.NOT_REACHED: 6}


def test_faulty_pages_are_all_accounted_for(demo_site: DemoSiteAddress) -> None:
    listing = f"{demo_site.url}/faulty"
    httpx.post(f"{demo_site.url}/asked/reset")
    numbers = range(1, FAULTY_PAGES + 1)
    gone = sum(fault_of(number, attempt=1) is Fault.GONE for number in numbers)
    source = {
        "kind": "html_pages",
        "listingUrl": f"{listing}?of={FAULTY_PAGES}",
        "recipe": "demo-people",
    }
    taken = create_taken_run(source=source, threshold=0, wanted=1_000)
    work_to_the_end(taken)
    told = report_of(taken.campaign_id)
    known = {Fate.ACQUIRED: FAULTY_PAGES - gone, Fate.GONE: gone}
    assert counts_of(told) == {fate: count for fate, count in known.items() if count}
    assert told.report.total == FAULTY_PAGES
    assert len(told.items) == gone


TABLE = (
    b"handle,fans\n" + b"".join(b"p%d,%d\n" % (n % 40, n) for n in range(50)) + b",3\n"
    b"x,1,2,3\n" * 3
)


@pytest.mark.parametrize("limit", [1, 7, 1000])
def test_the_rows_of_a_table_add_up_and_bad_ones_are_listed(limit: int) -> None:
    taken = create_taken_run(source=table_source(TABLE), threshold=0, wanted=1_000)
    work_to_the_end(taken, limit=limit)
    told = report_of(taken.campaign_id)
    assert told.report.unit == "row"
    assert counts_of(told) == {
        Fate.ACQUIRED: 40,
        Fate.DUPLICATE: 10,
        Fate.NO_PROFILE: 6,
    }
    assert [one.reference for one in told.items] == [
        f"line {number}" for number in range(52, 58)
    ]
    assert told.report.no_rerun_because is not None
    with pytest.raises(NothingToRerunError, match="put the rows right in the file"):
        rerun_failed(taken.campaign_id, RerunRequest())


def test_of_too_many_bad_rows_the_rest_is_counted(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("MUSTER_CAMPAIGNS__LISTED_ROWS", "4")
    read_settings_again()
    taken = create_taken_run(source=table_source(TABLE), threshold=0, wanted=1_000)
    work_to_the_end(taken, limit=3)
    told = report_of(taken.campaign_id)
    assert counts_of(told)[Fate.NO_PROFILE] == 6
    assert (len(told.items), told.report.unlisted) == (4, 2)


def test_the_file_the_list_and_the_log_state_the_same_numbers(
    site: PoliteSite, caplog: pytest.LogCaptureFixture
) -> None:
    spoil(site)
    taken = create_taken_run(source=source_at(site), threshold=0)
    work_to_the_end(taken)
    told = report_of(taken.campaign_id)
    content = b"".join(report_file(taken.campaign_id, None)).decode()
    rows = list(csv.DictReader(io.StringIO(content, newline="")))
    in_file: dict[Fate, int] = {}
    for row in rows:
        fate = Fate(row["fate"])
        in_file[fate] = in_file.get(fate, 0) + int(row["items"])
    assert in_file == counts_of(told)
    assert {row["reference"] for row in rows if row["reference"]} == {
        one.reference for one in told.items
    }
    with caplog.at_level(logging.INFO):
        tell_end(taken.campaign_run_id)
    assert (
        "completed: 10 pages = 1 acquired + 1 excluded + 2 gone + 3 no profile "
        "+ 2 blocked + 1 lost" in caplog.text
    )


def test_failures_are_read_page_by_page_and_by_their_fate(site: PoliteSite) -> None:
    spoil(site)
    taken = create_taken_run(source=source_at(site), threshold=0)
    work_to_the_end(taken)
    seen: list[str] = []
    after: str | None = None
    while True:
        told = report_of(taken.campaign_id, after=after, limit=4)
        seen += [one.reference for one in told.items]
        after = told.next
        if after is None:
            break
    assert (len(seen), len(set(seen))) == (9, 9)
    some = report_of(taken.campaign_id, fate=Fate.BLOCKED)
    assert set(listed(some)) == {"p2", "p3"}


@pytest.mark.parametrize("details", [False, True])
@pytest.mark.parametrize("limit", [4, 100])
def test_the_records_of_an_interface_add_up(limit: int, *, details: bool) -> None:
    with json_service() as service:
        source = {
            "kind": "json_api",
            "recipe": "bluesky-search",
            "baseUrl": service.url,
            "inputs": {"query": "x"},
            "details": details,
        }
        taken = create_taken_run(source=source, threshold=0)
        work_to_the_end(taken, limit=limit)
    told = report_of(taken.campaign_id)
    assert (told.report.unit, counts_of(told)) == ("record", {Fate.ACQUIRED: 35})


def test_values_of_an_interface_that_failed_are_asked_for_alone() -> None:
    with json_service() as service:
        for login in ("ana", "cy"):
            service.routes[f"/users/{login}"] = lambda _, login=login: Said(
                {"login": login, "followers": 0}
            )
        source = {
            "kind": "json_api",
            "recipe": "github-users",
            "baseUrl": service.url,
            "inputs": {"logins": ["ana", "bo", "cy"]},
        }
        taken = create_taken_run(source=source, threshold=0)
        work_to_the_end(taken)
        told = report_of(taken.campaign_id)
        assert counts_of(told) == {Fate.ACQUIRED: 2, Fate.GONE: 1}
        service.asked.clear()
        service.routes["/users/bo"] = lambda _: Said({"login": "bo", "followers": 1})
        work_to_the_end(rerun(taken.campaign_id, Fate.GONE))
        assert [one.path for one in service.asked] == ["/users/bo"]
    assert counts_of(report_of(taken.campaign_id)) == {Fate.ACQUIRED: 1}
