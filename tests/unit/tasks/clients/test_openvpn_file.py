"""Configuration files of OpenVPN: what is followed, and what is refused by its line."""

import pytest

from tasks.clients.openvpn import interface_lines, resolvers_in
from tasks.clients.openvpn_file import LONGEST_LINE, read_openvpn_file
from tasks.clients.openvpn_management import Notice, quote, read_notice
from tasks.clients.tunnel_errors import TunnelFileError

PLAIN = "client\ndev tun\nremote vpn.example 1194 udp\n"


def test_servers_take_turns_by_the_attempt() -> None:
    file = read_openvpn_file("remote a.example 1194\nremote b.example 443 tcp\n")
    assert [file.endpoint(attempt) for attempt in range(3)] == [
        "a.example:1194",
        "b.example:443",
        "a.example:1194",
    ]
    assert 'remote "b.example" "443" "tcp"' in file.text(1)
    assert "a.example" not in file.text(1)


@pytest.mark.parametrize(
    "line",
    [
        "up /bin/true",
        "--up /bin/true",
        'down "/bin/sh -c id"',
        "route-up x",
        "ipchange x",
        "plugin /tmp/x.so",
        "script-security 2",
        "tls-verify x",
        "auth-user-pass-verify x via-env",
        "iproute /bin/true",
        "engine dynamic",
        "config /etc/other.ovpn",
    ],
)
def test_what_may_run_programs_is_refused_by_its_line(line: str) -> None:
    with pytest.raises(TunnelFileError, match=r"line 4: .* may run programs"):
        read_openvpn_file(f"{PLAIN}{line}\n")


@pytest.mark.parametrize(
    "line",
    [
        "management 127.0.0.1 7505",
        "log /var/log/x",
        "log-append /var/log/x",
        "status /tmp/x",
        "writepid /tmp/x",
        "cd /tmp",
        "chroot /tmp",
        "daemon",
        "dev tap",
        "dev /dev/net/tun",
        "dev tun0 extra",
        "ca /etc/ca.crt",
        "auth-user-pass /etc/passwd",
        "setenv PATH /tmp",
        "http-proxy 10.0.0.1 80",
        "mode server",
        "server 10.0.0.0 255.255.255.0",
        "secret x.key",
        "lladdr 0",
        "<up>\n/bin/true\n</up>",
        "<ca>\n<up>\n</ca>",
        "<ca>\nnever ends",
        "remote vpn.example 1194 udp\x0bup",
        'verify-x509-name "unfinished',
        "remote vpn.example up",
        "cipher " + "A" * LONGEST_LINE,
        "<ca>\n" + "A" * 260 + "\n</ca>",
        "verify-x509-name '" + "\\" * 200 + "'",
        "<connection>\nremote a.example 1\nup x\n</connection>",
    ],
)
def test_what_is_not_on_the_list_is_refused(line: str) -> None:
    with pytest.raises(TunnelFileError):
        read_openvpn_file(f"{PLAIN}{line}\n")


def test_what_we_decide_ourselves_is_left_out() -> None:
    file = read_openvpn_file(
        f"{PLAIN}redirect-gateway def1\npersist-tun\nuser nobody\nverb 9\n"
        "explicit-exit-notify 3\n# comment\n; another\n"
    )
    assert file.directives == ("client",)


def test_blocks_and_values_are_handed_on_as_they_are() -> None:
    file = read_openvpn_file(
        f"{PLAIN}<ca>\nPEM of it\n</ca>\nverify-x509-name 'CN=a b' name ; why\n"
    )
    assert file.directives[1:4] == ("<ca>", "PEM of it", "</ca>")
    assert file.directives[4] == 'verify-x509-name "CN=a b" "name"'


def test_a_connection_block_names_a_server() -> None:
    file = read_openvpn_file(
        "client\n<connection>\nremote a.example 1194\n</connection>"
    )
    assert file.remotes == (("a.example", "1194"),)


def test_a_file_without_a_server_is_refused() -> None:
    with pytest.raises(TunnelFileError, match="names no server"):
        read_openvpn_file("client\ndev tun\n")


def test_passwords_are_asked_for_by_us_and_resolvers_are_kept() -> None:
    file = read_openvpn_file(f"{PLAIN}auth-user-pass\ndhcp-option DNS 10.8.0.1\n")
    assert file.wants_password
    assert file.text(0).endswith("auth-user-pass\n")
    assert file.resolvers == ("10.8.0.1",)


def test_a_subnet_and_ipv6_become_addresses_and_routes() -> None:
    lines = interface_lines(
        "mu-1",
        {
            "tun_mtu": "1400",
            "ifconfig_local": "10.8.0.2",
            "ifconfig_netmask": "255.255.255.0",
            "ifconfig_ipv6_local": "2001:db8::2",
            "ifconfig_ipv6_netbits": "64",
        },
    )
    assert lines == (
        "link set mu-1 mtu 1400 up",
        "address add 10.8.0.2/24 dev mu-1",
        "route add default dev mu-1",
        "address add 2001:db8::2/64 dev mu-1 nodad",
        "-6 route add default dev mu-1",
    )


def test_what_a_server_pushes_cannot_smuggle_words_into_a_command() -> None:
    with pytest.raises(ValueError, match="does not appear to be"):
        interface_lines(
            "mu-1",
            {"ifconfig_local": "10.8.0.2\nlink", "ifconfig_netmask": "255.255.255.0"},
        )
    lines = interface_lines("mu-1", {"tun_mtu": "1 netns 1"})
    assert lines[0] == "link set mu-1 mtu 1500 up"


def test_pushed_resolvers_are_read() -> None:
    pushed = {
        "foreign_option_1": "dhcp-option DOMAIN example",
        "foreign_option_2": "dhcp-option DNS 10.8.0.1",
    }
    assert resolvers_in(pushed) == ("10.8.0.1",)


def test_notices_are_told_from_answers() -> None:
    assert read_notice(">STATE:1,WAIT,,,,,,\r\n") == Notice("STATE", "1,WAIT,,,,,,")
    assert read_notice("SUCCESS: hold release succeeded\n") is None
    assert read_notice(">INFO:OpenVPN Management Interface\n") is None
    assert quote('a "b" \\ c') == '"a \\"b\\" \\\\ c"'
