"""Lists of proxies in the usual forms."""

from typing import Any

import pytest

from config.vocabulary import ProxyProtocol
from tasks.proxies.list_forms import read_list, write_csv, write_line, write_url
from tasks.proxies.schemas import NewProxy, ProxyLabels

AWKWARD = "p@ss:w/rd%41,\" '=x"


def read(text: str, **usual: Any) -> list[NewProxy]:
    found = read_list(text, usual=ProxyLabels(**usual))
    assert not found.refused
    return list(found.proxies)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("10.0.0.1:3128", ("http", "10.0.0.1", 3128, None, None)),
        ("10.0.0.1:3128:me:se:cret", ("http", "10.0.0.1", 3128, "me", "se:cret")),
        ("10.0.0.1:3128:me:", ("http", "10.0.0.1", 3128, "me", None)),
        ("me:s@cret@proxy.example:80", ("http", "proxy.example", 80, "me", "s@cret")),
        (
            "socks5://me:p%40ss@h.example:1080",
            ("socks5", "h.example", 1080, "me", "p@ss"),
        ),
        ("socks5h://h.example", ("socks5", "h.example", 1080, None, None)),
        ("HTTPS://H.Example:8443/", ("https", "h.example", 8443, None, None)),
        ("http://[2001:DB8::1]:8080", ("http", "2001:db8::1", 8080, None, None)),
        ("[2001:db8::1]:8080:me:x", ("http", "2001:db8::1", 8080, "me", "x")),
    ],
)
def test_a_line_is_read_in_every_usual_form(
    line: str, expected: tuple[str, str, int, str | None, str | None]
) -> None:
    (one,) = read(line)
    found = (one.protocol.value, one.ip, one.port, one.username, one.password)
    assert found == expected


def test_empty_lines_and_comments_are_passed_over() -> None:
    assert len(read("\ufeff# bought in May\n\n10.0.0.1:1\r\n  10.0.0.2:2  \n")) == 2


def test_what_a_line_does_not_say_is_taken_from_the_rest() -> None:
    labels = {"protocol": "socks5", "country": "de", "tags": ("a", "b"), "notes": "n"}
    (one, other) = read("10.0.0.1:1\nhttp://10.0.0.2:2", **labels)
    assert one.protocol is ProxyProtocol.SOCKS5
    assert (one.country, one.tags, one.notes) == ("DE", ("a", "b"), "n")
    assert other.protocol is ProxyProtocol.HTTP


@pytest.mark.parametrize("part", [",", ";", "\t"])
def test_a_first_line_of_names_makes_it_csv(part: str) -> None:
    rows = [
        ["Host", "PORT", "user", "pass", "type", "country", "tags", "else"],
        ["10.0.0.1", "3128", "me", '"a""b"', "socks5", "us", "fast|cheap", "x"],
        ["10.0.0.2", "3129", "", "", "", "", "", ""],
    ]
    one, other = read("\n".join(part.join(row) for row in rows), country="DE")
    assert (one.username, one.password, one.country) == ("me", 'a"b', "US")
    assert one.tags == ("fast", "cheap")
    assert (other.username, other.country) == (None, "DE")


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "10.0.0.1",
        "10.0.0.1:port",
        "10.0.0.1:0",
        "10.0.0.1:99999",
        "10.0.0.1:80:geheim",
        "ftp://geheim@10.0.0.1:80",
        "300.0.0.1:80:me:geheim",
        "http://[geheim]:80",
        "10.0.0.1:80:me:ge\x01heim",
    ],
)
def test_what_cannot_be_read_is_told_by_its_line_without_its_secret(line: str) -> None:
    found = read_list(f"10.0.0.9:9\n{line}\n", usual=ProxyLabels())
    assert len(found.proxies) == 1
    (refused,) = found.refused
    assert refused.line == 2
    assert refused.message
    assert "geheim" not in refused.message


def full(**different: Any) -> NewProxy:
    values = {
        "ip": "proxy.example",
        "port": 3128,
        "username": "me",
        "password": AWKWARD,
        "protocol": "socks5",
        "country": "DE",
        "region": "bayern",
        "city": "nürnberg",
        "tags": ("a", "b"),
        "notes": "=SUM(A1) of\nMay",
    }
    return NewProxy.model_validate(values | different)


@pytest.mark.parametrize("ip", ["proxy.example", "10.0.0.1", "2001:db8::1"])
def test_what_is_given_out_is_taken_in_again_unchanged(ip: str) -> None:
    one = full(ip=ip)
    (by_csv,) = read(write_csv([one]))
    assert by_csv == one.model_copy(update={"notes": "=SUM(A1) of May"})
    (by_url,) = read(write_url(one))
    assert by_url == NewProxy(
        ip=one.ip,
        port=one.port,
        username=one.username,
        password=one.password,
        protocol=one.protocol,
    )
    (by_line,) = read(write_line(one))
    assert (by_line.username, by_line.password) == ("me", AWKWARD)


def test_no_cell_is_taken_for_a_formula() -> None:
    table = write_csv([full(notes="=cmd()", username="@me", password="-1")])
    cells = table.splitlines()[1].split(",")
    assert not any(cell.strip('"')[:1] in {"=", "@", "-", "+"} for cell in cells)
