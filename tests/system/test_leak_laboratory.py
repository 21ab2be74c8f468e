"""
Leak tests in real Chromium, in a laboratory where exits leak or do not.

Behind nothing, an HTTP proxy, SOCKS5 with remote and with local names, and a VPN: for
each kind of leak one set-up that leaks and one that does not.
"""

import base64
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

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
    RESPONDERS,
    SOCKS_PROXY,
    VPN_RESOLVER,
    Laboratory,
    Seen,
)

LEAK, CLEAN, UNKNOWN = (
    LeakVerdict.LEAK,
    LeakVerdict.CLEAN,
    LeakVerdict.INCONCLUSIVE,
)
PROXIES = {"http": HTTP_PROXY, "socks5": SOCKS_PROXY}
POLICY = "disable_non_proxied_udp"
RESTRICTED = {"webrtc.ip_handling_policy": POLICY}
MAY_HEAR = {
    "profile.content_settings.exceptions.media_stream_mic": {
        f"http://{RESPONDERS}:80,*": {"setting": 1}
    }
}
SECURE_SWITCH = f"--unsafely-treat-insecure-origin-as-secure=http://{RESPONDERS}"
"""Only pages that came by a safe way may hear; the laboratory has no certificates."""
POLICY_SWITCH = f"--webrtc-ip-handling-policy={POLICY}"


def behind(proxy: str, *, bypass: str = "") -> list[str]:
    """Return the switches of a browser behind a proxy, but for some hosts."""
    more = [f"--proxy-bypass-list={bypass}"] if bypass else []
    return [f"--proxy-server={proxy}", *more]


def behind_script(proxy: str, *, bypass: str = "") -> list[str]:
    """
    Return the switches of a browser that resolves names here, then asks a proxy.

    Chromium itself always has SOCKS5 proxies resolve. A script that chooses the proxy
    by a name's address, as many do, has it ask the resolver at home all the same.
    """
    script = (
        "function FindProxyForURL(url, host) {"
        f"if (host === '{bypass}') return 'DIRECT';"
        f"dnsResolve(host); return '{proxy}'; }}"
    )
    told = base64.b64encode(script.encode()).decode()
    kind = "application/x-ns-proxy-autoconfig"
    return [f"--proxy-pac-url=data:{kind};base64,{told}"]


SOCKS_WORD = f"SOCKS5 {SOCKS_PROXY.removeprefix('socks5://')}"
SOCKS_BY_SCRIPT = behind_script(SOCKS_WORD)
HTTP_BY_SCRIPT = behind_script(f"PROXY {HTTP_PROXY.removeprefix('http://')}")

NOTHING = Expected()


@dataclass(frozen=True)
class SetUp:
    """A browser, where it runs, and what its leak test must say."""

    ip: LeakVerdict
    dns: LeakVerdict
    webrtc: LeakVerdict
    name: str = "client"
    switches: list[str] = field(default_factory=list)
    preferences: Mapping[str, Any] = field(default_factory=dict)
    resolver: str = ""
    rules: tuple[str, ...] = ()
    """Lines of `ip` for its namespace, undone by `del` in place of `add`."""

    expected: Expected = NOTHING
    has_exit: bool = True


AT_HOME = Expected(
    exit_addresses=(HOME, f"{HOME6}/64"), resolvers=(ISP_RESOLVER,), country="DE"
)
AT_PROXY = Expected(exit_addresses=(PROXY,), resolvers=(PROXY_RESOLVER,))
NO_IPV6 = ("-6 route {} default via 2001:db8:10:1::1 dev eth0",)
UDP_OUTSIDE = (
    "route {} default via 192.168.7.1 dev eth0 table 77",
    "rule {} pref 100 ipproto udp dport 53 lookup main",
    "rule {} pref 200 ipproto udp lookup 77",
)

