"""How we behave towards a host: its robots.txt, its pace, its wish to be left alone."""

from asyncio import Lock
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import NamedTuple
from urllib.parse import urlsplit

from protego import Protego

from tasks.clients.page_answers import PageState

KEPT_SECONDS = 3_600.0
"""How long a robots.txt is good for; RFC 9309, section 2.4, allows a day."""

KEPT_FAILURE_SECONDS = 60.0
"""How long a host is left alone whose robots.txt could not be had."""

LARGEST_ROBOTS_BYTES = 512_000
"""RFC 9309, section 2.5, asks for at least 500 KiB."""


@dataclass(slots=True)
class HostManners:
    """What we know of one host."""

    robots: Protego | None = None
    """`None`: everything is allowed."""

    closed_because: str | None = None
    """Set while its robots.txt cannot be had: nothing is allowed."""

    known_until: float = 0.0
    """Moment of the monotonic clock."""

    free_at: float = 0.0
    """No request before this moment of the monotonic clock."""

    pace: float = 0.0
    """Seconds between two requests, as fast as the host answers; see `adapt_pace`."""

    paused_until: float = 0.0
    """The same, as far as the host itself asked for it: nobody goes before."""

    asked_at: float = 0.0
    """When the last request began, where the pace is kept."""

    turn: Lock = field(default_factory=Lock)
    """Held by who goes next, while it waits for the pace."""


@dataclass(slots=True)
class RobotsRules:
    """What is known of the hosts; made once for a run and handed to every call."""

    hosts: dict[str, HostManners] = field(default_factory=dict)

    def of(self, url: str) -> HostManners:
        """Return what is known of the host of an address."""
        return self.hosts.setdefault(origin_of(url), HostManners())

    def pauses(self, *, now: datetime) -> dict[str, str]:
        """Return until when hosts asked to be left alone: origin -> ISO moment."""
        ahead = {
            origin: manners.paused_until - monotonic()
            for origin, manners in self.hosts.items()
        }
        return {
            origin: (now + timedelta(seconds=seconds)).isoformat()
            for origin, seconds in ahead.items()
            if seconds > 0
        }

    def hold(self, pauses: Mapping[str, str], *, now: datetime) -> None:
        """Leave hosts alone as long as they asked somebody else for it before."""
        for origin, until in pauses.items():
            seconds = (datetime.fromisoformat(until) - now).total_seconds()
            pause_host(self.of(origin), seconds=seconds, now_seconds=monotonic())


def origin_of(url: str) -> str:
    """Return scheme, host and port of an address."""
    split = urlsplit(url)
    return f"{split.scheme}://{split.netloc.lower()}"


def is_among(url: str, hosts: tuple[str, ...]) -> bool:
    """Whether an address is on one of the hosts, each `host` or `host:port`."""
    split = urlsplit(url)
    if split.scheme not in {"http", "https"} or split.username is not None:
        return False
    names = {split.netloc.lower(), (split.hostname or "").lower()}
    return any(host.lower() in names for host in hosts)


def learn_robots(
    manners: HostManners, *, status: int | None, text: str, now_seconds: float
) -> None:
    """
    Take in the answer to a request for robots.txt; no status means no answer.

    Source: RFC 9309, section 2.3.1: 4xx allows everything, 5xx and silence nothing;
    section 2.4: what was known before holds on while it cannot be had.
    """
    if status is None or status >= 500 or status == 429:  # noqa: PLR2004 - HTTP's classes
        said = "did not answer" if status is None else f"answered {status}"
        if not manners.known_until or manners.closed_because:
            reason = f"its robots.txt {said}, so nothing may be fetched now"
            manners.closed_because = reason
        manners.known_until = now_seconds + KEPT_FAILURE_SECONDS
        return
    manners.closed_because = None
    manners.robots = Protego.parse(text) if status < 300 else None  # noqa: PLR2004
    manners.known_until = now_seconds + KEPT_SECONDS


class Refusal(NamedTuple):
    """Why an address may not be asked for; lost is what may be had another time."""

    state: PageState
    reason: str


def refusal_of(manners: HostManners, url: str, *, user_agent: str) -> Refusal | None:
    """Return why robots.txt forbids an address, or `None` if it does not."""
    if manners.closed_because:
        return Refusal(PageState.LOST, manners.closed_because)
    if manners.robots and not manners.robots.can_fetch(url, user_agent):
        said = "the host's robots.txt asks us not to fetch it"
        return Refusal(PageState.REFUSED_BY_ROBOTS, said)
    return None


def delay_of(manners: HostManners, *, user_agent: str) -> float:
    """Return the seconds that robots.txt wants between two requests."""
    if manners.robots is None:
        return 0.0
    rate = manners.robots.request_rate(user_agent)
    by_rate = rate.seconds / rate.requests if rate and rate.requests else 0.0
    return max(manners.robots.crawl_delay(user_agent) or 0.0, by_rate)


def adapt_pace(
    manners: HostManners,
    *,
    latency: float,
    succeeded: bool,
    wanted_at_once: float,
    longest: float,
) -> None:
    """
    Ask a host as often as it takes for some requests to be in its hand on average.

    Args:
        manners: Of the host; its pace changes.
        latency: Seconds until its answer began.
        succeeded: Whether it was a page: an error may come quickly, and must not make
            us faster.
        wanted_at_once: Requests it is to have in hand.
        longest: Seconds that the pace never goes beyond.

    Source: the rule of Scrapy's AutoThrottle (facts/acquisition.md, B.1).
    """
    aim = latency / wanted_at_once
    pace = min(longest, max(aim, (manners.pace + aim) / 2))
    if succeeded or pace > manners.pace:
        manners.pace = pace


def take_turn(manners: HostManners, *, delay: float, now_seconds: float) -> float:
    """Return the seconds to wait before the next request, and book its place."""
    start = max(now_seconds, manners.free_at)
    if delay:
        manners.free_at = start + delay
    return start - now_seconds


def seconds_until_turn(
    manners: HostManners, *, delay: float, now_seconds: float
) -> float:
    """
    Return how long whoever goes next has to wait, as fast as the pace is now.

    Unlike `take_turn` nothing is booked: one slow answer would book as many slow places
    as there are requests waiting, and they would be kept long after the host is well.
    """
    due = manners.asked_at + max(delay, manners.pace)
    return max(due, manners.free_at) - now_seconds


def pause_host(manners: HostManners, *, seconds: float, now_seconds: float) -> None:
    """Let no request to the host begin for some seconds."""
    manners.paused_until = max(manners.paused_until, now_seconds + seconds)
    manners.free_at = max(manners.free_at, manners.paused_until)
