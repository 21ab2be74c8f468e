"""What the probes of a leak test saw, every argument optional."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from config.vocabulary import LeakKind, LeakScope, LeakVerdict
from tasks.clients.leak_page import Candidate, PageReport, Place
from tasks.clients.leak_responders import (
    DnsSighting,
    Echo,
    HttpSighting,
    StunSighting,
    VisitLog,
)
from tasks.leak_tests.findings import Findings, Home, StunControl
from tasks.leak_tests.schemas import Expected, Finding
from tasks.leak_tests.verdict import judge

HOME, HOME6, EXIT = "192.0.2.10", "2001:db8:a::10", "203.0.113.5"
HOME_RESOLVER, EXIT_RESOLVER = "192.0.2.53", "203.0.113.53"
AT_HOME = Home(addresses=(HOME, HOME6), resolvers=(HOME_RESOLVER,))
WINTER = datetime(2026, 1, 15, 12, tzinfo=UTC)
SUMMER = datetime(2026, 7, 15, 12, tzinfo=UTC)


def echo(address: str, **headers: str) -> Echo:
    """Return how a request arrived from an address."""
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    given = (("Host", "leak.test"), *named)
    return Echo(address=address, family=6 if ":" in address else 4, headers=given)


def log(
    *, http: Iterable[str] = (), dns: Iterable[str] = (), stun: Iterable[str] = ()
) -> VisitLog:
    """Return whom the responders saw."""
    return VisitLog(
        http=tuple(HttpSighting(address=one) for one in http),
        dns=tuple(DnsSighting(resolver=one, name="a.b.leak.test") for one in dns),
        stun=tuple(StunSighting(address=one, port=9) for one in stun),
    )


def control(mapped: str | None = HOME) -> tuple[StunControl, ...]:
    """Return a control packet, answered unless it is None."""
    port = 4_000 if mapped else None
    return (
        StunControl(
            host="198.51.100.1",
            port=3_478,
            family=4,
            mapped_address=mapped,
            mapped_port=port,
        ),
    )


def candidate(address: str | None, kind: str = "srflx", **more: Any) -> Candidate:
    """Return an ICE candidate."""
    return Candidate(type=kind, address=address, protocol="udp", port=9, **more)


def page(**different: Any) -> PageReport:
    """Return what a page found in a browser whose WebRTC is blocked."""
    place = different.pop("place", None)
    values: dict[str, Any] = {
        "done": True,
        "gathering": "complete",
        "timezone": "Europe/Berlin",
        "languages": ("de-DE", "de"),
        "locale": "de-DE",
        "names_asked": 6,
        "geolocation": Place(latitude=place[0], longitude=place[1]) if place else None,
        "geolocation_error": None if place else "denied",
    }
    return PageReport(**(values | different))


def findings(**different: Any) -> Findings:
    """Return what a probe saw behind an exit that gives nobody away."""
    in_browser = different.pop("in_browser", True)
    values: dict[str, Any] = {
        "scope": LeakScope.BROWSER if in_browser else LeakScope.NETWORK,
        "echoes": (echo(EXIT),),
        "log": log(http=(EXIT,), dns=(EXIT_RESOLVER,)),
        "page": page() if in_browser else None,
        "control": control(),
        "names_asked": 6,
    }
    return Findings(**(values | different))


def verdict_of(
    kind: LeakKind,
    seen: Findings,
    *,
    home: Home | None = AT_HOME,
    has_exit: bool = True,
    now: datetime = WINTER,
    **expected: Any,
) -> tuple[LeakVerdict, list[str]]:
    """Return the verdict about one kind, and the codes of its reasons."""
    found = finding_of(kind, seen, home=home, has_exit=has_exit, now=now, **expected)
    return found.verdict, [one.code for one in found.reasons]


def finding_of(
    kind: LeakKind,
    seen: Findings,
    *,
    home: Home | None = AT_HOME,
    has_exit: bool = True,
    now: datetime = WINTER,
    **expected: Any,
) -> Finding:
    """Return the finding about one kind."""
    judged = judge(seen, Expected(**expected), home=home, has_exit=has_exit, now=now)
    assert [one.kind for one in judged] == list(LeakKind)
    assert all(one.reasons and one.means for one in judged)
    return next(one for one in judged if one.kind is kind)