SET_UPS = {
    "nothing, as expected": SetUp(
        CLEAN, CLEAN, CLEAN, expected=AT_HOME, has_exit=False
    ),
    "nothing, where a proxy is expected": SetUp(LEAK, LEAK, LEAK, expected=AT_PROXY),
    # The name of a STUN server is asked of the resolver at home: that leaks as well.
    "http proxy": SetUp(CLEAN, LEAK, LEAK, switches=behind(HTTP_PROXY)),
    "http proxy, webrtc by preference": SetUp(
        CLEAN, CLEAN, CLEAN, switches=behind(HTTP_PROXY), preferences=RESTRICTED
    ),
    "http proxy, webrtc by switch": SetUp(
        CLEAN, CLEAN, CLEAN, switches=[*behind(HTTP_PROXY), POLICY_SWITCH]
    ),
    "http proxy, not for one host": SetUp(
        LEAK,
        CLEAN,
        CLEAN,
        switches=[*behind(HTTP_PROXY, bypass=RESPONDERS), POLICY_SWITCH],
    ),
    "http proxy, names resolved here": SetUp(
        CLEAN, LEAK, CLEAN, switches=[*HTTP_BY_SCRIPT, POLICY_SWITCH]
    ),
    "socks5, remote names": SetUp(CLEAN, LEAK, LEAK, switches=behind(SOCKS_PROXY)),
    "socks5, remote names, webrtc restricted": SetUp(
        CLEAN, CLEAN, CLEAN, switches=[*behind(SOCKS_PROXY), POLICY_SWITCH]
    ),
    "socks5, remote names, not for one host": SetUp(
        LEAK,
        CLEAN,
        CLEAN,
        switches=[*behind(SOCKS_PROXY, bypass=RESPONDERS), POLICY_SWITCH],
    ),
    "socks5, local names": SetUp(CLEAN, LEAK, LEAK, switches=SOCKS_BY_SCRIPT),
    "socks5, local names, webrtc restricted": SetUp(
        CLEAN, LEAK, CLEAN, switches=[*SOCKS_BY_SCRIPT, POLICY_SWITCH]
    ),
    "socks5, local names, asked of the proxy's resolver": SetUp(
        CLEAN,
        CLEAN,
        CLEAN,
        switches=[*SOCKS_BY_SCRIPT, POLICY_SWITCH],
        resolver=PROXY_RESOLVER,
    ),
    "socks5, local names, not for one host": SetUp(
        LEAK,
        LEAK,
        CLEAN,
        switches=[*behind_script(SOCKS_WORD, bypass=RESPONDERS), POLICY_SWITCH],
    ),
    "vpn in a namespace": SetUp(CLEAN, CLEAN, CLEAN, name="exit"),
    # A page that may hear sees inner addresses too: here the tunnel's own.
    "vpn in a namespace, microphone allowed": SetUp(
        CLEAN,
        CLEAN,
        LEAK,
        name="exit",
        switches=[SECURE_SWITCH],
        preferences=MAY_HEAR,
    ),
    "vpn for all, with its own resolver and without IPv6": SetUp(
        CLEAN, CLEAN, CLEAN, name="wide", resolver=VPN_RESOLVER, rules=NO_IPV6
    ),
    "vpn for all, IPv6 forgotten": SetUp(
        LEAK, CLEAN, LEAK, name="wide", resolver=VPN_RESOLVER
    ),
    "vpn for all, resolver forgotten": SetUp(
        CLEAN, LEAK, CLEAN, name="wide", rules=NO_IPV6
    ),
    "vpn for all but UDP": SetUp(
        CLEAN,
        CLEAN,
        LEAK,
        name="wide",
        resolver=VPN_RESOLVER,
        rules=(*NO_IPV6, *UDP_OUTSIDE),
    ),
}


WAYS = ("nothing", "http proxy", "socks5, remote", "socks5, local", "vpn")


@contextmanager
def arranged(laboratory: Laboratory, set_up: SetUp) -> Generator[None]:
    """Have the namespace as a set-up wants it within the block."""
    names = laboratory.namespaces
    with ExitStack() as stack:
        if set_up.resolver:
            names.set_resolver(set_up.name, set_up.resolver)
            stack.callback(names.set_resolver, set_up.name, ISP_RESOLVER)
        for line in set_up.rules:
            # What takes a route away gives it back at the end.
            words = ("del", "add") if line in NO_IPV6 else ("add", "del")
            names.ip(set_up.name, line.format(words[0]).removeprefix("-6 "))
            undo = line.format(words[1]).removeprefix("-6 ")
            stack.callback(names.ip, set_up.name, undo)
        yield


