"""What a campaign looks for, in sentences."""

from collections.abc import Iterator, Mapping
from typing import Any

COUNTS = ("followers", "following", "posts")
WORD_LISTS = (
    ("keywords", "Wants words"),
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


def _between(bounds: Mapping[str, int | None]) -> str:
    least, most = bounds.get("min"), bounds.get("max")
    if least is not None and most is not None:
        return f"{least:,} to {most:,}"
    return f"{least:,} or more" if least is not None else f"{most:,} or fewer"
