"""What a page that tells who asks is understood to say."""

import pytest

from tasks.clients.ip_echo import EchoUnreadableError, read_echo


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"192.0.2.1\n", ("192.0.2.1", None)),
        (b'"192.0.2.1"', ("192.0.2.1", None)),
        (b'{"ip": "192.0.2.1", "country": "DE"}', ("192.0.2.1", "DE")),
        (b'{"query": "192.0.2.1", "countryCode": "de"}', ("192.0.2.1", "DE")),
        (b'{"origin": "192.0.2.1, 198.51.100.1"}', ("192.0.2.1", None)),
        (b'{"ip": "2001:DB8::1", "country": "Germany"}', ("2001:db8::1", None)),
    ],
)
def test_the_usual_forms_are_read(body: bytes, expected: tuple[str, str]) -> None:
    assert read_echo(body) == expected


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b"[]", b'{"ip": 7}', b"\xff"])
def test_what_tells_no_address_is_refused(body: bytes) -> None:
    with pytest.raises(EchoUnreadableError):
        read_echo(body)
