"""Which requests take an Idempotency-Key."""

from uuid import UUID

import pytest

from tasks.kept_answers.routes import holds_secret, takes_key
from tasks.kept_answers.schemas import KeyedRequest


@pytest.mark.parametrize(
    ("method", "path", "takes"),
    [
        ("POST", "/campaigns", True),
        ("POST", "/campaigns/tables", True),
        ("POST", "/campaigns/7/start", True),
        ("POST", "/campaigns/7/resume", True),
        ("POST", "/campaigns/7/pause", False),
        ("POST", "/campaigns/preview", False),
        ("GET", "/campaigns", False),
        ("POST", "/pipeline/run", True),
        ("POST", "/admin/invitations", True),
        ("POST", "/auth/login", False),
        ("POST", "/profiles/7/approve", True),
        ("POST", "/profiles/batch/approve", True),
        ("POST", "/profiles/decisions/7/undo", True),
        ("POST", "/profiles/7/reopen", True),
        ("POST", "/profiles/next", False),
        ("POST", "/profiles/leases/renew", False),
    ],
)
def test_what_creates_or_dispatches_takes_a_key(
    *, method: str, path: str, takes: bool
) -> None:
    assert takes_key(method, path) is takes


def test_what_the_administration_answers_may_hold_a_secret() -> None:
    assert holds_secret("/admin/invitations")
    assert not holds_secret("/campaigns")


def test_the_same_key_of_others_and_for_other_routes_is_another() -> None:
    ana, lev = UUID(int=1), UUID(int=2)
    requests = {
        KeyedRequest(ana, "POST /campaigns", "a"),
        KeyedRequest(lev, "POST /campaigns", "a"),
        KeyedRequest(ana, "POST /pipeline/run", "a"),
        KeyedRequest(ana, "POST /campaigns", "b"),
    }
    assert len({one.key_hash for one in requests}) == 4
