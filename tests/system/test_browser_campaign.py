"""A campaign through browser profiles: the same rows as over HTTP, also when killed."""

import os
import signal
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import httpx
import psycopg
import pytest

from deployments.stack.home import Home
from deployments.stack.state import read_state
from tests.fixtures.odd_site import odd_site
from tests.fixtures.prefect import wait_for
from tests.fixtures.stack import RunningStack, wait_for_run

PAGES = 30
FIELDS = (
    "platform, handle, display_name, url, external_id, bio, followers, following, "
    "posts, verified, kind, location, language, topics, picture_url, score"
)
CRITERIA = {"followers": {"min": 1_000, "max": 500_000}, "keywords": ["ceramics"]}


@pytest.fixture
def browser_profiles(api: httpx.Client) -> Iterator[list[str]]:
    """Make two browser profiles; stop and remove them afterwards."""
    ids = []
    for name in ("Campaign A", "Campaign B"):
        wish = {"name": name, "template": "natural"}
        answer = api.post("/browser-profiles", json=wish)
        assert answer.status_code == HTTPStatus.CREATED, answer.text
        ids.append(answer.json()["id"])
    yield ids
    for one in ids:
        api.post(f"/browser-profiles/{one}/stop")
        assert api.delete(f"/browser-profiles/{one}").status_code == 204


def start(client: httpx.Client, source: dict[str, Any], **more: Any) -> str:
    request = {"name": "A test", "source": source, "criteria": CRITERIA, **more}
    answer = client.post("/pipeline/run", json=request)
    assert answer.status_code == HTTPStatus.ACCEPTED, answer.text
    campaign_id: str = answer.json()["campaignId"]
    return campaign_id


def pages_of(stack: RunningStack, kind: str, **more: Any) -> dict[str, Any]:
    listing_url = f"{stack.demo_site_url}/people"
    return {"kind": kind, "listingUrl": listing_url, "recipe": "demo-people", **more}


def stored_rows(stack: RunningStack, campaign_id: str) -> list[tuple[Any, ...]]:
    address = stack.environment["MUSTER_DATABASE__URL"].replace("+psycopg", "")
    query = (
        f"SELECT {FIELDS} FROM public_profiles WHERE campaign_id = %s "  # noqa: S608 - our own words
        "ORDER BY platform, handle"
    )
    with psycopg.connect(address) as link:
        return link.execute(query.encode(), (campaign_id,)).fetchall()


def open_browsers(client: httpx.Client, ids: list[str]) -> list[str]:
    found = [client.get(f"/browser-profiles/{one}").json() for one in ids]
    return [one["id"] for one in found if one["browser"] is not None]


def test_browsers_gather_the_same_rows_as_http_and_are_given_back(
    stack: RunningStack, api: httpx.Client, browser_profiles: list[str]
) -> None:
    plain = start(api, pages_of(stack, "html_pages"), wanted=PAGES)
    assert wait_for_run(api, plain)["acquired"] == PAGES
    source = pages_of(stack, "browser_pages", browserProfileIds=browser_profiles)
    through_browsers = start(api, source | {"browsersAtOnce": 2}, wanted=PAGES)
    campaign_run = wait_for_run(api, through_browsers)
    assert campaign_run["state"] == "completed", campaign_run
    assert campaign_run["acquired"] == PAGES
    assert stored_rows(stack, through_browsers) == stored_rows(stack, plain)
    wait_for(lambda: not open_browsers(api, browser_profiles))


def test_a_run_that_is_killed_goes_on_without_loss_or_doubles(
    stack: RunningStack, api: httpx.Client, browser_profiles: list[str]
) -> None:
    wanted = 2 * PAGES
    plain = start(api, pages_of(stack, "html_pages"), wanted=wanted)
    assert wait_for_run(api, plain)["acquired"] == wanted
    used = browser_profiles[:1]
    source = pages_of(stack, "browser_pages", browserProfileIds=used)
    disturbed = start(api, source, wanted=wanted)
    wait_for_run(api, disturbed, until=lambda run: run["acquired"] > 0)
    assert open_browsers(api, used) == used
    kill_worker(stack)
    campaign_run = wait_for_run(api, disturbed)
    assert campaign_run["state"] == "completed", campaign_run
    assert campaign_run["attempt"] > 1
    assert (campaign_run["acquired"], campaign_run["known"]) == (wanted, 0)
    assert stored_rows(stack, disturbed) == stored_rows(stack, plain)
    wait_for(lambda: not open_browsers(api, used))


def kill_worker(stack: RunningStack) -> None:
    """Kill the worker the hard way, in the middle of its work."""
    state = read_state(Home(stack.home))
    assert state is not None
    (worker,) = [part for part in state.parts if part.name == "worker"]
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)


def test_what_a_browser_could_not_read_is_shown_as_it_was(
    api: httpx.Client, browser_profiles: list[str]
) -> None:
    with odd_site(links=["/people/good", "/strange", "/forbidden", "/gone"]) as site:
        source: dict[str, Any] = {"kind": "browser_pages"}
        source |= {"listingUrl": f"{site.url}/people", "recipe": "demo-people"}
        source |= {"browserProfileIds": browser_profiles}
        campaign_id = start(api, source, wanted=PAGES)
        campaign_run = wait_for_run(api, campaign_id)
    assert (campaign_run["acquired"], campaign_run["unreadable"]) == (1, 3)
    pictures = api.get(f"/campaigns/{campaign_id}/failure-pictures").json()["items"]
    assert {one["url"].removeprefix(site.url) for one in pictures} == {
        "/strange",
        "/forbidden",
    }
    for one in pictures:
        path = f"/campaigns/{campaign_id}/failure-pictures/{one['id']}"
        picture = api.get(path)
        assert picture.headers["content-type"] == "image/png"
        assert picture.content.startswith(b"\x89PNG")
        assert len(picture.content) == one["sizeBytes"]


def test_browser_profiles_nobody_knows_are_refused_at_the_door(
    stack: RunningStack, api: httpx.Client
) -> None:
    unknown = "01a20481-f790-7a1b-8751-c5dafd812fb6"
    for wish, place in (
        ({"browserProfileIds": [unknown]}, "source.browserProfileIds"),
        ({"browserFolderId": unknown}, "source.browserFolderId"),
    ):
        source = pages_of(stack, "browser_pages", **wish)
        answer = api.post("/campaigns", json={"name": "x", "source": source})
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        (field,) = answer.json()["details"]["fields"]
        assert field["path"] == place


def test_the_preview_goes_through_a_browser_and_gives_it_back(
    stack: RunningStack, api: httpx.Client, browser_profiles: list[str]
) -> None:
    source = pages_of(stack, "browser_pages", browserProfileIds=browser_profiles)
    answer = api.post("/campaigns/preview", json={"name": "x", "source": source})
    assert answer.status_code == HTTPStatus.OK, answer.text
    assert len(answer.json()["profiles"]) > 2
    assert not open_browsers(api, browser_profiles)
