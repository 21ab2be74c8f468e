"""A world of 24 proxies of four qualities, with bad spells, bans and outages."""

import math
import random
from collections import deque
from dataclasses import dataclass, field
from enum import Enum

from tasks.proxies.rotation import Outcome

HOUR = 3600.0
MINUTE = 60.0
QUALITIES = ((0.985, 1.0), (0.95, 0.6), (0.88, 1.8), (0.45, 3.0))
"""Chance of success and median latency in seconds."""

OF_EACH = 6
MOST_A_MINUTE = 14
"""Above this load in a minute the host begins to ban a proxy, in worlds with bans."""

BAN_CHANCE = 0.05
LONGEST_ANSWER = 30.0


def chance(seed: int) -> random.Random:
    """Return chance that repeats itself."""
    return random.Random(seed)  # noqa: S311 - guards nothing


class Spell(Enum):
    """What befalls a proxy for 5 to 40 minutes."""

    OUTAGE = "outage"
    SLOW = "slow"
    FLAKY = "flaky"


@dataclass(frozen=True)
class WorldPlan:
    """What a world is like; times in seconds."""

    name: str
    items_per_second: float
    bans: bool
    seconds: float = 4 * HOUR
    target_outage: tuple[float, float] | None = None


@dataclass
class Member:
    """One proxy as it truly is."""

    chance: float
    median: float
    spells: list[tuple[float, float, Spell]]
    banned_until: float = 0.0
    banned_seconds: float = 0.0
    starts: list[float] = field(default_factory=list)
    lately: deque[float] = field(default_factory=deque)

    def spell_at(self, now: float) -> Spell | None:
        """Return what befalls it now; time only goes forward."""
        while self.spells and self.spells[0][1] <= now:
            self.spells.pop(0)
        if self.spells and self.spells[0][0] <= now:
            return self.spells[0][2]
        return None


class World:
    """Answers attempts as that world would; the same for a seed."""

    def __init__(self, plan: WorldPlan, seed: int) -> None:
        self.plan = plan
        self.draw = chance(seed)
        self.members = {
            place + 1: Member(*QUALITIES[place % 4], self._plan_spells())
            for place in range(4 * OF_EACH)
        }

    def attempt(self, proxy_id: int, now: float) -> tuple[Outcome, float]:
        """Return how an attempt that begins now will end, and after how long."""
        member, draw = self.members[proxy_id], self.draw
        member.starts.append(now)
        if self.plan.bans:
            self._watch(member, now)
        outage = self.plan.target_outage
        if outage and outage[0] <= now < outage[1]:
            hidden = draw.random() < 0.5  # the proxy says 502 for a host that is down
            return Outcome.PROXY if hidden else Outcome.TARGET, 0.5 + draw.random()
        if now < member.banned_until:
            return Outcome.BLOCKED, 0.4
        spell = member.spell_at(now)
        if spell is Spell.OUTAGE:
            return Outcome.PROXY, 0.05 if draw.random() < 0.5 else 8.0
        latency = member.median * math.exp(draw.gauss(0.0, 0.5))
        if spell is Spell.SLOW:
            latency *= 5
        chance = member.chance * (0.5 if spell is Spell.FLAKY else 1.0)
        if latency > LONGEST_ANSWER:
            return Outcome.PROXY, LONGEST_ANSWER
        return (Outcome.SUCCESS if draw.random() < chance else Outcome.PROXY), latency

    def _watch(self, member: Member, now: float) -> None:
        lately = member.lately
        lately.append(now)
        while lately[0] <= now - MINUTE:
            lately.popleft()
        over = len(lately) - MOST_A_MINUTE
        if now < member.banned_until or self.draw.random() >= BAN_CHANCE * over:
            return
        length = self.draw.uniform(15, 45) * MINUTE
        member.banned_until = now + length
        member.banned_seconds += length

    def _plan_spells(self) -> list[tuple[float, float, Spell]]:
        spells, at = [], 0.0
        while True:
            at += self.draw.expovariate(1 / (4 * HOUR))
            if at > self.plan.seconds:
                return spells
            end = at + self.draw.uniform(5, 40) * MINUTE
            spells.append((at, end, self.draw.choice(tuple(Spell))))
            at = end
