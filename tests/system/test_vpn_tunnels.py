"""Real OpenVPN and WireGuard tunnels between namespaces, from the wish to the end."""

import signal
from threading import Event

import httpx
import pytest

from config.errors import ApplicationError
from config.settings import settings
from config.vocabulary import TunnelProtocol, TunnelState
from deployments.standins.vpn.keys import make_key_pair
from deployments.standins.vpn.laboratory import (
    EXIT,
    HOME,
    NAMED_ECHO_URL,
    PASSWORD,
    USERNAME,
)
from tasks.clients.network_namespace import find_program, list_names
from tasks.clients.tunnel_errors import (
    TunnelCredentialsError,
    TunnelFileError,
    TunnelRefusedError,
    TunnelUnreachableError,
)
from tasks.vpn.keep import own_prefix
from tasks.vpn.locations import LocationNotFoundError
from tasks.vpn.seals import MARK
from tests.fixtures.vpn_laboratory import KeptHome

BOTH = pytest.mark.parametrize(
    "protocol", [TunnelProtocol.OPENVPN, TunnelProtocol.WIREGUARD]
)
LOST = (httpx.HTTPError,)


@BOTH
def test_the_exit_changes_with_the_tunnel_and_returns_with_its_end(
    kept_home: KeptHome, protocol: TunnelProtocol
) -> None:
    assert kept_home.ask() == HOME
    answer = kept_home.connect("nl", protocol)
    assert (answer.connected, answer.exit_ip) == (True, EXIT)
    assert answer.tunnel.state is TunnelState.CONNECTED
    assert answer.tunnel.protocol is protocol
    assert answer.tunnel.checked_at is not None
    assert answer.tunnel.endpoint is not None
    assert answer.tunnel.endpoint.startswith(f"{EXIT}:")
    before = kept_home.laboratory.count_from_home()
    assert kept_home.ask(answer.tunnel.proxy_url) == EXIT
    assert kept_home.laboratory.count_from_home() == before
    assert kept_home.ask() == HOME  # the machine itself leaves as ever
    gone = kept_home.disconnect("nl")
    assert not gone.connected
    assert [one.state for one in gone.tunnels] == [TunnelState.DISCONNECTED]
    assert gone.tunnels[0].exit_ip is None
    assert kept_home.leftovers() == []
    with pytest.raises(LOST):
        kept_home.ask(answer.tunnel.proxy_url)
    assert kept_home.ask() == HOME


@BOTH
def test_names_are_resolved_by_the_tunnel_s_resolver_through_the_tunnel(
    kept_home: KeptHome, protocol: TunnelProtocol
) -> None:
    askers = kept_home.laboratory.internet.askers
    askers.clear()
    answer = kept_home.connect("nl", protocol)
    assert kept_home.ask(answer.tunnel.proxy_url, NAMED_ECHO_URL) == EXIT
    assert askers == [(EXIT, "echo.test")]


@BOTH
def test_a_dropped_tunnel_leaks_no_packet_and_comes_back(
    kept_home: KeptHome, protocol: TunnelProtocol
) -> None:
    laboratory = kept_home.laboratory
    proxy_url = kept_home.connect("nl", protocol).tunnel.proxy_url
    before = laboratory.count_from_home()
    laboratory.stop(protocol.value)
    try:
        for _ in range(3):
            with pytest.raises(LOST):
                kept_home.ask(proxy_url, seconds=0.3)
        tunnel = kept_home.wait_for("nl", TunnelState.RECONNECTING)
        assert tunnel.exit_ip is None
        assert tunnel.reason is not None
        with pytest.raises(LOST):
            kept_home.ask(proxy_url)
    finally:
        getattr(laboratory, f"start_{protocol.value}")()
    tunnel = kept_home.wait_for("nl", TunnelState.CONNECTED)
    assert tunnel.proxy_url == proxy_url
    assert kept_home.ask(proxy_url) == EXIT
    assert laboratory.count_from_home() == before


