"""Pure: findings in, a verdict with its reasons out, for each kind of leak."""

from collections.abc import Collection
from datetime import datetime

from config.vocabulary import LeakKind, LeakVerdict
from tasks.leak_tests.addresses import (
    Address,
    is_of_family,
    is_same_site,
    is_within,
    parse_address,
    parse_all,
    shown,
)
from tasks.leak_tests.case import Case, because, listed, unknown
from tasks.leak_tests.findings import Findings, Home
from tasks.leak_tests.place_verdict import judge_places
from tasks.leak_tests.schemas import Expected, Finding, VerdictReason
from tasks.leak_tests.webrtc_verdict import judge_webrtc

SHOWN_KINDS = (LeakKind.IP, LeakKind.DNS, LeakKind.WEBRTC)
"""Those of the documented answer."""

_BY_ECHO = "a web server's view of requests through the exit, over IPv4 and IPv6"
_BY_NAMES = "unique names that only our DNS responder knows, and who asked it"
_BY_HEADERS = "the headers of a plain HTTP request, as a web server received them"

_NAMING_HEADERS = frozenset(
    (
        *("x-forwarded-for", "forwarded", "x-real-ip", "client-ip", "x-client-ip"),
        *("true-client-ip", "cf-connecting-ip", "x-cluster-client-ip", "from"),
        *("x-originating-ip", "x-remote-addr", "x-remote-ip", "x-proxyuser-ip"),
        *("x-forwarded", "forwarded-for", "x-host", "x-forwarded-host"),
    )
)
_OF_THE_SERVER = "host"
"""Names the responder, which may stand where this machine does."""

_PROXY_HEADERS = frozenset(
    ("via", "proxy-connection", "x-proxy-id", "x-bluecoat-via", "x-squid-error")
)


def judge(
    findings: Findings,
    expected: Expected,
    *,
    home: Home | None,
    has_exit: bool,
    now: datetime,
) -> tuple[Finding, ...]:
    """
    Return the verdict about each kind of leak (facts/cloak.md 2.5).

    What nobody could know is inconclusive, never clean: no answer, nobody who asked,
    no address where the control did not work either.

    Args:
        findings: What the probe saw.
        expected: What the exit is expected to be.
        home: How this machine is seen without the exit; None if that is tested.
        has_exit: Whether there is a proxy or VPN that ought to hide it.
        now: When; time zones have their summers.
    """
    case = Case(findings, expected, home, has_exit, now)
    return (
        _judge_ip(case),
        _judge_dns(case),
        judge_webrtc(case),
        *judge_places(case),
        _judge_headers(case),
    )


def has_passed(verdicts: dict[LeakKind, LeakVerdict]) -> bool:
    """Return whether nothing leaks, and the address is sure, as campaigns demand."""
    return (
        all(verdicts[one] is not LeakVerdict.LEAK for one in SHOWN_KINDS)
        and verdicts[LeakKind.IP] is LeakVerdict.CLEAN
    )


def sum_up(verdicts: dict[LeakKind, LeakVerdict]) -> LeakVerdict:
    """Return one verdict for the three of the documented answer."""
    found = {verdicts[one] for one in SHOWN_KINDS}
    for worst in (LeakVerdict.LEAK, LeakVerdict.INCONCLUSIVE):
        if worst in found:
            return worst
    return LeakVerdict.CLEAN


def _judge_ip(case: Case) -> Finding:
    if not case.exits:
        return unknown(
            LeakKind.IP,
            because("nobody_saw", "no web server saw a request through the exit"),
            means=_BY_ECHO,
        )
    leaks = [*_home_seen(case), *_not_expected(case)]
    if leaks:
        verdict, reasons = LeakVerdict.LEAK, leaks
    else:
        verdict, reasons = _without_ip_leak(case)
    return Finding(
        kind=LeakKind.IP,
        verdict=verdict,
        expected=_expected_exits(case),
        seen=shown(case.exits),
        means=_BY_ECHO,
        reasons=(*reasons, *_elsewhere(case)),
        took_ms=case.echo_took,
    )


