"""The quick leak test, without a browser, in the laboratory; it knows its limits."""

from dataclasses import dataclass

import pytest

from config.vocabulary import LeakKind, LeakVerdict
from tasks.leak_tests.schemas import Expected
from tests.fixtures.laboratory import (
    HOME,
    HOME6,
    HTTP_PROXY,
    ISP_RESOLVER,
    PROXY,
    PROXY_RESOLVER,
    SOCKS_PROXY,
    VPN,
    VPN_RESOLVER,
    Laboratory,
)

LEAK, CLEAN, UNKNOWN = (
    LeakVerdict.LEAK,
    LeakVerdict.CLEAN,
    LeakVerdict.INCONCLUSIVE,
)
AT_HOME = Expected(exit_addresses=(HOME, f"{HOME6}/64"), resolvers=(ISP_RESOLVER,))

NOTHING = Expected()


@dataclass(frozen=True)
class Way:
    """A way out, and what a test without a browser must say of it."""

    ip: LeakVerdict
    dns: LeakVerdict
    name: str = "client"
    proxy: str | None = None
    local_names: bool = False
    expected: Expected = NOTHING
    has_exit: bool = True
    exit_address: str = ""
    resolver: str = ""
    udp_beside: bool = False
    """Whether a browser that is not restricted would show the way home."""


WAYS = {
    "nothing, as expected": Way(
        CLEAN,
        CLEAN,
        expected=AT_HOME,
        has_exit=False,
        exit_address=HOME,
        resolver=ISP_RESOLVER,
    ),
    "nothing, where a proxy is expected": Way(
        LEAK,
        LEAK,
        expected=Expected(exit_addresses=(PROXY,)),
        exit_address=HOME,
        resolver=ISP_RESOLVER,
    ),
    "http proxy": Way(
        CLEAN,
        CLEAN,
        proxy=HTTP_PROXY,
        exit_address=PROXY,
        resolver=PROXY_RESOLVER,
        udp_beside=True,
    ),
    "http proxy, where another is expected": Way(
        LEAK,
        LEAK,
        proxy=HTTP_PROXY,
        expected=Expected(exit_addresses=(VPN,), resolvers=(VPN_RESOLVER,)),
        exit_address=PROXY,
        resolver=PROXY_RESOLVER,
        udp_beside=True,
    ),
    "socks5, remote names": Way(
        CLEAN,
        CLEAN,
        proxy=SOCKS_PROXY,
        exit_address=PROXY,
        resolver=PROXY_RESOLVER,
        udp_beside=True,
    ),
    "socks5, local names": Way(
        CLEAN,
        LEAK,
        proxy=SOCKS_PROXY,
        local_names=True,
        exit_address=PROXY,
        resolver=ISP_RESOLVER,
        udp_beside=True,
    ),
    "vpn in a namespace": Way(
        CLEAN, CLEAN, name="exit", exit_address=VPN, resolver=VPN_RESOLVER
    ),
    "vpn for all, IPv6 and resolver forgotten": Way(
        LEAK, LEAK, name="wide", exit_address=VPN, resolver=ISP_RESOLVER
    ),
}


@pytest.mark.parametrize("called", WAYS)
def test_every_verdict_without_a_browser_is_right(
    laboratory: Laboratory, called: str
) -> None:
    way = WAYS[called]
    seen = laboratory.look(
        way.name,
        "network",
        expected=way.expected,
        has_exit=way.has_exit,
        proxy=way.proxy,
        local_names=way.local_names,
    )
    assert seen.verdicts[LeakKind.IP] is way.ip, seen
    assert seen.verdicts[LeakKind.DNS] is way.dns, seen
    assert seen.findings.echoes[0].address == way.exit_address
    assert seen.findings.log is not None
    assert {one.resolver for one in seen.findings.log.dns} == {way.resolver}
    # What only a browser shows is unknown, and never called clean.
    for kind in (LeakKind.WEBRTC, LeakKind.TIMEZONE, LeakKind.GEOLOCATION):
        assert seen.verdicts[kind] is UNKNOWN
    beside = "udp_leaves_beside" in seen.reasons[LeakKind.WEBRTC]
    assert beside is way.udp_beside
