"""People who may sign in, in words."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from config.vocabulary import Role
from tasks.accounts.schemas import AccountEntry
from ui.console.people_words import (
    last_seen_in_words,
    role_badges,
    role_with_meaning,
    standing_badge,
)

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def an_account(**values: Any) -> AccountEntry:
    usual = {
        "id": UUID(int=1),
        "email": "ada@muster.example",
        "display_name": "Ada",
        "roles": ["operator"],
        "is_active": True,
        "has_password": True,
        "uses_plex": False,
        "created_at": NOON,
        "last_seen_at": None,
        "version": 1,
    }
    return AccountEntry.model_validate(usual | values)


def test_only_who_may_not_sign_in_is_marked() -> None:
    assert standing_badge(an_account()) == ""
    assert "Deactivated" in standing_badge(an_account(is_active=False))


def test_when_somebody_was_here_is_said_in_words() -> None:
    hour_ago = NOON - timedelta(hours=1)
    assert last_seen_in_words(an_account(), now=NOON) == "never signed in"
    assert (
        last_seen_in_words(an_account(last_seen_at=hour_ago), now=NOON)
        == "last seen 1 h ago"
    )


def test_every_role_says_what_it_is_for() -> None:
    assert all(": " in role_with_meaning(role) for role in Role)
    assert role_with_meaning("made_up") == "Made up"
    assert role_badges(["operator", "reviewer"]).count("-badge[") == 2
