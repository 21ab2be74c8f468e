"""Pages whose proxies fail: put off, lost only in the end, and the run is told."""

import pytest

from config.sections.public_profiles import PublicProfilesSettings
from deployments.bench.proxied_rules import RoundRobin
from tasks.clients.page_answers import PageAnswer, PageState
from tasks.clients.proxied_requests import ProxiesFailingError
from tasks.clients.proxy_forwarder_dialing import UpstreamProxy
from tasks.clients.proxy_supply import LentProxy
from tasks.clients.public_pages import PublicPages

HOST = "people.example"


def dead_proxies(count: int) -> RoundRobin:
    """Return proxies on ports where nobody listens."""
    return RoundRobin(
        [
            LentProxy(port, UpstreamProxy("http", "127.0.0.1", port), None)
            for port in range(1, count + 1)
        ]
    )


def fetch(pages: int, *, earlier: int = 0, is_own: bool = True) -> list[PageAnswer]:
    """Fetch pages that had some tries each; of our own host no robots.txt is asked."""
    urls = [f"http://{HOST}/people/{number}" for number in range(pages)]
    limits = PublicProfilesSettings(own_hosts=(HOST,) if is_own else (), tries=4)
    with PublicPages(limits=limits, hosts=(HOST,), proxies=dead_proxies(12)) as door:
        return door.fetch(urls, earlier_tries=dict.fromkeys(urls, earlier))


@pytest.mark.parametrize(
    ("earlier", "state", "tries"),
    [
        (0, PageState.POSTPONED, 4),
        (2, PageState.POSTPONED, 4),
        (4, PageState.POSTPONED, 8),
        (8, PageState.LOST, 12),
    ],
)
def test_a_page_that_only_proxies_failed_is_put_off_before_it_is_lost(
    earlier: int, state: PageState, tries: int
) -> None:
    (answer,) = fetch(1, earlier=earlier)
    assert (answer.state, answer.tries) == (state, tries)
    assert "proxy_unreachable" in answer.reason


def test_a_page_waits_while_no_proxy_brings_the_robots_txt() -> None:
    (answer,) = fetch(1, is_own=False)
    assert (answer.state, answer.tries) == (PageState.POSTPONED, 0)
    assert answer.reason.startswith("robots.txt: the proxy failed")


@pytest.mark.parametrize("is_own", [True, False])
def test_where_no_proxy_works_the_run_is_told_and_no_page_is_lost(
    *, is_own: bool
) -> None:
    with pytest.raises(ProxiesFailingError, match="screen Proxies"):
        fetch(40, is_own=is_own)
