"""What an address does not take is answered with 405 and what it does take."""

import httpx
import pytest


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PATCH", "/campaigns/tables", "POST"),
        ("GET", "/campaigns/preview", "POST"),
        ("DELETE", "/campaigns", "GET, POST"),
        ("OPTIONS", "/campaigns/01a20481-f790-7a1b-8751-c5dafd812fb6", "GET, PATCH"),
        ("POST", "/api/v1/metrics", "GET"),
        ("HEAD", "/auth/me", "GET"),
    ],
)
def test_a_method_that_is_not_taken(
    operator: httpx.Client, method: str, path: str, allowed: str
) -> None:
    answer = operator.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == allowed
    assert answer.headers["content-type"] == "application/problem+json"