def _home_seen(case: Case) -> list[VerdictReason]:
    seen = [one for one in case.exits if is_same_site(one, case.home_addresses)]
    if not seen:
        return []
    return [
        because(
            "home_address_seen",
            f"a web server saw {listed(seen)}, which is this machine's own address",
        )
    ]


def _not_expected(case: Case) -> list[VerdictReason]:
    wanted = case.expected.exit_addresses
    if not wanted:
        return []
    found = []
    for one in case.exits:
        if is_within(one, wanted):
            continue
        if any(is_of_family(block, one) for block in wanted):
            message = f"a web server saw {one}, not {', '.join(wanted)}"
        else:
            message = (
                f"a web server saw {one}, an IPv{one.version} address that nobody "
                "expected"
            )
        found.append(because("unexpected_address", message))
    return found


def _without_ip_leak(case: Case) -> tuple[LeakVerdict, list[VerdictReason]]:
    """Return what holds where no address is one that must not be seen."""
    if case.expected.exit_addresses:
        why = because("as_expected", "every address seen is one that is expected")
        return LeakVerdict.CLEAN, [why]
    if not case.has_exit:
        why = because(
            "nothing_expected",
            "there is no proxy or VPN, and no exit address is named, so there is "
            "nothing to hold the address against",
        )
        return LeakVerdict.INCONCLUSIVE, [why]
    if not case.home_addresses:
        why = because(
            "home_unknown",
            "this machine's own address could not be seen, and no exit address is "
            "named; name the address that is expected",
        )
        return LeakVerdict.INCONCLUSIVE, [why]
    why = because("not_home", "no address seen is one of this machine's own")
    return LeakVerdict.CLEAN, [why]


def _expected_exits(case: Case) -> tuple[str, ...]:
    if case.expected.exit_addresses:
        return case.expected.exit_addresses
    return tuple(f"not {one}" for one in shown(case.home_addresses))


def _elsewhere(case: Case) -> list[VerdictReason]:
    """Return a warning where the registration speaks against the country."""
    country, registered = case.expected.country, case.registered_in
    if country is None or registered is None or country == registered:
        return []
    return [
        because(
            "registered_elsewhere",
            f"the exit's address is registered in {registered}, not {country}; exits "
            "are often rented abroad, so this alone is no leak",
        )
    ]


def _judge_dns(case: Case) -> Finding:
    log = case.findings.log
    if log is None:
        why = because("no_responder", "only a DNS responder of our own sees who asks")
        return unknown(LeakKind.DNS, why, means=_BY_NAMES)
    resolvers = parse_all(one.resolver for one in log.dns)
    if not resolvers:
        why = because(
            "nobody_asked",
            "no resolver asked our DNS responder for a name; see that its zone is "
            "delegated to it",
        )
        return unknown(LeakKind.DNS, why, means=_BY_NAMES)
    verdict, reasons = _weigh_resolvers(case, resolvers)
    by_webrtc = any(one.name.lower().startswith("stun.") for one in log.dns)
    if by_webrtc and verdict is LeakVerdict.LEAK and case.is_in_browser:
        why = because(
            "asked_for_webrtc", "one of the names was that of WebRTC's STUN server"
        )
        reasons = [*reasons, why]
    return Finding(
        kind=LeakKind.DNS,
        verdict=verdict,
        expected=_expected_resolvers(case),
        seen=shown(resolvers),
        means=_BY_NAMES,
        reasons=tuple(reasons),
        took_ms=case.findings.took_ms.get("names"),
    )