@BOTH
def test_a_client_that_is_killed_leaks_no_packet_and_is_started_again(
    kept_home: KeptHome, protocol: TunnelProtocol
) -> None:
    proxy_url = kept_home.connect("nl", protocol).tunnel.proxy_url
    before = kept_home.laboratory.count_from_home()
    program = "openvpn" if protocol is TunnelProtocol.OPENVPN else "wireguard-go"
    killed = kept_home.client_processes()
    for one in killed:
        assert program in one.cmdline()[0]
        one.send_signal(signal.SIGKILL)
    kept_home.wait_until(
        lambda: (
            not {one.pid for one in killed}.issuperset(
                one.pid for one in kept_home.client_processes()
            )
        )
    )
    kept_home.wait_for("nl", TunnelState.CONNECTED)
    assert kept_home.ask(proxy_url) == EXIT
    assert kept_home.laboratory.count_from_home() == before


def test_a_keeper_that_is_killed_takes_its_tunnels_along_and_makes_them_anew(
    kept_home: KeptHome,
) -> None:
    proxy_url = kept_home.connect("nl", TunnelProtocol.OPENVPN).tunnel.proxy_url
    kept_home.put("other.conf", kept_home.laboratory.wireguard_file())
    kept_home.connect("other")
    before = kept_home.laboratory.count_from_home()
    assert kept_home.process is not None
    kept_home.process.kill()
    kept_home.process.wait()
    kept_home.wait_until(lambda: not kept_home.client_processes())
    with pytest.raises(LOST):
        kept_home.ask(proxy_url)
    kept_home.start()
    kept_home.wait_for("other", TunnelState.CONNECTED)
    tunnel = kept_home.wait_for("nl", TunnelState.CONNECTED)
    assert tunnel.proxy_url == proxy_url
    assert kept_home.ask(proxy_url) == EXIT
    assert kept_home.laboratory.count_from_home() == before


def test_user_name_and_password_let_us_in_and_are_sealed_where_they_lie(
    kept_home: KeptHome,
) -> None:
    kept_home.put("de.ovpn", kept_home.laboratory.openvpn_file("auth-user-pass"))
    kept_home.put("de.credentials", f"{USERNAME}\n{PASSWORD}\n")
    kept_home.stop()
    kept_home.start()
    text = (kept_home.folder / "de.credentials").read_text(encoding="utf-8")
    assert text.startswith(MARK)
    assert PASSWORD not in text
    assert kept_home.connect("de").exit_ip == EXIT


def test_wrong_credentials_are_told_and_nothing_stays_half_connected(
    kept_home: KeptHome,
) -> None:
    kept_home.put("de.ovpn", kept_home.laboratory.openvpn_file("auth-user-pass"))
    with pytest.raises(TunnelCredentialsError, match=r"\.credentials"):
        kept_home.connect("de")
    kept_home.put("de.credentials", f"{USERNAME}\nwrong\n")
    with pytest.raises(TunnelCredentialsError, match="does not accept"):
        kept_home.connect("de")
    assert kept_home.tunnel("de").state is TunnelState.FAILED
    assert kept_home.tunnel("de").proxy_url is None
    assert kept_home.leftovers() == []


def test_a_certificate_nobody_trusts_is_told(kept_home: KeptHome) -> None:
    text = kept_home.laboratory.openvpn_file()
    start = text.index("<peer-fingerprint>")
    wrong = ":".join(["AB"] * 32)
    kept_home.put(
        "de.ovpn", f"{text[:start]}<peer-fingerprint>\n{wrong}\n</peer-fingerprint>\n"
    )
    with pytest.raises(TunnelCredentialsError, match="certificate"):
        kept_home.connect("de")
    assert kept_home.leftovers() == []


def test_a_wrong_key_and_a_silent_server_end_in_an_error(kept_home: KeptHome) -> None:
    laboratory = kept_home.laboratory
    kept_home.put("wrong.conf", laboratory.wireguard_file(keys=make_key_pair()))
    kept_home.put("far.conf", laboratory.wireguard_file(server="203.0.113.77:51820"))
    kept_home.put("far2.ovpn", laboratory.openvpn_file(server="203.0.113.77 1194"))
    kept_home.put("none.ovpn", laboratory.openvpn_file(server="no.such.invalid 1194"))
    for location in ("wrong", "far", "far2"):
        with pytest.raises(TunnelUnreachableError):
            kept_home.connect(location)
        assert kept_home.tunnel(location).state is TunnelState.FAILED
    with pytest.raises((TunnelUnreachableError, TunnelRefusedError)):
        kept_home.connect("none")
    assert kept_home.leftovers() == []


