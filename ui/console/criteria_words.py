"""What a campaign looks for, in sentences."""

from collections.abc import Iterator, Mapping
from typing import Any

COUNTS = ("followers", "following", "posts")
WORD_LISTS = (
    ("keywords", "Wants words"),
    ("allKeywords", "Wants all words"),
    ("locations", "Located in"),
    ("languages", "Language"),
    ("kinds", "Kind"),
    ("platforms", "Platform"),
)


def criteria_in_words(criteria: Mapping[str, Any]) -> list[str]:
    """Return one line a criterion; a campaign without any takes everybody."""
    return list(_lines(criteria)) or ["No criteria: every public profile scores 100."]


def _lines(criteria: Mapping[str, Any]) -> Iterator[str]:
    for name in COUNTS:
        bounds = criteria.get(name) or {}
        if bounds.get("min") is not None or bounds.get("max") is not None:
            yield f"{name.capitalize()}: {_between(bounds)}"
    for name, title in WORD_LISTS:
        if criteria.get(name):
            yield f"{title}: {', '.join(criteria[name])}"
    excluded = criteria.get("excludedWords") or criteria.get("excluded_words")
    if excluded:
        yield f"Excluded words: {', '.join(excluded)}"
    handles = criteria.get("excludedHandles") or criteria.get("excluded_handles")
    if handles:
        yield f"Excluded handles: {len(handles):,}"
    if criteria.get("verified") is not None:
        yield "Verified only" if criteria["verified"] else "Not verified"
    yield from _signs(criteria)


def _signs(criteria: Mapping[str, Any]) -> Iterator[str]:
    engagement = criteria.get("engagement")
    if engagement:
        bounds = {end: engagement.get(end) for end in ("min", "max")}
        shares = {end: None if b is None else 100 * b for end, b in bounds.items()}
        yield f"Engagement in %: {_between(shares)}"
    if criteria.get("activity"):
        yield f"Last post within {criteria['activity']:,} days"
    if criteria.get("accountAge"):
        yield f"Age of the account in days: {_between(criteria['accountAge'])}"
    for one in criteria.get("expressions") or ():
        yield f"Expression: {one['expression']}"


def _between(bounds: Mapping[str, float | None]) -> str:
    least, most = bounds.get("min"), bounds.get("max")
    if least is not None and most is not None:
        return f"{least:,} to {most:,}"
    return f"{least:,} or more" if least is not None else f"{most:,} or fewer"
