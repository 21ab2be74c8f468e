"""Whose token counts, and which pages may use a browser's cookie."""

import pytest
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection

from tests.fixtures.database import forget_settings
from ui.api.auth import (
    ForeignPageError,
    OfferedToken,
    find_token,
    is_own_page,
    refuse_foreign_pages,
)


def connection(**headers: str) -> HTTPConnection:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    return HTTPConnection({"type": "http", "headers": raw})


def test_the_header_goes_before_the_cookie() -> None:
    both = find_token(Headers({"Authorization": "bearer one"}), {"__Host-access": "2"})
    assert both == OfferedToken("one", by_cookie=False)
    cookie = find_token(Headers({"Authorization": "Basic x"}), {"__Host-access": "2"})
    assert cookie == OfferedToken("2", by_cookie=True)
    assert find_token(Headers({"Authorization": "Bearer "}), {}) is None


@pytest.mark.parametrize(
    ("headers", "own"),
    [
        ({}, None),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "cross-site", "origin": "http://muster"}, False),
        ({"origin": "http://muster"}, True),
        ({"origin": "http://muster:81"}, False),
        ({"origin": "http://elsewhere"}, False),
        ({"origin": "null"}, False),
        ({"origin": "http://[broken"}, False),
    ],
)
def test_the_headers_say_whose_page_asks(
    *, headers: dict[str, str], own: bool | None
) -> None:
    assert is_own_page(Headers({"host": "muster", **headers})) is own


def test_behind_a_proxy_the_public_address_is_our_own(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("MUSTER_API__PUBLIC_URL", "https://muster.example/")
    forget_settings()
    headers = Headers({"host": "inside:4050", "origin": "https://muster.example"})
    assert is_own_page(headers)


def test_a_cookie_needs_a_page_of_ours_and_a_program_needs_none() -> None:
    refuse_foreign_pages(connection(), by_cookie=False)
    with pytest.raises(ForeignPageError):
        refuse_foreign_pages(connection(), by_cookie=True)
    with pytest.raises(ForeignPageError):
        refuse_foreign_pages(connection(origin="http://x"), by_cookie=False)
