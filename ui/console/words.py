"""Dates, counts and states as an operator reads them."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from config.vocabulary import CampaignRunState, CampaignState, Decision

UNKNOWN = "unknown"

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class Sign(NamedTuple):
    """How a state is shown: colour means outcome, icon and word say it again."""

    word: str
    icon: str
    colour: str


SIGNS: Mapping[str, Sign] = {
    CampaignState.DRAFT: Sign("Draft", "edit_note", "gray"),
    CampaignState.ACTIVE: Sign("Running", "autoplay", "blue"),
    CampaignState.PAUSED: Sign("Paused", "pause_circle", "gray"),
    CampaignState.COMPLETED: Sign("Completed", "check_circle", "green"),
    CampaignState.FAILED: Sign("Failed", "error", "red"),
    CampaignState.CANCELLED: Sign("Cancelled", "cancel", "gray"),
    CampaignRunState.QUEUED: Sign("Starting", "hourglass_top", "blue"),
    CampaignRunState.RUNNING: Sign("Running", "autoplay", "blue"),
    Decision.PENDING: Sign("Waiting for a person", "person_raised_hand", "violet"),
    Decision.APPROVED: Sign("Approved", "thumb_up", "green"),
    Decision.REJECTED: Sign("Rejected", "thumb_down", "red"),
    Decision.MAYBE: Sign("Maybe", "bookmark", "orange"),
    Decision.SKIPPED: Sign("Skipped", "skip_next", "gray"),
}


def sign_of(state: str) -> Sign:
    """Return how a state is shown; a word we do not know is shown as it is."""
    return SIGNS.get(state, Sign(state.capitalize(), "help", "gray"))


def badge(state: str) -> str:
    """Return a state as a Markdown badge: icon, word and colour."""
    sign = sign_of(state)
    return f":{sign.colour}-badge[:material/{sign.icon}: {sign.word}]"


def count_in_words(count: int | None) -> str:
    """Return a count with thousands marked; what nobody stated is unknown, not 0."""
    return UNKNOWN if count is None else f"{count:,}"


def counted(count: int, thing: str, things: str | None = None) -> str:
    """Return `1 row`, `2 rows`, `1,200 rows`."""
    return f"{count:,} {thing if count == 1 else things or thing + 's'}"


def moment_in_words(moment: datetime, *, now: datetime) -> str:
    """Return `just now`, `12 min ago`, `3 h ago`, or the date and time in UTC."""
    past = now - moment
    if past < MINUTE:
        return "just now"
    if past < HOUR:
        return f"{past // MINUTE} min ago"
    if past < DAY:
        return f"{past // HOUR} h ago"
    return date_in_words(moment)


def date_in_words(moment: datetime) -> str:
    """Return `2 Nov 2026, 09:05 UTC`."""
    return moment.astimezone(UTC).strftime("%-d %b %Y, %H:%M UTC")


def seconds_in_words(seconds: float) -> str:
    """Return a length of time as `0.4 s`, `12 s`, `3 min 05 s` or `2 h 10 min`."""
    if seconds < 10:  # noqa: PLR2004 - below it a tenth still matters
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < MINUTE.total_seconds():
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < HOUR / MINUTE:
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min"


def role_in_words(role: str) -> str:
    """Return a role as it is written on the screen."""
    return role.replace("_", " ").capitalize()


def source_in_words(source: Mapping[str, Any]) -> str:
    """Return in one line where a campaign gathers from."""
    if source.get("kind") == "table":
        return f"Table with {counted(len(source.get('columns', {})), 'mapped column')}"
    if source.get("kind") == "json_api":
        return f"Records of the interface {source.get('recipe', '')}"
    address = source.get("listingUrl") or source.get("listing_url") or ""
    through = ", in browsers" if source.get("kind") == "browser_pages" else ""
    way_out = _way_out(source)
    return f"Pages listed at {address}{through}{way_out}{_leak_test(source)}"


def _way_out(source: Mapping[str, Any]) -> str:
    if source.get("exit"):
        return f", by the VPN location {source['exit']['vpn']}"
    proxies = source.get("proxies")
    if proxies is None:
        return ""
    tags, country = proxies.get("tags") or (), proxies.get("country")
    said = f" tagged {' and '.join(tags)}" if tags else ""
    return f", through proxies{said}{f' in {country}' if country else ''}"


def _leak_test(source: Mapping[str, Any]) -> str:
    demanded = source.get("leakTest") or source.get("leak_test")
    if not demanded:
        return ""
    minutes = demanded.get("maxAgeMinutes") or demanded.get("max_age_minutes")
    return f" with a passed leak test no older than {minutes} min"


def plain(text: str) -> str:
    """Return outside text so that Markdown shows it as it is, on one line."""
    return _PUNCTUATION.sub(r"\\\g<0>", " ".join(text.split()))


_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
