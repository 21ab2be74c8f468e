"""People who may sign in, as an administrator reads them."""

from collections.abc import Iterable
from datetime import datetime

from tasks.accounts.schemas import AccountEntry
from ui.console.words import moment_in_words, role_in_words

ROLE_MEANINGS = {
    "administrator": "everything, also people and services",
    "operator": "runs campaigns and reviews",
    "reviewer": "reviews what campaigns found",
}


def role_badges(roles: Iterable[str]) -> str:
    """Return roles as Markdown badges."""
    return " ".join(f":gray-badge[{role_in_words(role)}]" for role in roles)


def standing_badge(account: AccountEntry) -> str:
    """Return a badge for somebody who may not sign in; for others there is none."""
    if account.is_active:
        return ""
    return ":orange-badge[:material/block: Deactivated]"


def last_seen_in_words(account: AccountEntry, *, now: datetime) -> str:
    """Return when somebody was last here."""
    if account.last_seen_at is None:
        return "never signed in"
    return f"last seen {moment_in_words(account.last_seen_at, now=now)}"


def role_with_meaning(role: str) -> str:
    """Return a role and what it is for, in one line."""
    meaning = ROLE_MEANINGS.get(role)
    return role_in_words(role) + (f": {meaning}" if meaning else "")
