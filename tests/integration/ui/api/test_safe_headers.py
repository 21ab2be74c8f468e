"""Every answer tells browsers not to guess, not to frame and not to keep it."""

import httpx
import pytest

from tests.fixtures.database import read_settings_again

ANSWERS = ("/health", "/auth/me", "/nowhere", "/api/v1/openapi.json", "/login", "/")


@pytest.mark.parametrize("path", ANSWERS)
def test_every_answer_is_safe_in_a_browser(visitor: httpx.Client, path: str) -> None:
    told = visitor.get(path).headers
    assert told["x-content-type-options"] == "nosniff"
    assert told["cache-control"] == "no-store"
    assert told["referrer-policy"] in {"same-origin", "no-referrer"}
    policy = told["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "strict-transport-security" not in told
    assert "access-control-allow-origin" not in told


def test_browsers_are_told_to_stay_with_https_where_there_is_https(
    visitor: httpx.Client, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("MUSTER_API__PUBLIC_URL", "https://muster.example")
    read_settings_again()
    for path in ANSWERS:
        told = visitor.get(path).headers["strict-transport-security"]
        seconds = int(told.removeprefix("max-age=").partition(";")[0])
        assert seconds >= 365 * 24 * 60 * 60
        assert "includeSubDomains" in told


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "DEBUG"])
def test_nobody_is_told_what_they_sent(visitor: httpx.Client, method: str) -> None:
    answer = visitor.request(method, "/health", headers={"X-Mine": "my secret"})
    assert answer.status_code in {400, 404, 405}
    assert "my secret" not in answer.text


def test_another_site_may_not_read_answers(visitor: httpx.Client) -> None:
    foreign = {
        "Origin": "https://elsewhere.example",
        "Access-Control-Request-Method": "POST",
    }
    for method in ("GET", "OPTIONS"):
        answer = visitor.request(method, "/health", headers=foreign)
        assert not [
            name for name in answer.headers if name.startswith("access-control")
        ]
