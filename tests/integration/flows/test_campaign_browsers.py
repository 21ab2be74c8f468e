"""Pages through leased browsers: read as over HTTP, recycled, replaced, given back."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urljoin
from uuid import UUID

import httpx
import psutil
import pytest
from anyio.from_thread import start_blocking_portal

from config.clock import now
from config.errors import ApplicationError, InvalidError
from config.recipes import find_recipe
from config.settings import settings
from flows.campaign_browsers import find_browser_profiles, open_browser_pages
from tasks.browser_profiles.lease import BrowserTakenError, Holder
from tasks.browser_profiles.repository import (
    find_open_browser,
    find_running_browser,
    get_browser_profile,
)
from tasks.browser_profiles.start import start_browser
from tasks.clients.browser_pages import BrowserPages, FailurePicture
from tasks.clients.page_answers import PageAnswer, PageState
from tasks.clients.public_pages import PublicPages
from tasks.database import transaction
from tasks.public_profiles.acquire import hosts_of
from tasks.public_profiles.read_listing import read_listing
from tasks.public_profiles.read_page import read_page
from tasks.public_profiles.schemas import BrowserPagesSource
from tests.factories.browser_profiles import alone, make_browser_profile
from tests.fixtures.demo_site import DemoSiteAddress
from tests.fixtures.multilogin import MultiloginX
from tests.fixtures.odd_site import OddSite, odd_site
from tests.fixtures.prefect import wait_for
from tests.fixtures.upstream_proxies import Upstream, open_upstream

RECIPE = "demo-people"
SECOND_TRY = Holder("campaign run x", 2)


@pytest.fixture(autouse=True)
def hasty(
    database: str, multilogin: MultiloginX, environment: pytest.MonkeyPatch
) -> Iterator[None]:
    """Ask twice at most, and leave no browser behind."""
    assert database
    environment.setenv("MUSTER_PUBLIC_PROFILES__TRIES", "2")
    settings.cache_clear()
    yield
    multilogin.stop_all()


@pytest.fixture
def site() -> Iterator[OddSite]:
    with odd_site() as here:
        yield here


def open_door(
    site: str,
    ids: tuple[UUID, ...],
    *,
    attempt: int = 1,
    pictures: list[FailurePicture] | None = None,
    **wish: Any,
) -> BrowserPages:
    source = BrowserPagesSource.model_validate(
        {
            "listing_url": f"{site}/people",
            "recipe": RECIPE,
            "browser_profile_ids": ids,
            **wish,
        }
    )
    holder = Holder("campaign run x", attempt)
    return open_browser_pages(source, holder=holder, pictures=pictures)


def over_http(site: str, urls: list[str]) -> list[PageAnswer]:
    source = BrowserPagesSource.model_validate(
        {
            "listing_url": f"{site}/people",
            "recipe": RECIPE,
            "browser_folder_id": UUID(int=1),
        }
    )
    with PublicPages(
        limits=settings().public_profiles, hosts=hosts_of(source)
    ) as pages:
        return pages.fetch(urls)


def is_open(browser_profile_id: UUID) -> bool:
    with transaction() as session:
        return find_open_browser(session, browser_profile_id) is not None


def leased_by(browser_profile_id: UUID) -> str | None:
    with transaction() as session:
        found = find_running_browser(session, browser_profile_id)
        return found.leased_by if found else None


def browser_process(browser_profile_id: UUID) -> psutil.Process:
    data = f"{browser_profile_id}{Path('/')}"
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        is_main = not any(one.startswith("--type=") for one in words)
        if is_main and any(
            one.startswith("--user-data-dir=") and data in f"{one}/" for one in words
        ):
            return process
    raise AssertionError("no such browser")


def test_every_page_ends_as_it_would_over_http(site: OddSite) -> None:
    paths = ["/people/a", "/gone", "/forbidden", "/broken", "/empty", "/report.zip"]
    paths += ["/picture", "/cut", "/moved", "/private/b", "/people/c"]
    urls = [site.url + path for path in paths]
    urls += ["http://127.0.0.1:9/x", "http://127.0.0.2/y"]
    pictures: list[FailurePicture] = []
    with closing(
        open_door(site.url, (make_browser_profile(),), pictures=pictures)
    ) as door:
        through_browser = door.fetch(urls)
    direct = over_http(site.url, urls)
    for by_browser, plain in zip(through_browser, direct, strict=True):
        assert (by_browser.url, by_browser.state) == (plain.url, plain.state), (
            by_browser.reason,
            plain.reason,
        )
        assert by_browser.final_url == plain.final_url
    by_url = {one.url: one for one in through_browser}
    assert "broke off" in by_url[f"{site.url}/cut"].reason
    assert by_url[f"{site.url}/forbidden"].status == 403
    assert by_url[f"{site.url}/cut"].tries == 2
    assert "robots.txt" in by_url[f"{site.url}/private/b"].reason
    assert "/private/b" not in site.asked
    pictured = {one.url.removeprefix(site.url) for one in pictures}
    assert {"/forbidden", "/broken", "/empty"} <= pictured
    assert not pictured & {"/gone", "/people/a", "/private/b", "/cut"}
    assert all(one.png.startswith(b"\x89PNG") for one in pictures)


def test_a_host_that_wants_patience_gets_it_and_the_page_comes(site: OddSite) -> None:
    urls = [f"{site.url}/busy", f"{site.url}/tired"]
    with closing(open_door(site.url, (make_browser_profile(),))) as door:
        answers = door.fetch(urls)
    assert [one.state for one in answers] == [PageState.FETCHED] * 2
    assert [one.tries for one in answers] == [2, 2]


def test_a_redirect_to_a_host_that_is_not_named_is_not_read(site: OddSite) -> None:
    with closing(open_door(site.url, (make_browser_profile(),))) as door:
        (answer,) = door.fetch([f"{site.url}/elsewhere"])
    assert answer.state is PageState.LOST


def test_a_page_that_states_nothing_is_pictured(site: OddSite) -> None:
    pictures: list[FailurePicture] = []
    one = make_browser_profile()
    with closing(open_door(site.url, (one,), pictures=pictures)) as door:
        (answer,) = door.fetch([f"{site.url}/strange"])
    (picture,) = pictures
    assert answer.state is PageState.FETCHED
    assert picture.browser_profile_id == one
    assert picture.url == f"{site.url}/strange"
    assert picture.reason


def test_pictures_and_fonts_are_loaded_only_where_they_are_wanted(
    site: OddSite,
) -> None:
    unseen = {"/a.PNG", "/b.jpg?wide=9", "/letters.woff2"}
    for loads in (False, True):
        one = make_browser_profile()
        with closing(open_door(site.url, (one,), loads_pictures=loads)) as door:
            (answer,) = door.fetch([f"{site.url}/illustrated"])
        assert answer.state is PageState.FETCHED
        assert unseen & set(site.asked) == (unseen if loads else set())
    assert site.asked["/words.js"] == 2


def test_a_page_whose_address_ends_like_a_pictures_is_read(site: OddSite) -> None:
    urls = [f"{site.url}/people/jo.mov", f"{site.url}/illustrated"]
    with closing(open_door(site.url, (make_browser_profile(),))) as door:
        answers = door.fetch(urls)
    assert [one.state for one in answers] == [PageState.FETCHED] * 2
    assert site.asked["/people/jo.mov"] == 1
    assert "/a.PNG" not in site.asked


def test_public_profiles_are_the_same_as_over_http(demo_site: DemoSiteAddress) -> None:
    listing_url = f"{demo_site.url}/people"
    recipe = find_recipe(RECIPE)
    listing = read_listing(
        httpx.get(listing_url).content, url=listing_url, recipe=recipe
    )
    urls = [urljoin(listing_url, link) for link in listing.links][:24]
    over_http(demo_site.url, urls)  # what is out of order for a moment is not now
    ids = (make_browser_profile(), make_browser_profile())
    with closing(open_door(demo_site.url, ids, browsers_at_once=2)) as door:
        listed = door.fetch_one(listing_url)
        through_browser = door.fetch(urls)
    read_anew = read_listing(listed.content, url=listed.final_url, recipe=recipe)
    assert read_anew.links == listing.links
    read = 0
    for by_browser, plain in zip(
        through_browser, over_http(demo_site.url, urls), strict=True
    ):
        assert by_browser.state == plain.state
        if plain.state is PageState.FETCHED:
            look = partial(read_page, recipe=recipe)
            assert look(by_browser.content, url=by_browser.final_url) == look(
                plain.content, url=plain.final_url
            )
            read += 1
    assert read > 15


def test_a_browser_is_recycled_and_at_the_end_none_is_left(site: OddSite) -> None:
    ids = (make_browser_profile(), make_browser_profile())
    urls = [f"{site.url}/people/{number}" for number in range(5)]
    with closing(open_door(site.url, ids, recycle_after_pages=2)) as door:
        door.fetch(urls[:2])
        assert [is_open(one) for one in ids] == [True, False]
        assert leased_by(ids[0]) == "campaign run x#1"
        door.fetch(urls[2:4])
        assert [is_open(one) for one in ids] == [False, True]
        door.fetch(urls[4:])
        assert [is_open(one) for one in ids] == [True, False]
    assert not any(map(is_open, ids))


def test_a_browser_that_dies_is_replaced_and_no_page_is_lost(site: OddSite) -> None:
    one = make_browser_profile()
    urls = [f"{site.url}/people/{number}" for number in range(4)]
    with closing(open_door(site.url, (one,))) as door:
        door.fetch(urls[:2])
        victim = browser_process(one)
        victim.kill()
        wait_for(lambda: not victim.is_running())
        answers = door.fetch(urls[2:])
    assert [answer.state for answer in answers] == [PageState.FETCHED] * 2


def test_a_browser_that_a_person_uses_is_never_taken(site: OddSite) -> None:
    one = make_browser_profile()
    alone(start_browser(one))
    with (
        closing(open_door(site.url, (one,))) as door,
        pytest.raises(BrowserTakenError, match="somebody else"),
    ):
        door.fetch([f"{site.url}/people/a"])
    assert is_open(one)


def test_the_next_try_of_a_killed_run_has_the_browser_at_once(site: OddSite) -> None:
    one = make_browser_profile()
    killed = open_door(site.url, (one,))
    killed.fetch([f"{site.url}/people/a"])
    with closing(open_door(site.url, (one,), attempt=2)) as door:
        (answer,) = door.fetch([f"{site.url}/people/b"])
        assert answer.state is PageState.FETCHED
        assert leased_by(one) == str(SECOND_TRY)
        # The first, should it live after all, must not stop what is the second's.
        killed.close()
        assert leased_by(one) == str(SECOND_TRY)
        (answer,) = door.fetch([f"{site.url}/people/c"])
        assert answer.state is PageState.FETCHED
    assert not is_open(one)


def test_a_lease_is_renewed_as_long_as_the_work_lasts(
    site: OddSite, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("MUSTER_CAMPAIGNS__BROWSER_LEASE", "PT3S")
    settings.cache_clear()
    one = make_browser_profile()

    def lease_ends() -> Any:
        with transaction() as session:
            found = find_running_browser(session, one)
            assert found is not None
            assert found.leased_until is not None
            return found.leased_until

    with closing(open_door(site.url, (one,))) as door:
        door.fetch([f"{site.url}/people/a"])
        first = lease_ends()
        assert first - now() <= timedelta(seconds=3)
        wait_for(lambda: lease_ends() > first, seconds=5)


def test_a_proxy_that_is_away_is_blamed_on_no_page(site: OddSite) -> None:
    proxy = {"type": "http", "host": "127.0.0.1", "port": 9}
    one = make_browser_profile(proxy=proxy)
    with (
        closing(open_door(site.url, (one,))) as door,
        pytest.raises(ApplicationError) as failed,
    ):
        door.fetch([f"{site.url}/people/a"])
    assert "proxy" in str(failed.value)
    assert not is_open(one)


def test_a_proxy_that_goes_away_in_the_midst_loses_no_page(site: OddSite) -> None:
    host = "people.example"
    urls = [f"http://{host}/people/{number}" for number in range(2)]
    port = int(site.url.rpartition(":")[2])
    with ExitStack() as opened:
        portal = opened.enter_context(start_blocking_portal())
        serving = portal.wrap_async_context_manager(
            open_upstream(Upstream("http", {host: port}))
        )
        upstream = serving.__enter__()
        one = make_browser_profile(proxy=upstream.parameters())
        door = opened.enter_context(closing(open_door(f"http://{host}", (one,))))
        (answer,) = door.fetch(urls[:1])
        assert answer.state is PageState.FETCHED
        serving.__exit__(None, None, None)
        with pytest.raises(ApplicationError, match="proxy"):
            door.fetch(urls[1:])
    assert "/people/1" not in site.asked


def test_browser_profiles_that_are_not_there_are_told_at_their_field() -> None:
    source = {"listing_url": "http://127.0.0.1:9/people", "recipe": RECIPE}
    unknown = BrowserPagesSource.model_validate(
        source | {"browser_profile_ids": [UUID(int=1)]}
    )
    with pytest.raises(InvalidError) as refused:
        find_browser_profiles(unknown)
    assert refused.value.field == "source.browserProfileIds"
    empty = BrowserPagesSource.model_validate(
        source | {"browser_folder_id": UUID(int=1)}
    )
    with pytest.raises(InvalidError) as refused:
        find_browser_profiles(empty)
    assert refused.value.field == "source.browserFolderId"


def test_a_folder_stands_for_its_browser_profiles() -> None:
    ids = {make_browser_profile(name=name) for name in ("b", "a")}
    with transaction() as session:
        folder_id = get_browser_profile(session, next(iter(ids))).folder_id
    source = BrowserPagesSource.model_validate(
        {
            "listing_url": "http://127.0.0.1:9/people",
            "recipe": RECIPE,
            "browser_folder_id": folder_id,
        }
    )
    assert set(find_browser_profiles(source)) == ids
