"""Hosts are asked no more, no sooner and no oftener than they want."""

from collections import deque
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from config.clock import now
from config.sections.public_profiles import PublicProfilesSettings
from flows.campaign_portion import CampaignWork, work_portion
from tasks.campaigns.life import start_campaign
from tasks.campaigns.pace import Pace
from tasks.campaigns.repository import describe_run, find_latest_run
from tasks.campaigns.runs import close_run
from tasks.campaigns.schemas import CampaignRunAnswer, TakenRun
from tasks.clients.public_pages import PageState, PublicPages
from tasks.database import transaction
from tests.factories.campaigns import create_taken_run, retake_run
from tests.fixtures.json_service import Said, json_service
from tests.fixtures.polite_site import PoliteSite, Told, polite_site

pytestmark = pytest.mark.usefixtures("database")


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


def work_to_the_end(taken: TakenRun, *, limit: int = 100) -> CampaignRunAnswer:
    """Work on a run, each portion in other hands."""
    goes_on = True
    while goes_on:
        work = CampaignWork(taken)
        work.pace = Pace(limit=limit)
        goes_on = work_portion(work).goes_on
        work.close()
        if goes_on:
            taken = retake_run(taken.campaign_run_id)
    with transaction() as session:
        campaign_run = find_latest_run(session, taken.campaign_id)
        assert campaign_run is not None
        return describe_run(campaign_run)


def run_again(taken: TakenRun) -> TakenRun:
    closing = retake_run(taken.campaign_run_id)
    with transaction() as session:
        close_run(session, closing, now=now())
    with transaction() as session:
        waiting = start_campaign(session, taken.campaign_id, now=now())
    return retake_run(waiting.campaign_run_id)


def reasons_of(campaign_run_id: UUID) -> list[str]:
    query = "SELECT reason FROM unreadable_items WHERE campaign_run_id = :id"
    with transaction() as session:
        return list(session.scalars(text(query), {"id": campaign_run_id}))


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_a_run_asks_a_host_for_no_more_pages_than_it_may_and_says_so(
    site: PoliteSite, limit: int
) -> None:
    taken = create_taken_run(source=source_at(site, pagesPerHost=4), threshold=0)
    done = work_to_the_end(taken, limit=limit)
    assert (done.acquired, done.unreadable) == (3, 7)
    asked = [one.path for one in site.visits if one.path != "/robots.txt"]
    assert sorted(asked) == ["/all", "/p0", "/p1", "/p2"]
    reasons = reasons_of(taken.campaign_run_id)
    assert len(reasons) == 7
    assert all(f"limit of 4 pages of {site.host}" in one for one in reasons)


def test_an_interface_is_asked_no_oftener_than_it_may_be() -> None:
    with json_service() as service:
        source = {
            "kind": "json_api",
            "recipe": "bluesky-search",
            "baseUrl": service.url,
            "inputs": {"query": "x"},
            "pagesPerHost": 2,
        }
        taken = create_taken_run(source=source, threshold=0)
        done = work_to_the_end(taken, limit=7)
        # Each taker has to ask for the page again in whose middle it begins.
        assert len(service.asked) == 2
    assert done.acquired == 10
    [reason] = reasons_of(taken.campaign_run_id)
    assert "limit of 2 pages" in reason


def test_pages_that_are_as_they_were_are_not_sent_again(site: PoliteSite) -> None:
    taken = create_taken_run(source=source_at(site), threshold=0)
    assert work_to_the_end(taken).acquired == 10
    site.visits.clear()
    site.versions["/p3"] = 1
    again = work_to_the_end(run_again(taken))
    assert (again.acquired, again.known, again.unreadable) == (0, 10, 0)
    answered = {one.path: one.status_code for one in site.visits}
    assert answered["/p3"] == 200
    unchanged = [path for path, status in answered.items() if status == 304]
    assert len(unchanged) == 9
    assert answered["/all"] == 200, "a listing is always read"


def test_another_campaign_and_another_recipe_read_every_page_anew(
    site: PoliteSite,
) -> None:
    first = create_taken_run(source=source_at(site), threshold=0)
    work_to_the_end(first)
    with transaction() as session:
        session.execute(text("UPDATE page_marks SET recipe = 'any-public-page@0'"))
    other = work_to_the_end(create_taken_run(source=source_at(site), threshold=0))
    assert other.acquired == 10
    site.visits.clear()
    work_to_the_end(run_again(first))
    assert {one.status_code for one in site.visits} == {200}


def test_what_one_taker_was_asked_to_wait_the_next_one_waits_too(
    site: PoliteSite,
) -> None:
    site.first["/all"] = deque(
        [Told(200, {"Retry-After": "1"}, b'<a href="/p0">x</a>')]
    )
    done = work_to_the_end(create_taken_run(source=source_at(site), threshold=0))
    assert done.acquired == 1
    listed, page = site.visits_of("/all")[0], site.visits_of("/p0")[0]
    assert page.moment - listed.moment >= 0.9


def test_an_interface_that_asks_for_patience_has_it_from_the_next_taker() -> None:
    with json_service() as service:
        service.first.append(
            Said(
                {"actors": service.part(0), "cursor": "c10"}, 200, {"Retry-After": "1"}
            )
        )
        source = {
            "kind": "json_api",
            "recipe": "bluesky-search",
            "baseUrl": service.url,
            "inputs": {"query": "x"},
        }
        taken = create_taken_run(source=source, threshold=0)
        assert work_to_the_end(taken, limit=10).acquired == 35
        assert service.asked[1].moment - service.asked[0].moment >= 0.9


def test_places_that_were_booked_before_a_host_asked_for_patience_wait_too(
    site: PoliteSite,
) -> None:
    site.robots = "User-agent: *\nCrawl-delay: 0.05\n"
    site.first["/p0"] = deque([Told(429, {"Retry-After": "1"})])
    urls = [f"{site.url}/p{number}" for number in range(8)]
    with PublicPages(limits=PublicProfilesSettings(), hosts=[site.host]) as pages:
        answers = pages.fetch(urls)
    assert {one.state for one in answers} == {PageState.FETCHED}
    limited = site.visits_of("/p0")[0].moment
    after = [one.moment - limited for one in site.visits if one.moment > limited]
    assert len([gap for gap in after if gap < 0.9]) == 0


def test_a_robots_file_that_asks_for_patience_has_it(site: PoliteSite) -> None:
    site.first["/robots.txt"] = deque([Told(503, {"Retry-After": "1"})])
    with PublicPages(limits=PublicProfilesSettings(), hosts=[site.host]) as pages:
        assert pages.fetch_one(f"{site.url}/p0").state is PageState.FETCHED
    first, second = site.visits_of("/robots.txt")
    assert second.moment - first.moment >= 0.9


def test_a_page_that_nobody_asked_to_be_unchanged_is_lost(site: PoliteSite) -> None:
    site.first["/p0"] = deque([Told(304)])
    with PublicPages(limits=PublicProfilesSettings(), hosts=[site.host]) as pages:
        answer = pages.fetch([f"{site.url}/p0"])[0]
    assert (answer.state, answer.status) == (PageState.LOST, 304)
