"""Rotation beside round robin and random over the same proxies, and what ours costs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from deployments.bench.forwarder_cost import ForwarderCost, measure_forwarder
from deployments.bench.own_stack import OwnStack
from deployments.bench.proxied_fetch import (
    TAG,
    ProxiedResult,
    keep_proxies,
    limits_for,
    read_pages,
    upstream_for,
)
from deployments.bench.proxied_rules import AtRandom, CountedSupply, RoundRobin, as_lent
from deployments.standins.proxies.running import StandinProxy, running_proxies
from tasks.clients.proxy_supply import LentProxy, ProxySupply
from tasks.proxies.lending import PoolSupply, ProxyWish

PAGES = 2_000
TRIES = 4
Rule = Callable[[list[LentProxy]], ProxySupply]


@dataclass(frozen=True, slots=True)
class ProxiedFigures:
    """Each rule over proxies that behave the same, one after the other."""

    results: tuple[ProxiedResult, ...]
    bans: Mapping[str, int]
    forwarder: ForwarderCost


def measure_proxied(stack: OwnStack, *, pages: int = PAGES) -> ProxiedFigures:
    """Read pages of the demo site by three rules, and load one in three browsers."""
    rules: dict[str, Rule] = {
        "round robin": RoundRobin,
        "random": AtRandom,
        "ours": lambda _: PoolSupply(ProxyWish(tags=(TAG,))),
    }
    urls = [f"{stack.site_url}/bench/{number}" for number in range(pages)]
    results, bans = [], {}
    for name, rule in rules.items():
        with running_proxies() as running:
            kept = _keep(running.members, is_ours=name == "ours")
            lent = [as_lent(one, upstream_for(it)) for one, it in kept.items()]
            result, _ = read_pages(
                name,
                CountedSupply(rule(lent)),
                kept,
                urls,
                limits=limits_for(stack.site_url, tries=TRIES),
            )
        results.append(result)
        bans[name] = sum(running.bans.values())
    return ProxiedFigures(tuple(results), bans, measure_forwarder(urls[0]))


def _keep(members: list[StandinProxy], *, is_ours: bool) -> dict[int, StandinProxy]:
    """Number the proxies; those for our rule are those of the pool."""
    return keep_proxies(members) if is_ours else dict(enumerate(members, start=1))
