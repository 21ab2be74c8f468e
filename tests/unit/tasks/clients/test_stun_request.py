"""Binding responses: ours read, others' left alone."""

import struct

import pytest

from tasks.clients.stun_request import Mapped, read_binding

COOKIE = 0x2112A442
OURS = bytes(range(12))


def response(
    *attributes: bytes, kind: int = 0x0101, cookie: int = COOKIE, id_: bytes = OURS
) -> bytes:
    body = b"".join(attributes)
    return struct.pack("!HHI", kind, len(body), cookie) + id_ + body


def attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


PLAIN = attribute(0x0001, b"\x00\x01\x12\x34" + bytes((203, 0, 113, 5)))
MASKED = attribute(
    0x0020,
    struct.pack("!BBH", 0, 1, 0x1234 ^ COOKIE >> 16)
    + bytes(
        one ^ other
        for one, other in zip((192, 0, 2, 1), b"\x21\x12\xa4\x42", strict=True)
    ),
)


def test_the_masked_address_is_read() -> None:
    assert read_binding(response(MASKED), OURS) == Mapped("192.0.2.1", 0x1234)


def test_the_masked_address_wins_and_others_are_passed_over() -> None:
    strange = attribute(0x8022, b"maker")
    found = read_binding(response(strange, PLAIN, MASKED), OURS)
    assert found == Mapped("192.0.2.1", 0x1234)


def test_an_old_servers_plain_address_is_read() -> None:
    assert read_binding(response(PLAIN), OURS) == Mapped("203.0.113.5", 0x1234)


def test_an_ipv6_address_is_masked_by_the_transaction_too() -> None:
    address = bytes.fromhex("20010db8000000000000000000000001")
    mask = struct.pack("!I", COOKIE) + OURS
    value = struct.pack("!BBH", 0, 2, 7 ^ COOKIE >> 16) + bytes(
        one ^ other for one, other in zip(address, mask, strict=True)
    )
    found = read_binding(response(attribute(0x0020, value)), OURS)
    assert found == Mapped("2001:db8::1", 7)


@pytest.mark.parametrize(
    "message",
    [
        b"",
        bytes(19),
        response(MASKED, kind=0x0111),
        response(MASKED, cookie=1),
        response(MASKED, id_=bytes(12)),
        response(),
        response(MASKED)[:-6],
        response(attribute(0x0020, b"\x00\x07\x00\x00")),
        response(attribute(0x0020, b"")),
        response(b"\x00\x20\xff\xff"),
    ],
)
def test_what_is_no_answer_to_us_is_left_alone(message: bytes) -> None:
    assert read_binding(message, OURS) is None
