"""Rules of rotation beside ours, and the counting of what any of them achieves."""

import random
from collections import Counter
from collections.abc import Collection, Sequence

from typing_extensions import override

from tasks.clients.proxy_forwarder import UpstreamProxy
from tasks.clients.proxy_supply import Blame, LentProxy, NoProxyNow, ProxySupply


class RoundRobin:
    """One proxy after the other, as most tools do."""

    def __init__(self, proxies: Sequence[LentProxy]) -> None:
        self._proxies, self._at = proxies, 0

    async def lend(
        self, host: str, *, tried: Collection[int]
    ) -> LentProxy | NoProxyNow:
        """Return the next."""
        assert host  # noqa: S101 - this rule does not look at it
        for _ in self._proxies:
            self._at = (self._at + 1) % len(self._proxies)
            if self._proxies[self._at].proxy_id not in tried:
                break
        return self._proxies[self._at]

    async def give_back(
        self,
        lent: LentProxy,
        blame: Blame,
        *,
        seconds: float,
        retry_after: float | None = None,
    ) -> None:
        """Learn nothing."""

    async def close(self) -> None:
        """Keep nothing."""


class AtRandom(RoundRobin):
    """Any proxy, each as likely."""

    def __init__(self, proxies: Sequence[LentProxy], seed: int = 1) -> None:
        super().__init__(proxies)
        self._draw = random.Random(seed)  # noqa: S311 - a world to repeat

    @override
    async def lend(
        self, host: str, *, tried: Collection[int]
    ) -> LentProxy | NoProxyNow:
        """Return any that was not tried."""
        assert host  # noqa: S101 - as above
        fresh = [one for one in self._proxies if one.proxy_id not in tried]
        return self._draw.choice(fresh or self._proxies)


class CountedSupply:
    """Passes on to a supply, and counts requests and their outcomes."""

    def __init__(self, inner: ProxySupply) -> None:
        self._inner = inner
        self.load: Counter[int] = Counter()
        self.blames: Counter[Blame] = Counter()
        self.seconds: list[float] = []
        self.first_tries = self.first_successes = 0

    async def lend(
        self, host: str, *, tried: Collection[int]
    ) -> LentProxy | NoProxyNow:
        """Lend, and remember whether it is for a first try."""
        found = await self._inner.lend(host, tried=tried)
        if isinstance(found, LentProxy):
            self.load[found.proxy_id] += 1
            if not tried:
                found = found._replace(lease=_Own(found.lease))
        return found

    async def give_back(
        self,
        lent: LentProxy,
        blame: Blame,
        *,
        seconds: float,
        retry_after: float | None = None,
    ) -> None:
        """Count, and give back."""
        lease = lent.lease
        if isinstance(lease, _Own):
            lent = lent._replace(lease=lease.inner)
            self.first_tries += 1
            self.first_successes += blame is Blame.NOBODY
        self.blames[blame] += 1
        self.seconds.append(seconds)
        await self._inner.give_back(
            lent, blame, seconds=seconds, retry_after=retry_after
        )

    async def close(self) -> None:
        """Close the supply."""
        await self._inner.close()

    @property
    def first_try_percent(self) -> float:
        """Share of first tries that brought the page, in percent."""
        return 100 * self.first_successes / max(1, self.first_tries)

    def gini(self, proxy_ids: Collection[int]) -> float:
        """Return how unevenly these carried: 0 all the same, 1 all by one."""
        loads = sorted(self.load[one] for one in proxy_ids)
        whole, count = sum(loads), len(loads)
        if not whole:
            return 0.0
        weighed = sum(rank * load for rank, load in enumerate(loads, start=1))
        return 2 * weighed / (count * whole) - (count + 1) / count


class _Own:
    """Wraps a lease of a first try."""

    __slots__ = ("inner",)

    def __init__(self, inner: object) -> None:
        self.inner = inner


def as_lent(proxy_id: int, upstream: UpstreamProxy) -> LentProxy:
    """Return a proxy for a rule that keeps no leases."""
    return LentProxy(proxy_id, upstream, None)
