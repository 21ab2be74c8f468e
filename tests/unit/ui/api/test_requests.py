"""Paths, ids, cookies and headers of a request, before anybody looks at it."""

import pytest

from tests.fixtures.database import forget_settings
from ui.api.bare_paths import canonical_path
from ui.api.cookies import CookieNames, cookie_names, without_cookies
from ui.api.correlation import choose_correlation_id


@pytest.mark.parametrize(
    ("path", "canonical"),
    [
        ("/campaigns", "/api/v1/campaigns"),
        ("/campaigns/7/start", "/api/v1/campaigns/7/start"),
        ("/health", "/api/v1/health"),
        ("/proxies", "/api/v1/proxies"),
        ("/api/proxies", "/api/v1/proxies"),
        ("/api/proxies/7/status", "/api/v1/proxies/7/status"),
        ("/api/proxiesque", "/api/proxiesque"),
        ("/api/campaigns", "/api/campaigns"),
        ("/healthy", "/healthy"),
        ("/api/v1/campaigns", "/api/v1/campaigns"),
        ("/console/campaigns", "/console/campaigns"),
        ("/login", "/login"),
        ("/", "/"),
        ("", ""),
    ],
)
def test_a_path_of_the_documents_has_one_canonical_form(
    path: str, canonical: str
) -> None:
    assert canonical_path(path) == canonical


@pytest.mark.parametrize("offered", ["abcd1234", "A-b_C-d_" * 8])
def test_a_correlation_id_of_our_form_is_kept(offered: str) -> None:
    assert choose_correlation_id(offered) == offered


@pytest.mark.parametrize("offered", [None, "", "short", "x" * 65, "a space", "é" * 9])
def test_any_other_correlation_id_is_made_anew(offered: str | None) -> None:
    made = choose_correlation_id(offered)
    assert made != offered
    assert choose_correlation_id(made) == made


def test_our_cookies_are_taken_out_and_others_stay() -> None:
    header = "a=1; __Host-access=x.y; __Host-accessory=2;__Host-refresh=z"
    rest = without_cookies(header, ("__Host-access", "__Host-refresh"))
    assert rest == "a=1; __Host-accessory=2"


def test_without_https_the_cookies_have_plain_names(
    environment: pytest.MonkeyPatch,
) -> None:
    assert cookie_names() == CookieNames("__Host-access", "__Host-refresh")
    environment.setenv("MUSTER_ACCOUNTS__SECURE_COOKIES", "false")
    forget_settings()
    assert cookie_names() == CookieNames("access", "refresh")
