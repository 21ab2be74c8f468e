"""Each request counts to one class; working the console is none of the small ones."""

import pytest

from config.vocabulary import LimitClass
from tasks.limits.classes import classify

GENERAL, AUTH, DOWNLOAD, ADMIN, INTERACTIVE = LimitClass


@pytest.mark.parametrize(
    ("method", "path", "limit_class"),
    [
        ("POST", "/auth/login", AUTH),
        ("POST", "/auth/plex/pin", AUTH),
        ("POST", "/auth/password", AUTH),
        ("POST", "/auth/password/reset", AUTH),
        ("POST", "/auth/invitation/accept", AUTH),
        ("POST", "/auth/refresh", INTERACTIVE),
        ("POST", "/auth/logout", INTERACTIVE),
        ("GET", "/auth/me", INTERACTIVE),
        ("GET", "/auth/plex/pin/7", INTERACTIVE),
        ("DELETE", "/auth/logins/7", INTERACTIVE),
        ("GET", "/admin/accounts", ADMIN),
        ("PATCH", "/admin/accounts/7", ADMIN),
        ("POST", "/youtube/download", DOWNLOAD),
        ("GET", "/youtube/download/7", INTERACTIVE),
        ("GET", "/campaigns", INTERACTIVE),
        ("HEAD", "/campaigns/7", INTERACTIVE),
        ("PATCH", "/campaigns/7", INTERACTIVE),
        ("POST", "/campaigns/7/start", INTERACTIVE),
        ("POST", "/campaigns", GENERAL),
        ("POST", "/campaigns/preview", GENERAL),
        ("POST", "/campaigns/tables", GENERAL),
        ("POST", "/pipeline/run", GENERAL),
        ("GET", "/profiles", INTERACTIVE),
        ("POST", "/profiles/batch/approve", INTERACTIVE),
        ("POST", "/browser-profiles/7/start", INTERACTIVE),
        ("GET", "/tracking/ws", INTERACTIVE),
        ("POST", "/tracking/ticket", INTERACTIVE),
        ("GET", "/health/detailed", INTERACTIVE),
        ("GET", "/health", None),
        ("POST", "/health", GENERAL),
        ("GET", "/login", INTERACTIVE),
        ("GET", "/_stcore/health", INTERACTIVE),
        ("GET", "/nothing", GENERAL),
        ("GET", "/campaigns-of-others", GENERAL),
        ("BREW", "/admin/accounts", GENERAL),
        ("GET", "", GENERAL),
    ],
)
def test_a_request_counts_to_its_class(
    method: str, path: str, limit_class: LimitClass | None
) -> None:
    assert classify(method, path) is limit_class
