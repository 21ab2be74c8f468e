"""STUN: the answer to a Binding request, bit by bit."""

import pytest

from deployments.leak_responders.stun import answer_binding

TRANSACTION = bytes.fromhex("b7e7a701bc34d686fa87dfae")
REQUEST = bytes.fromhex("000100002112a442") + TRANSACTION


def test_the_address_is_masked_as_in_the_published_vectors() -> None:
    """Source: RFC 5769, section 2.2: 192.0.2.1, port 32853."""
    answer = answer_binding(REQUEST, "192.0.2.1", 32853)
    assert answer is not None
    assert answer[:20] == bytes.fromhex("0101000c2112a442") + TRANSACTION
    assert answer[20:] == bytes.fromhex("002000080001a147e112a643")


def test_an_ipv6_address_is_masked_with_the_transaction_too() -> None:
    """Source: RFC 5769, section 2.3: 2001:db8:1234:5678:11:2233:4455:6677."""
    seen = "2001:db8:1234:5678:11:2233:4455:6677"
    answer = answer_binding(REQUEST, seen, 32853)
    assert answer is not None
    masked = "002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9"
    assert answer[20:] == bytes.fromhex(masked)


@pytest.mark.parametrize(
    "asked",
    [
        b"",
        b"GET / HTTP/1.1\r\n\r\n",
        REQUEST[:19],
        bytes.fromhex("010100002112a442") + TRANSACTION,
        bytes.fromhex("0001000000000000") + TRANSACTION,
        bytes.fromhex("000100042112a442") + TRANSACTION,
    ],
    ids=["nothing", "http", "short", "an answer", "no cookie", "wrong length"],
)
def test_what_is_no_binding_request_is_not_answered(asked: bytes) -> None:
    assert answer_binding(asked, "192.0.2.1", 1) is None
