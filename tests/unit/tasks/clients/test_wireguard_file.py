"""Configuration files of WireGuard and gluetun: what is followed, what is refused."""

import pytest

from tasks.clients.gluetun_file import read_gluetun_file
from tasks.clients.tunnel_errors import TunnelFileError
from tasks.clients.wireguard_file import read_wireguard_file

KEY = "A" * 43 + "="
PLAIN = (
    f"[Interface]\nPrivateKey = {KEY}\nAddress = 10.9.0.2/32, 2001:db8::2/128\n"
    f"DNS = 10.9.0.1, example\n\n[Peer]\nPublicKey = {KEY}\n"
    "Endpoint = vpn.example:51820\nAllowedIPs = 0.0.0.0/0, ::/0\n"
)


def test_a_file_as_providers_write_it_is_read() -> None:
    file = read_wireguard_file(PLAIN)
    assert file.private_key == "00" * 32
    assert file.addresses == ("10.9.0.2/32", "2001:db8::2/128")
    assert file.resolvers == ("10.9.0.1",)
    assert (file.mtu, file.endpoint) == (1420, "vpn.example:51820")
    assert file.peer.allowed == ("0.0.0.0/0", "::/0")
    assert file.peer.keepalive_seconds == 15
    assert KEY not in repr(file)
    assert "private_key" not in repr(file)


@pytest.mark.parametrize("word", ["PreUp", "PostUp", "PreDown", "PostDown"])
def test_what_runs_programs_is_refused_by_its_line(word: str) -> None:
    text = PLAIN.replace("DNS =", f"{word} = iptables -A x\nDNS =")
    with pytest.raises(TunnelFileError, match=f"line 4: `{word}` runs programs"):
        read_wireguard_file(text)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[Peer]", "[Other]"),
        ("DNS =", "Unknown ="),
        (f"PublicKey = {KEY}", "PublicKey = short"),
        (f"PrivateKey = {KEY}\n", ""),
        ("vpn.example:51820", "vpn.example"),
        ("10.9.0.2/32", "10.9.0.2/99"),
        ("0.0.0.0/0", "everything"),
        ("::/0\n", f"::/0\n[Peer]\nPublicKey = {KEY}\n"),
        ("DNS =", "MTU = 0\nDNS ="),
    ],
)
def test_what_is_not_understood_is_refused(old: str, new: str) -> None:
    with pytest.raises(TunnelFileError):
        read_wireguard_file(PLAIN.replace(old, new))


def test_a_gluetun_is_named_by_its_control_server_and_proxy() -> None:
    file = read_gluetun_file(
        "control = http://127.0.0.1:8000/  # its own\n"
        "proxy = http://a:b@127.0.0.1:8888\n"
    )
    assert file.control_url == "http://127.0.0.1:8000"
    assert file.proxy.name == "http://127.0.0.1:8888"
    assert file.is_managed


@pytest.mark.parametrize(
    "text",
    [
        "",
        "control = http://127.0.0.1:8000",
        "proxy = http://127.0.0.1:8888",
        "control = 127.0.0.1:8000\nproxy = http://127.0.0.1:8888",
        "control = http://127.0.0.1:8000\nproxy = http://127.0.0.1:8888\ncommand = x",
        "control http://127.0.0.1:8000",
    ],
)
def test_an_incomplete_gluetun_is_refused(text: str) -> None:
    with pytest.raises(TunnelFileError):
        read_gluetun_file(text)