def test_without_an_echo_no_tunnel_counts_as_connected(
    kept_home: KeptHome, environment: pytest.MonkeyPatch
) -> None:
    kept_home.stop()
    environment.setenv("MUSTER_LEAK_TESTS__ECHO_URLS", '["http://198.51.100.99:1/"]')
    kept_home.start()
    with pytest.raises(ApplicationError, match="MUSTER_LEAK_TESTS__ECHO_URLS"):
        kept_home.connect("nl")
    assert kept_home.leftovers() == []


def test_an_unknown_location_and_a_forbidden_directive_never_reach_the_keeper(
    kept_home: KeptHome,
) -> None:
    with pytest.raises(LocationNotFoundError):
        kept_home.connect("atlantis")
    with pytest.raises(LocationNotFoundError):
        kept_home.connect("../nl")
    kept_home.put("de.ovpn", kept_home.laboratory.openvpn_file("up /bin/true"))
    with pytest.raises(TunnelFileError, match="line 8: `up` may run programs"):
        kept_home.connect("de")
    assert kept_home.leftovers() == []


def test_connecting_again_changes_nothing_and_another_protocol_changes_the_tunnel(
    kept_home: KeptHome,
) -> None:
    first = kept_home.connect("nl", TunnelProtocol.OPENVPN)
    again = kept_home.connect("nl", TunnelProtocol.OPENVPN)
    assert again.tunnel.since == first.tunnel.since
    other = kept_home.connect("nl", TunnelProtocol.WIREGUARD)
    assert other.tunnel.protocol is TunnelProtocol.WIREGUARD
    assert other.tunnel.proxy_url == first.tunnel.proxy_url
    assert kept_home.ask(other.tunnel.proxy_url) == EXIT
    assert not any("openvpn" in one for one in kept_home.leftovers())


def test_a_disconnect_in_the_midst_of_a_connect_leaves_nothing(
    kept_home: KeptHome,
) -> None:
    for pause in (0.0, 0.02, 0.05, 0.1):
        kept_home.wish("nl", TunnelProtocol.OPENVPN)
        Event().wait(pause)
        gone = kept_home.disconnect()
        assert [one.state for one in gone.tunnels] == [TunnelState.DISCONNECTED]
        kept_home.wait_until(lambda: not kept_home.leftovers())


def test_a_keeper_that_stops_leaves_nothing_and_says_so(kept_home: KeptHome) -> None:
    kept_home.connect("nl", TunnelProtocol.WIREGUARD)
    kept_home.stop()
    assert kept_home.leftovers() == []
    tunnel = kept_home.tunnel("nl")
    assert tunnel.state is TunnelState.RECONNECTING
    assert tunnel.reason is not None
    assert tunnel.reason.error == "tunnel_keeper_silent"
    gone = kept_home.disconnect()
    assert [one.state for one in gone.tunnels] == [TunnelState.DISCONNECTED]
    assert find_program("openvpn")
    assert own_prefix(settings().home).startswith("mu-")


@BOTH
def test_without_privileges_tunnels_are_made_in_a_corner_of_the_user_s_own(
    kept_home: KeptHome, protocol: TunnelProtocol
) -> None:
    """SETFCAP is what mapping root to root takes; any other user needs nothing."""
    kept_home.stop()
    kept_home.start("setpriv", "--inh-caps=-all", "--bounding-set=-all,+setfcap")
    answer = kept_home.connect("nl", protocol)
    assert answer.exit_ip == EXIT
    assert list_names(own_prefix(settings().home)) == []  # not this machine's
    before = kept_home.laboratory.count_from_home()
    proxy_url = answer.tunnel.proxy_url
    assert kept_home.ask(proxy_url) == EXIT
    assert kept_home.ask(proxy_url, NAMED_ECHO_URL) == EXIT
    for one in kept_home.client_processes():
        one.send_signal(signal.SIGKILL)
    with pytest.raises(LOST):
        kept_home.ask(proxy_url, seconds=0.3)
    kept_home.wait_until(lambda: kept_home.asks_well(proxy_url))
    kept_home.disconnect()
    assert kept_home.laboratory.count_from_home() == before
    assert kept_home.leftovers() == []
