"""Heads are read strictly, and the end of a body is never guessed."""

import pytest

from config.errors import InvalidError
from tasks.clients.proxy_forwarder_http import read_authority, read_target
from tasks.clients.proxy_forwarder_messages import (
    NO_BODY,
    BodyKind,
    Framing,
    MalformedMessageError,
    frame_answer,
    frame_request,
    parse_head,
)

REQUEST = b"POST /a HTTP/1.1\r\nHost: x\r\n%b\r\n\r\n"
ANSWER = b"HTTP/1.1 %d Fine\r\n%b\r\n\r\n"


def test_a_head_is_written_as_it_was_read() -> None:
    raw = b"GET http://a.example/?b=%20c HTTP/1.1\r\nHost: a.example\r\nX: 1:2\r\n\r\n"
    assert parse_head(raw).encode() == raw


def test_an_answer_needs_no_phrase() -> None:
    assert parse_head(b"HTTP/1.1 200\r\n\r\n").status == 200


@pytest.mark.parametrize("line", [b"no colon", b" folded: 1", b"a : 1", b": 1"])
def test_a_malformed_field_is_refused(line: bytes) -> None:
    with pytest.raises(MalformedMessageError):
        parse_head(REQUEST % line)


@pytest.mark.parametrize(
    ("field", "framing"),
    [
        (b"X: 1", NO_BODY),
        (b"Content-Length: 12", Framing(BodyKind.LENGTH, 12)),
        (b"Transfer-Encoding: chunked", Framing(BodyKind.CHUNKED)),
    ],
)
def test_a_request_says_where_it_ends(field: bytes, framing: Framing) -> None:
    assert frame_request(parse_head(REQUEST % field)) == framing


@pytest.mark.parametrize(
    "fields",
    [
        b"Content-Length: 1\r\nContent-Length: 2",
        b"Content-Length: 1\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding: gzip",
        b"Content-Length: -1",
        b"Content-Length: one",
    ],
)
def test_two_ways_to_read_a_length_are_one_too_many(fields: bytes) -> None:
    with pytest.raises(MalformedMessageError):
        frame_request(parse_head(REQUEST % fields))


@pytest.mark.parametrize(
    ("status", "method", "kind"),
    [
        (200, "GET", BodyKind.LENGTH),
        (200, "HEAD", BodyKind.NONE),
        (204, "GET", BodyKind.NONE),
        (304, "GET", BodyKind.NONE),
        (100, "GET", BodyKind.NONE),
    ],
)
def test_some_answers_have_no_body(status: int, method: str, kind: BodyKind) -> None:
    head = parse_head(ANSWER % (status, b"Content-Length: 3"))
    assert frame_answer(head, method=method).kind is kind


def test_an_answer_without_a_length_ends_with_its_connection() -> None:
    head = parse_head(ANSWER % (200, b"X: 1"))
    assert frame_answer(head, method="GET").kind is BodyKind.UNTIL_CLOSE


@pytest.mark.parametrize(
    ("address", "host", "port", "path"),
    [
        ("http://a.example", "a.example", 80, "/"),
        ("http://a.example?b=c", "a.example", 80, "/?b=c"),
        ("http://A.example:8080/b?c=d#e", "a.example", 8080, "/b?c=d"),
        ("http://[::1]:81/", "::1", 81, "/"),
        ("HTTP://u:p@a.example//b", "a.example", 80, "//b"),
    ],
)
def test_an_absolute_address_is_taken_apart(
    address: str, host: str, port: int, path: str
) -> None:
    target = read_target(address)
    assert (target.host, target.port, target.path) == (host, port, path)
    assert "@" not in target.authority


@pytest.mark.parametrize("address", ["/", "https://a.example/", "http://", "http://[a"])
def test_other_addresses_are_not_for_a_proxy(address: str) -> None:
    with pytest.raises(InvalidError):
        read_target(address)


def test_an_authority_is_a_host_and_a_port() -> None:
    assert read_authority("a.example:443") == ("a.example", 443)
    assert read_authority("[2001:db8::1]:443") == ("2001:db8::1", 443)
    with pytest.raises(InvalidError):
        read_authority("a.example")
