"""Address, resolver and headers: a leak, none, or nobody can know."""

from typing import Any

import pytest

from config.vocabulary import LeakKind, LeakVerdict
from tasks.leak_tests.findings import Home
from tasks.leak_tests.verdict import SHOWN_KINDS, has_passed, sum_up
from tests.factories.leak_findings import (
    EXIT,
    EXIT_RESOLVER,
    HOME,
    HOME6,
    HOME_RESOLVER,
    echo,
    finding_of,
    findings,
    log,
    verdict_of,
)

LEAK, CLEAN, UNKNOWN = LeakVerdict.LEAK, LeakVerdict.CLEAN, LeakVerdict.INCONCLUSIVE
IP, DNS, HEADERS = LeakKind.IP, LeakKind.DNS, LeakKind.HEADERS
NO_HOME = Home(problem="nobody answered")


def test_an_exit_that_is_not_home_is_clean() -> None:
    assert verdict_of(IP, findings()) == (CLEAN, ["not_home"])


def test_an_expected_exit_is_clean_even_if_home_is_unknown() -> None:
    found = verdict_of(IP, findings(), home=NO_HOME, exit_addresses=("203.0.113.0/24",))
    assert found == (CLEAN, ["as_expected"])


def test_another_exit_than_the_expected_one_is_a_leak() -> None:
    found = verdict_of(IP, findings(), exit_addresses=("203.0.113.6",))
    assert found == (LEAK, ["unexpected_address"])


def test_home_seen_by_the_echo_is_a_leak() -> None:
    assert verdict_of(IP, findings(echoes=(echo(HOME),), log=log())) == (
        LEAK,
        ["home_address_seen"],
    )


def test_home_seen_by_a_single_request_is_a_leak() -> None:
    seen = findings(log=log(http=(EXIT, EXIT, HOME)))
    verdict, codes = verdict_of(IP, seen)
    assert (verdict, codes) == (LEAK, ["home_address_seen"])


def test_ipv6_beside_a_proxy_of_ipv4_is_a_leak() -> None:
    seen = findings(echoes=(echo(EXIT), echo(HOME6)))
    assert verdict_of(IP, seen)[0] is LEAK
    found = verdict_of(IP, seen, home=NO_HOME, exit_addresses=(EXIT,))
    assert found == (LEAK, ["unexpected_address"])
    message = finding_of(IP, seen, home=NO_HOME, exit_addresses=(EXIT,)).reasons[0]
    assert "IPv6" in message.message


def test_another_ipv6_address_of_the_same_subscriber_is_home() -> None:
    seen = findings(echoes=(echo(EXIT), echo("2001:db8:a::77")))
    assert verdict_of(IP, seen) == (LEAK, ["home_address_seen"])


def test_without_home_or_expectation_nobody_can_know() -> None:
    assert verdict_of(IP, findings(), home=NO_HOME) == (UNKNOWN, ["home_unknown"])


def test_without_an_exit_there_is_nothing_to_hold_the_address_against() -> None:
    found = verdict_of(IP, findings(), home=None, has_exit=False)
    assert found == (UNKNOWN, ["nothing_expected"])
    seen = findings(echoes=(echo(HOME),), log=log())
    assert verdict_of(IP, seen, home=None, has_exit=False)[0] is UNKNOWN


def test_nobody_who_saw_a_request_proves_nothing() -> None:
    seen = findings(echoes=(), log=log())
    for wanted in ((), (EXIT,)):
        found = verdict_of(IP, seen, exit_addresses=wanted)
        assert found == (UNKNOWN, ["nobody_saw"])


def test_a_registration_elsewhere_is_a_warning_and_no_leak() -> None:
    seen = findings(echoes=(echo("8.8.8.8"),), log=log())
    found = verdict_of(IP, seen, country="DE", exit_addresses=("8.8.8.8",))
    assert found == (CLEAN, ["as_expected", "registered_elsewhere"])
    found = verdict_of(IP, seen, country="US", exit_addresses=("8.8.8.8",))
    assert found == (CLEAN, ["as_expected"])


def test_an_address_of_ipv4_within_ipv6_is_the_same_address() -> None:
    seen = findings(echoes=(echo(f"::ffff:{HOME}"),), log=log())
    assert verdict_of(IP, seen)[0] is LEAK


def test_the_exits_own_resolver_is_clean() -> None:
    assert verdict_of(DNS, findings()) == (CLEAN, ["not_home"])
    found = verdict_of(DNS, findings(), home=NO_HOME, resolvers=(EXIT_RESOLVER,))
    assert found == (CLEAN, ["as_expected"])


@pytest.mark.parametrize("own", [HOME_RESOLVER, HOME])
@pytest.mark.parametrize("expected", [{}, {"resolvers": (EXIT_RESOLVER,)}])
def test_the_way_homes_resolver_is_a_leak(own: str, expected: dict[str, Any]) -> None:
    seen = findings(log=log(dns=(EXIT_RESOLVER, own)))
    assert verdict_of(DNS, seen, **expected) == (LEAK, ["own_resolver_asked"])


