"""What lies on this machine and its network is known by its name alone."""

import pytest

from config.errors import InvalidError
from tasks.clients.proxy_forwarder import UpstreamProxy
from tasks.clients.proxy_forwarder_targets import is_local_target, is_refused_host


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "0x7f000001",
        "2130706433",
        "0.0.0.0",  # noqa: S104 - a target, not an address to listen on
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "::1",
        "[::1]",
        "::ffff:10.0.0.1",
        "2002:7f00:1::",
        "fe80::1%eth0",
        "fd00::1",
        "localhost",
        "a.LOCALHOST.",
        "printer",
        "printer.local",
        "db.internal",
    ],
)
def test_local_targets_are_known(host: str) -> None:
    assert is_local_target(host)


@pytest.mark.parametrize(
    "host", ["8.8.8.8", "2606:4700::1111", "example.com", "local.example", "1e100.net"]
)
def test_public_targets_are_not_local(host: str) -> None:
    assert not is_local_target(host)


def test_a_refused_host_covers_what_lies_below_it_and_nothing_else() -> None:
    refused = {"vendor.example"}
    assert is_refused_host("Vendor.example.", refused)
    assert is_refused_host("update.vendor.example", refused)
    assert not is_refused_host("myvendor.example", refused)


def test_credentials_in_an_address_are_decoded_and_never_shown() -> None:
    proxy = UpstreamProxy.from_url("socks5h://us%40er:p%40ss%3Aw%2Frd@[::1]:1080")
    assert proxy.scheme == "socks5"
    assert (proxy.username, proxy.password) == ("us@er", "p@ss:w/rd")
    assert proxy.name == "socks5://[::1]:1080"
    assert "p@ss" not in repr(proxy)


def test_an_address_without_a_port_takes_the_usual_one() -> None:
    assert UpstreamProxy.from_url("http://proxy.example").port == 80
    assert UpstreamProxy.from_url("socks5://proxy.example").port == 1080


@pytest.mark.parametrize(
    "url", ["proxy.example:80", "ftp://a:secret@b", "http://:secret"]
)
def test_other_addresses_are_refused_without_repeating_them(url: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        UpstreamProxy.from_url(url)
    assert "secret" not in refusal.value.message
