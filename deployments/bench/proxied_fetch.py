"""Read pages through 24 proxies of four qualities, by one rule of rotation."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from urllib.parse import urlsplit

from config.sections.public_profiles import PublicProfilesSettings
from config.vocabulary import ProxyProtocol
from deployments.bench.proxied_rules import CountedSupply
from deployments.standins.proxies.running import StandinProxy
from tasks.clients.page_answers import PageAnswer, PageState
from tasks.clients.proxy_forwarder import UpstreamProxy
from tasks.clients.proxy_forwarder_dialing import SCHEMES
from tasks.clients.proxy_supply import Blame
from tasks.clients.public_pages import PublicPages
from tasks.database import transaction
from tasks.proxies.repository import add_proxy
from tasks.proxies.schemas import NewProxy

AT_ONCE = 24
PORTION = 250
PORTION_SECONDS = 60.0
TAG = "stand-in"


@dataclass(frozen=True, slots=True)
class ProxiedResult:
    """What one rule achieved; times in seconds."""

    rule: str
    pages: int
    fetched: int
    seconds: float
    requests: int
    first_try_percent: float
    gini: float
    """Of the load of all proxies: 0 is even."""

    gini_of_able: float
    """The same among those that are neither flaky nor dead."""

    p50: float
    p95: float
    blames: Mapping[str, int]
    load_by_quality: Mapping[str, int]
    tries_per_page: float


def keep_proxies(members: Sequence[StandinProxy]) -> dict[int, StandinProxy]:
    """Put the stand-in's proxies into the pool; return them by their ids."""
    kept = {}
    with transaction() as session:
        for one in members:
            new = NewProxy(
                ip=one.host,
                port=one.port,
                username=one.username,
                password=one.password,
                protocol=ProxyProtocol(one.protocol),
                tags=(TAG,),
            )
            row = add_proxy(session, new, source="import")
            if row is not None:
                kept[row.id] = one
    return kept


def upstream_for(member: StandinProxy) -> UpstreamProxy:
    """Return a member of the stand-in as the forwarder takes it."""
    return UpstreamProxy(
        SCHEMES[member.protocol],
        member.host,
        member.port,
        member.username,
        member.password,
    )


def limits_for(site_url: str, *, tries: int) -> PublicProfilesSettings:
    """Return how the pages are fetched: soon given up, from a site of our own."""
    return PublicProfilesSettings(
        own_hosts=(urlsplit(site_url).netloc,),
        pages_at_once=AT_ONCE,
        request_timeout=timedelta(seconds=4),
        tries=tries,
    )


def read_pages(
    rule: str,
    supply: CountedSupply,
    proxies: Mapping[int, StandinProxy],
    urls: Sequence[str],
    *,
    limits: PublicProfilesSettings,
    is_over: Callable[[float], bool] = lambda _: False,
) -> tuple[ProxiedResult, list[PageAnswer]]:
    """Read pages portion by portion as a campaign does; those put off come again."""
    host = urlsplit(urls[0]).netloc
    waiting, settled, tries = list(urls), [], dict[str, int]()
    began = monotonic()
    with PublicPages(limits=limits, hosts=(host,), proxies=supply) as pages:
        while waiting and not is_over(monotonic() - began):
            portion, waiting = waiting[:PORTION], waiting[PORTION:]
            answers = pages.fetch(
                portion, budget_seconds=PORTION_SECONDS, earlier_tries=tries
            )
            tries.update((one.url, one.tries) for one in answers)
            put_off = [one.url for one in answers if one.state is PageState.POSTPONED]
            settled += [one for one in answers if one.state is not PageState.POSTPONED]
            waiting += put_off
    return _result(rule, supply, proxies, settled, monotonic() - began), settled


def _result(
    rule: str,
    supply: CountedSupply,
    proxies: Mapping[int, StandinProxy],
    settled: Sequence[PageAnswer],
    seconds: float,
) -> ProxiedResult:
    able = [one for one, it in proxies.items() if it.quality in {"slow", "rated"}]
    by_quality: dict[str, int] = {}
    for proxy_id, load in supply.load.items():
        quality = proxies[proxy_id].quality
        by_quality[quality] = by_quality.get(quality, 0) + load
    times = sorted(supply.seconds) or [0.0]
    return ProxiedResult(
        rule=rule,
        pages=len(settled),
        fetched=sum(one.state is PageState.FETCHED for one in settled),
        seconds=seconds,
        requests=supply.load.total(),
        first_try_percent=supply.first_try_percent,
        gini=supply.gini(list(proxies)),
        gini_of_able=supply.gini(able),
        p50=times[len(times) // 2],
        p95=times[len(times) * 95 // 100],
        blames={blame.value: supply.blames[blame] for blame in Blame},
        load_by_quality=by_quality,
        tries_per_page=supply.load.total() / max(1, len(settled)),
    )