def test_a_third_resolver_is_named_as_such() -> None:
    seen = findings(log=log(dns=("198.51.100.7",)))
    found = verdict_of(DNS, seen, resolvers=(EXIT_RESOLVER,))
    assert found == (LEAK, ["unexpected_resolver"])
    assert verdict_of(DNS, seen) == (CLEAN, ["not_home"])


def test_nobody_who_asked_is_never_clean() -> None:
    seen = findings(log=log(http=(EXIT,)))
    for wanted in ((), (EXIT_RESOLVER,)):
        found = verdict_of(DNS, seen, resolvers=wanted)
        assert found == (UNKNOWN, ["nobody_asked"])


def test_without_our_own_responders_the_resolver_is_unknown() -> None:
    assert verdict_of(DNS, findings(log=None)) == (UNKNOWN, ["no_responder"])


def test_an_unknown_resolver_at_home_leaves_it_open() -> None:
    home = Home(addresses=(HOME,))
    assert verdict_of(DNS, findings(), home=home) == (
        UNKNOWN,
        ["home_resolver_unknown"],
    )
    found = verdict_of(DNS, findings(), home=None, has_exit=False)
    assert found == (UNKNOWN, ["nothing_expected"])


def test_a_name_asked_for_webrtc_is_told() -> None:
    asked = log(dns=(HOME_RESOLVER,))
    by_stun = asked.dns[0].model_copy(update={"name": "stun.b.leak.test"})
    seen = findings(log=asked.model_copy(update={"dns": (by_stun,)}))
    found = verdict_of(DNS, seen)
    assert found == (LEAK, ["own_resolver_asked", "asked_for_webrtc"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X_Forwarded_For", HOME),
        ("X_Forwarded_For", f"{EXIT}, 10.0.0.7"),
        ("Forwarded", f"for={HOME};proto=http"),
        ("Forwarded", f'for="[{HOME6}]:4711"'),
        ("X_Real_IP", "192.168.1.5"),
        ("X_Whatever", f"seen from {HOME}"),
        ("Client_IP", f"{HOME}:80"),
    ],
)
def test_a_header_that_names_the_client_is_a_leak(name: str, value: str) -> None:
    seen = findings(echoes=(echo(EXIT, **{name: value}),))
    assert verdict_of(HEADERS, seen) == (LEAK, ["client_named"])


@pytest.mark.parametrize("value", [EXIT, "unknown", "for=hidden"])
def test_a_header_that_names_nobody_but_the_exit_is_clean(value: str) -> None:
    seen = findings(echoes=(echo(EXIT, X_Forwarded_For=value),))
    assert verdict_of(HEADERS, seen) == (CLEAN, ["nobody_named"])


def test_the_responders_own_name_names_nobody_even_on_this_machine() -> None:
    seen = findings(echoes=(echo(EXIT, Host=f"{HOME}:4061"),))
    assert verdict_of(HEADERS, seen) == (CLEAN, ["nobody_named"])


def test_a_proxy_that_names_itself_is_told_and_no_leak() -> None:
    seen = findings(echoes=(echo(EXIT, Via="1.1 proxy"),))
    assert verdict_of(HEADERS, seen) == (CLEAN, ["proxy_named"])
    assert finding_of(HEADERS, seen).seen == ("Via: 1.1 proxy",)


def test_headers_that_nobody_received_are_unknown() -> None:
    assert verdict_of(HEADERS, findings(echoes=()))[0] is UNKNOWN


def test_a_campaign_is_satisfied_by_no_leak_and_a_sure_address() -> None:
    def passed(*verdicts: LeakVerdict) -> bool:
        return has_passed(dict(zip(SHOWN_KINDS, verdicts, strict=True)))

    assert passed(CLEAN, CLEAN, CLEAN)
    assert passed(CLEAN, UNKNOWN, UNKNOWN)
    assert not passed(UNKNOWN, CLEAN, CLEAN)
    assert not any(passed(*one) for one in _with_one_leak())


def test_the_three_verdicts_are_summed_up_by_the_worst() -> None:
    assert sum_up(dict.fromkeys(SHOWN_KINDS, CLEAN)) is CLEAN
    for one in _with_one_leak():
        assert sum_up(dict(zip(SHOWN_KINDS, one, strict=True))) is LEAK
    open_one = dict(zip(SHOWN_KINDS, (CLEAN, UNKNOWN, CLEAN), strict=True))
    assert sum_up(open_one) is UNKNOWN


def _with_one_leak() -> list[list[LeakVerdict]]:
    return [
        [LEAK if place == number else other for place in range(3)]
        for number in range(3)
        for other in (CLEAN, UNKNOWN)
    ]
