"""Pure: which proxies there are, and what each does with a request."""

import random
from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, NamedTuple

USERNAME = "guest@home"
PASSWORD = "p@ss:w/rd%41"  # noqa: S105 - invented, for loopback
"""Every character that an address would read as its own."""

PROXIES = 24
FLAKY_SHARE = 0.35
BANNED_ABOVE = 16
"""Requests within one second that a proxy of that quality carries without a ban."""

BAN_SECONDS = 6.0
QUICK_SECONDS = (0.005, 0.03)
SLOW_SECONDS = (0.25, 0.6)


class Quality(StrEnum):
    """How a proxy is."""

    SLOW = "slow"
    FLAKY = "flaky"
    RATED = "rated"
    """Quick and sure; the host bans it when it carries too much."""

    DEAD = "dead"


class Deed(StrEnum):
    """What a proxy does with one request."""

    CARRY = "carry"
    HANG_UP = "hang_up"
    BAD_GATEWAY = "bad_gateway"
    CUT = "cut"
    """Half of the page, and no more."""

    BANNED = "banned"
    REFUSE_CREDENTIALS = "refuse_credentials"
    SAY_NOTHING = "say_nothing"


class Act(NamedTuple):
    """A deed, after some seconds."""

    deed: Deed
    seconds: float


_FLAWS = (Deed.HANG_UP, Deed.BAD_GATEWAY, Deed.CUT)
_DEATHS = (Deed.HANG_UP, Deed.SAY_NOTHING, Deed.REFUSE_CREDENTIALS)


@dataclass(slots=True)
class Member:
    """One proxy, and what it has carried."""

    number: int
    scheme: Literal["http", "socks5"]
    quality: Quality
    draw: random.Random
    port: int = 0
    carried: deque[float] = field(default_factory=deque)
    banned_until: float = 0.0
    requests: int = 0
    bans: int = 0

    def act(self, moment: float) -> Act:
        """Return what is done with a request at a moment of the monotonic clock."""
        self.requests += 1
        match self.quality:
            case Quality.DEAD:
                return Act(_DEATHS[self.number // 8 % len(_DEATHS)], 0.0)
            case Quality.SLOW:
                return Act(Deed.CARRY, self.draw.uniform(*SLOW_SECONDS))
            case Quality.FLAKY if self.draw.random() < FLAKY_SHARE:
                return Act(self.draw.choice(_FLAWS), self.draw.uniform(*QUICK_SECONDS))
            case Quality.RATED if self._is_banned(moment):
                return Act(Deed.BANNED, 0.0)
        return Act(Deed.CARRY, self.draw.uniform(*QUICK_SECONDS))

    def _is_banned(self, moment: float) -> bool:
        while self.carried and self.carried[0] <= moment - 1:
            self.carried.popleft()
        if moment < self.banned_until:
            return True
        self.carried.append(moment)
        if len(self.carried) > BANNED_ABOVE:
            self.banned_until = moment + BAN_SECONDS
            self.carried.clear()
            self.bans += 1
            return True
        return False


def make_members(seed: int) -> list[Member]:
    """Return the proxies: as many of each quality, half of them by each protocol."""
    qualities = tuple(Quality)
    return [
        Member(
            number=number,
            scheme="http" if number // len(qualities) % 2 else "socks5",
            quality=qualities[number % len(qualities)],
            draw=random.Random(seed * PROXIES + number),  # noqa: S311 - a world to repeat
        )
        for number in range(PROXIES)
    ]