def look(laboratory: Laboratory, set_up: SetUp) -> Seen:
    with arranged(laboratory, set_up):
        return laboratory.look(
            set_up.name,
            "browser",
            expected=set_up.expected,
            has_exit=set_up.has_exit,
            switches=set_up.switches,
            preferences=set_up.preferences,
        )


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", ["ip", "dns", "webrtc"])
def test_every_way_has_a_set_up_that_leaks_and_one_that_does_not(
    way: str, kind: str
) -> None:
    found = {
        getattr(set_up, kind)
        for called, set_up in SET_UPS.items()
        if called.startswith(way)
    }
    assert found == {LEAK, CLEAN}


@pytest.mark.parametrize("called", SET_UPS)
def test_every_verdict_about_a_browser_is_right(
    laboratory: Laboratory, called: str
) -> None:
    set_up = SET_UPS[called]
    seen = look(laboratory, set_up)
    told = {
        LeakKind.IP: set_up.ip,
        LeakKind.DNS: set_up.dns,
        LeakKind.WEBRTC: set_up.webrtc,
    }
    assert {kind: seen.verdicts[kind] for kind in told} == told, seen
    # By more than luck: the page ended by itself, was answered, and was heard by all.
    page = seen.findings.page
    assert page is not None
    assert page.done
    assert page.echo is not None
    assert page.gathering == "complete"
    assert seen.findings.log is not None
    assert seen.findings.log.dns
    assert any(one.mapped_address for one in seen.findings.control)


@pytest.mark.parametrize("kind", ["http", "socks5"])
@pytest.mark.parametrize("masking", ["natural", "mask"])
def test_a_browser_profile_leaks_by_webrtc_unless_its_flag_forbids_it(
    laboratory: Laboratory, kind: str, masking: str
) -> None:
    """A browser profile of ours asks its proxy through our forwarder."""
    host, _, port = PROXIES[kind].rpartition("/")[2].rpartition(":")
    parameters = {
        "flags": {"webrtc_masking": masking, "proxy_masking": "custom"},
        "proxy": {"type": kind, "host": host, "port": int(port)},
    }
    seen = laboratory.look("client", "profile", parameters=parameters)
    natural = masking == "natural"
    assert seen.verdicts[LeakKind.IP] is CLEAN, seen
    assert seen.verdicts[LeakKind.WEBRTC] is (LEAK if natural else CLEAN), seen
    # Behind our forwarder names are resolved by the proxy alone, WebRTC's too.
    assert seen.verdicts[LeakKind.DNS] is CLEAN, seen
    assert seen.findings.echoes[0].address == PROXY


@pytest.mark.parametrize(
    ("zone", "language", "verdict"),
    [("Europe/Berlin", "de-DE", CLEAN), ("America/New_York", "pt-BR", LEAK)],
)
def test_time_and_language_are_held_against_the_country_that_is_expected(
    laboratory: Laboratory, zone: str, language: str, verdict: LeakVerdict
) -> None:
    host, _, port = HTTP_PROXY.rpartition("/")[2].rpartition(":")
    parameters = {
        "flags": {
            "timezone_masking": "custom",
            "localization_masking": "custom",
            "webrtc_masking": "disabled",
        },
        "fingerprint": {
            "timezone": {"zone": zone},
            "localization": {"languages": language, "locale": language},
        },
        "proxy": {"type": "http", "host": host, "port": int(port)},
    }
    in_germany = Expected(country="DE", exit_addresses=(PROXY,))
    seen = laboratory.look(
        "client", "profile", expected=in_germany, parameters=parameters
    )
    assert seen.verdicts[LeakKind.TIMEZONE] is verdict, seen
    assert seen.verdicts[LeakKind.LOCALE] is verdict, seen
    assert seen.verdicts[LeakKind.WEBRTC] is CLEAN
    assert seen.verdicts[LeakKind.IP] is CLEAN
