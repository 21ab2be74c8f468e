"""Pages through proxies of the pool: always through one, elsewhere if one fails."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from anyio.from_thread import start_blocking_portal

from config.errors import BusyError
from config.settings import settings
from config.vocabulary import ProxyProtocol
from flows.campaign_browsers import open_browser_pages
from flows.campaign_portion import open_pages
from flows.campaign_proxies import ProxiesAwayError, check_proxies_there
from tasks.browser_profiles.lease import Holder
from tasks.clients.page_answers import PageState
from tasks.clients.proxy_forwarder_dialing import Scheme
from tasks.clients.proxy_supply import Blame, NoProxyNow, Patience
from tasks.clients.public_pages import PublicPages
from tasks.database import transaction
from tasks.pages import PageWish
from tasks.proxies.attempt_rows import list_attempts
from tasks.proxies.lending import RotationUnreachableError
from tasks.proxies.pin_rows import get_pin, put_pin
from tasks.proxies.pinned_turns import PinnedTurns
from tasks.proxies.repository import add_proxy
from tasks.proxies.schemas import AttemptAnswer, NewProxy
from tasks.proxies.session_rows import add_account_session
from tasks.public_profiles.schemas import (
    BrowserPagesSource,
    HtmlPagesSource,
    ProxiesWish,
)
from tests.factories.browser_profiles import make_browser_profile
from tests.fixtures.multilogin import MultiloginX
from tests.fixtures.odd_site import OddSite, odd_site
from tests.fixtures.upstream_proxies import PASSWORD, USERNAME, Upstream, open_upstream

pytestmark = pytest.mark.usefixtures("database")

HOLDER = Holder("campaign run x", 1)
SITE = "people.example.com"
"""A name that only the proxies of these tests know."""


@pytest.fixture(autouse=True)
def quick(database: str, environment: pytest.MonkeyPatch) -> None:
    """Have patience of a second only, and proxies that carry twenty at once."""
    assert database
    environment.setenv("MUSTER_PUBLIC_PROFILES__LONGEST_WAIT", "PT1S")
    environment.setenv("MUSTER_PROXIES__BURST", "20")
    settings.cache_clear()


@pytest.fixture
def site() -> Iterator[OddSite]:
    with odd_site() as here:
        yield here


@contextmanager
def proxy_to(site: OddSite, scheme: Scheme = "socks5") -> Iterator[Upstream]:
    """Serve a proxy that finds the site under its name."""
    upstream = Upstream(scheme, {SITE: int(site.url.rpartition(":")[2])})
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(open_upstream(upstream)),
    ):
        yield upstream


def keep(port: int, *, scheme: Scheme = "socks5", password: str = PASSWORD) -> int:
    with transaction() as session:
        new = NewProxy(
            ip="127.0.0.1",
            port=port,
            username=USERNAME,
            password=password,
            protocol=ProxyProtocol(scheme),
            tags=("here",),
        )
        row = add_proxy(session, new, source="person")
        assert row is not None
        return row.id


def door(*tags: str) -> PublicPages:
    source = HtmlPagesSource.model_validate(
        {
            "listing_url": f"http://{SITE}/people",
            "recipe": "demo-people",
            "proxies": {"tags": tags},
        }
    )
    return cast("PublicPages", open_pages(source, holder=HOLDER))


def pages_of(site: OddSite, *paths: str) -> list[str]:
    assert site.url
    return [f"http://{SITE}{path}" for path in paths]


def attempts() -> list[AttemptAnswer]:
    with transaction() as session:
        return list_attempts(session, PageWish(limit=100)).rows


@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_every_request_goes_through_a_proxy_robots_txt_too(
    site: OddSite, scheme: Scheme
) -> None:
    with proxy_to(site, scheme) as upstream:
        proxy_id = keep(upstream.port, scheme=scheme)
        with closing(door("here")) as pages:
            answers = pages.fetch(pages_of(site, "/people/1", "/moved", "/gone"))
        targets = set(upstream.targets)
    states = [one.state for one in answers]
    assert states == [PageState.FETCHED, PageState.FETCHED, PageState.GONE]
    assert {host for host, _ in targets} == {SITE}
    assert site.asked["/robots.txt"] == 1
    kept = attempts()
    assert {one.proxy_id for one in kept} == {proxy_id}
    assert {one.outcome for one in kept} == {"success"}
    assert kept[0].why["candidates"]


def test_a_page_is_fetched_elsewhere_when_a_proxy_is_dead(site: OddSite) -> None:
    with proxy_to(site) as upstream:
        good, dead = keep(upstream.port), keep(1)
        with closing(door("here")) as pages:
            urls = pages_of(site, *(f"/people/{number}" for number in range(8)))
            answers = pages.fetch(urls, budget_seconds=20)
            late = [one.url for one in answers if one.state is PageState.POSTPONED]
            answers += pages.fetch(late, budget_seconds=20) if late else []
    assert sum(one.state is PageState.FETCHED for one in answers) == 8
    outcomes = {(one.proxy_id, one.outcome) for one in attempts()}
    assert (good, "success") in outcomes
    assert {outcome for proxy_id, outcome in outcomes if proxy_id == dead} <= {"proxy"}


def test_when_all_proxies_are_dead_it_says_so_and_nothing_of_further_tries(
    site: OddSite,
) -> None:
    for port in range(1, 9):
        keep(port)
    with closing(door("here")) as pages:
        for _ in range(3):
            with pytest.raises(BusyError) as failed:
                pages.fetch_one(f"http://{SITE}/people")
    assert "by the fault of its proxy" in failed.value.message
    assert "proxy_unreachable" in failed.value.message
    assert "screen Proxies" in failed.value.message
    assert not site.asked


def test_a_wrong_password_is_the_proxys_fault(site: OddSite) -> None:
    with proxy_to(site) as upstream:
        keep(upstream.port, password="wrong")
        with closing(door("here")) as pages:
            pages.fetch(pages_of(site, "/people/1"), budget_seconds=3)
    assert {one.outcome for one in attempts()} == {"proxy"}
    assert not site.asked


def test_a_host_that_refuses_a_proxy_is_no_fault_of_its_way(site: OddSite) -> None:
    with proxy_to(site) as upstream:
        keep(upstream.port)
        with closing(door("here")) as pages:
            (answer,) = pages.fetch(pages_of(site, "/forbidden"), budget_seconds=3)
    assert answer.state in {PageState.LOST, PageState.POSTPONED}
    assert {one.outcome for one in attempts()} == {"success", "blocked"}


def test_a_body_that_breaks_off_is_fetched_again_and_never_read(site: OddSite) -> None:
    with proxy_to(site) as upstream:
        keep(upstream.port)
        with closing(door("here")) as pages:
            (answer,) = pages.fetch(pages_of(site, "/cut"), budget_seconds=3)
    assert answer.state is not PageState.FETCHED
    assert {one.outcome for one in attempts()} == {"success", "target"}


def test_without_a_proxy_nothing_is_sent(site: OddSite) -> None:
    with closing(door("no such tag")) as pages:
        (answer,) = pages.fetch(pages_of(site, "/people/1"), budget_seconds=5)
        with pytest.raises(BusyError, match="no proxy"):
            pages.fetch_one(f"http://{SITE}/people")
    assert answer.state is PageState.POSTPONED
    assert answer.tries == 0
    assert not site.asked


def test_a_run_whose_proxies_are_all_out_of_use_says_which_it_needs() -> None:
    keep(1080)
    check_proxies_there(ProxiesWish(tags=("HERE",)))
    with pytest.raises(ProxiesAwayError, match="the tag here and an exit in PT, and"):
        check_proxies_there(ProxiesWish(tags=("here",), country="pt"))


def test_pages_wait_for_a_spent_budget_and_are_put_off(
    site: OddSite, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("MUSTER_PROXIES__BURST", "3")
    environment.setenv("MUSTER_PROXIES__BUDGET_PER_HOUR", "10")
    settings.cache_clear()
    with proxy_to(site) as upstream:
        keep(upstream.port)
        with closing(door("here")) as pages:
            urls = pages_of(site, *(f"/people/{number}" for number in range(4)))
            answers = pages.fetch(urls, budget_seconds=10)
    states = [one.state for one in answers]
    assert states.count(PageState.POSTPONED) == 2
    assert site.asked.total() == 3, "robots.txt and two pages"
    assert "spent" in next(one.reason for one in answers if one.reason)


def test_this_machine_is_not_reached_through_a_proxy(
    site: OddSite, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("MUSTER_PUBLIC_PROFILES__INNER_NETWORKS", "[]")
    settings.cache_clear()
    with proxy_to(site) as upstream:
        keep(upstream.port)
        host = site.url.removeprefix("http://")
        source = HtmlPagesSource.model_validate(
            {
                "listing_url": f"{site.url}/people",
                "recipe": "demo-people",
                "proxies": {},
                "hosts": [host, "printer.local"],
            }
        )
        with closing(open_pages(source, holder=HOLDER)) as pages:
            urls = [f"{site.url}/people/1", "http://printer.local/x"]
            answers = pages.fetch(urls, budget_seconds=5)
    assert all(one.state is not PageState.FETCHED for one in answers)
    assert not upstream.targets
    assert not site.asked


def test_nothing_is_sent_while_redis_is_away(site: OddSite, redis_away: None) -> None:
    assert redis_away is None
    keep(1)
    pages = door("here")
    with pytest.raises(RotationUnreachableError):
        pages.fetch(pages_of(site, "/people/1"), budget_seconds=5)
    pages.close()
    assert not site.asked


def pin(proxy_id: int, browser_profile_id: UUID, **values: Any) -> int:
    """Pin a browser profile that has this proxy already."""
    with transaction() as session:
        owner = add_account_session(session, uuid4().hex, proxy_id=proxy_id)
        told = {"browser_profile_id": browser_profile_id, "proxy_id": proxy_id}
        chosen = {"chosen_by": uuid4(), "chosen_by_name": "ana@muster.localhost"}
        put_pin(session, owner.id, {**told, **chosen, **values})
        return owner.id


@pytest.mark.usefixtures("multilogin")
def test_a_pinned_browser_waits_for_its_own_proxy_and_takes_no_other(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("MUSTER_PROXIES__BURST", "2")
    environment.setenv("MUSTER_PROXIES__BUDGET_PER_HOUR", "10")
    settings.cache_clear()
    own, _other = keep(1), keep(2)
    browser = make_browser_profile()
    account_session_id = pin(own, browser)
    with closing(PinnedTurns()) as turns:
        assert turns.lend(uuid4(), SITE) is None, "no pin, no turn to wait for"
        for _ in range(2):
            lease = turns.lend(browser, SITE)
            assert lease is not None
            assert not isinstance(lease, NoProxyNow)
            turns.give_back(lease, Blame.NOBODY, seconds=0.5)
        spent = turns.lend(browser, SITE)
        assert isinstance(spent, NoProxyNow)
        assert spent.patience is Patience.WAIT
        with transaction() as session:
            get_pin(session, account_session_id).moving_to = _other
        moving = turns.lend(browser, SITE)
        assert isinstance(moving, NoProxyNow)
        assert moving.patience is Patience.NONE
    assert {one.proxy_id for one in attempts()} == {own}


def test_a_pinned_browser_reads_by_the_same_lease(
    site: OddSite, multilogin: MultiloginX
) -> None:
    with ExitStack() as opened:
        opened.callback(multilogin.stop_all)
        upstream = opened.enter_context(proxy_to(site))
        proxy_id = keep(upstream.port)
        browser = make_browser_profile(proxy=upstream.parameters())
        pin(proxy_id, browser)
        source = BrowserPagesSource.model_validate(
            {
                "listing_url": f"http://{SITE}/people",
                "recipe": "demo-people",
                "browser_profile_ids": [browser],
            }
        )
        pages = open_browser_pages(source, holder=HOLDER, pictures=None)
        with closing(pages):
            answers = pages.fetch(
                pages_of(site, "/people/1", "/gone"), budget_seconds=60
            )
    assert [one.state for one in answers] == [PageState.FETCHED, PageState.GONE]
    kept = attempts()
    assert [one.outcome for one in kept] == ["success", "success"]
    assert {one.proxy_id for one in kept} == {proxy_id}
