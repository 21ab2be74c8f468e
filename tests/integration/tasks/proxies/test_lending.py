"""Five thousand pages through 24 real proxies: slow, flaky, soon banned, dead."""

import pytest

from config.settings import settings
from deployments.bench.proxied_fetch import (
    TAG,
    keep_proxies,
    limits_for,
    read_pages,
)
from deployments.bench.proxied_rules import CountedSupply
from deployments.standins.proxies.running import running_proxies
from tasks.clients.page_answers import PageState
from tasks.database import transaction
from tasks.pages import PageWish
from tasks.proxies.attempt_rows import list_attempts
from tasks.proxies.lending import PoolSupply, ProxyWish
from tasks.proxies.repository import list_usable
from tests.fixtures.demo_site import DemoSiteAddress

PAGES = 5_000
REQUESTS_AN_HOUR = 28_800
"""Eight a second for each proxy: an hour of a real pool in a minute or two."""


@pytest.fixture
def _quick_pool(database: str, environment: pytest.MonkeyPatch) -> None:
    assert database
    environment.setenv("MUSTER_PROXIES__BUDGET_PER_HOUR", str(REQUESTS_AN_HOUR))
    settings.cache_clear()


@pytest.mark.timeout(600)
@pytest.mark.usefixtures("_quick_pool")
def test_five_thousand_pages_come_through_24_proxies_of_four_qualities(
    demo_site: DemoSiteAddress,
) -> None:
    with running_proxies() as running:
        kept = keep_proxies(running.members)
        supply = CountedSupply(PoolSupply(ProxyWish(tags=(TAG,))))
        result, answers = read_pages(
            "ours",
            supply,
            kept,
            [f"{demo_site.url}/bench/{number}" for number in range(PAGES)],
            limits=limits_for(demo_site.url, tries=4),
        )
    lost = [one.reason for one in answers if one.state is not PageState.FETCHED]
    assert result.fetched >= PAGES * 0.999, (result, lost[:5])
    assert len(answers) == PAGES
    assert result.first_try_percent >= 93, result
    assert sum(running.bans.values()) == 0, "the budget keeps every proxy from a ban"
    assert result.gini_of_able < 0.5, result
    with transaction() as session:
        kept_attempts = list_attempts(session, PageWish(limit=50)).rows
        usable = {one.id for one in list_usable(session, tags=(TAG,))}
    assert kept_attempts
    assert {"score", "parts", "candidates"} <= set(kept_attempts[0].why)
    able = {one for one, it in kept.items() if it.quality in {"slow", "rated"}}
    assert able <= usable