def _weigh_resolvers(
    case: Case, resolvers: Collection[Address]
) -> tuple[LeakVerdict, list[VerdictReason]]:
    at_home = [one for one in resolvers if _is_at_home(case, one)]
    wanted = case.expected.resolvers
    strange = [one for one in resolvers if not is_within(one, wanted)]
    if wanted and not strange:
        why = because("as_expected", "only resolvers asked that are expected")
        return LeakVerdict.CLEAN, [why]
    if at_home:
        why = because(
            "own_resolver_asked",
            f"{listed(at_home)} asked, the resolver of this machine's own connection",
        )
        return LeakVerdict.LEAK, [why]
    if wanted:
        why = because(
            "unexpected_resolver",
            f"{listed(strange)} asked, which nobody expected; it may be DNS over HTTPS "
            "that the browser is set to",
        )
        return LeakVerdict.LEAK, [why]
    return _without_expectation(case)


def _without_expectation(case: Case) -> tuple[LeakVerdict, list[VerdictReason]]:
    """Return what holds where no resolver is named, and none of our own asked."""
    if not case.has_exit:
        why = because(
            "nothing_expected", "there is no proxy or VPN, and no resolver is named"
        )
        return LeakVerdict.INCONCLUSIVE, [why]
    if not case.home_resolvers:
        why = because(
            "home_resolver_unknown",
            "nobody knows which resolver this machine asks by itself, and none is "
            "named; name the resolvers that are expected",
        )
        return LeakVerdict.INCONCLUSIVE, [why]
    why = because("not_home", "none of this machine's own resolvers asked")
    return LeakVerdict.CLEAN, [why]


def _is_at_home(case: Case, resolver: Address) -> bool:
    own = (*case.home_resolvers, *case.home_addresses)
    return is_same_site(resolver, own)


def _expected_resolvers(case: Case) -> tuple[str, ...]:
    if case.expected.resolvers:
        return case.expected.resolvers
    return tuple(f"not {one}" for one in shown(case.home_resolvers))


def _judge_headers(case: Case) -> Finding:
    met = [pair for one in case.findings.echoes for pair in one.headers]
    if not met:
        why = because("nobody_saw", "no web server told which headers it received")
        return unknown(LeakKind.HEADERS, why, means=_BY_HEADERS)
    naming = [pair for pair in met if _names_client(case, *pair)]
    telling = [pair for pair in met if pair[0].lower() in _PROXY_HEADERS]
    reasons = []
    if naming:
        names = ", ".join(sorted({name for name, _ in naming}))
        said = f"{names} told the web server who is behind the exit"
        reasons.append(because("client_named", said))
    if telling:
        names = ", ".join(sorted({name for name, _ in telling}))
        said = f"{names} told the web server that there is a proxy, not for whom"
        reasons.append(because("proxy_named", said))
    if not reasons:
        reasons.append(because("nobody_named", "no header named anybody"))
    return Finding(
        kind=LeakKind.HEADERS,
        verdict=LeakVerdict.LEAK if naming else LeakVerdict.CLEAN,
        expected=("no header that names the client",),
        seen=tuple(f"{name}: {value}" for name, value in (*naming, *telling)),
        means=_BY_HEADERS,
        reasons=tuple(reasons),
        took_ms=case.echo_took,
    )


def _names_client(case: Case, name: str, value: str) -> bool:
    """Return whether a header says an address that is not the exit's."""
    if name.lower() == _OF_THE_SERVER:
        return False
    if any(own in value for own in shown(case.home_addresses)):
        return True
    if name.lower() not in _NAMING_HEADERS:
        return False
    words = value.replace(";", ",").replace('"', "").split(",")
    said = [parse_address(_last_word(one)) for one in words]
    return any(one is not None and one not in case.exits for one in said)


def _last_word(text: str) -> str:
    """Return the address of `for=203.0.113.5:80` or of `203.0.113.5`."""
    word = text.rpartition("=")[2].strip()
    if word.startswith("["):
        return word[1:].partition("]")[0]
    return word.partition(":")[0] if word.count(":") == 1 else word
