"""Which addresses are public, and which only look like it."""

from ipaddress import ip_network

import pytest

from tasks.clients.inner_networks import is_inner


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - read, never bound
        "224.0.0.1",
        "::1",
        "::ffff:10.1.2.3",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
    ],
)
def test_what_is_not_public_is_inner(address: str) -> None:
    assert is_inner(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1"])
def test_what_is_public_is_not(address: str) -> None:
    assert not is_inner(address)


def test_an_opened_network_may_be_entered_however_it_is_written() -> None:
    loopback = [ip_network("127.0.0.0/8")]
    assert not is_inner("127.0.0.1", open_networks=loopback)
    assert not is_inner("::ffff:127.0.0.1", open_networks=loopback)
    assert is_inner("10.0.0.1", open_networks=loopback)
