"""Pure: which browser profiles a search finds, in which order, and which page."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from deployments.standins.multilogin_x.bodies import (
    take_choice,
    take_number,
    take_switch,
    take_text,
    take_texts,
)
from deployments.standins.multilogin_x.envelope import wrong_body
from deployments.standins.multilogin_x.kept import Document

STORAGE = ("all", "cloud", "local")
ORDER = ("name", "created_at", "updated_at", "started_at", "removed_at")
LONGEST_SEARCH_TEXT = 50

_SAME = {
    "browser_type": "browser_type",
    "os_type": "os_type",
    "core_version": "core_version",
    "folder_id": "folder_id",
    "last_launched_by": "last_launched_by",
    "last_launched_on": "last_launched_on",
    "last_updated_by": "last_updated_by",
    "created_by": "created_by",
}
_PERIODS = {
    "created": "created_at",
    "updated": "updated_at",
    "last_launched": "last_launched_at",
}


class Wanted(NamedTuple):
    """A search as it was asked for, checked."""

    is_removed: bool
    limit: int
    offset: int
    search_text: str
    storage_type: str
    in_use_by: str
    tags: list[str]
    order_by: str
    descending: bool
    same: Mapping[str, Any]
    periods: Mapping[str, tuple[datetime | None, datetime | None]]


def read_search(body: Mapping[str, Any]) -> Wanted:
    """
    Return what is searched for.

    Raises:
        Refusal: A value is wrong, or a page is too large or too far.
    """
    return Wanted(
        is_removed=take_switch(body, "is_removed"),
        limit=take_number(body, "limit", 10, within=range(1, 101)),
        offset=take_number(body, "offset", 0, within=range(10_001)),
        search_text=take_text(body, "search_text", at_most=LONGEST_SEARCH_TEXT),
        storage_type=take_choice(body, "storage_type", STORAGE, "all"),
        in_use_by=take_text(body, "in_use_by"),
        tags=take_texts(body, "tags", at_most=100),
        order_by=take_choice(body, "order_by", ORDER, "created_at"),
        descending=take_choice(body, "sort", ("asc", "desc"), "asc") == "desc",
        same={member: body[name] for name, member in _SAME.items() if body.get(name)},
        periods={
            member: (
                _read_moment(body, f"{name}_from"),
                _read_moment(body, f"{name}_to"),
            )
            for name, member in _PERIODS.items()
        },
    )


def find_matching(
    records: list[Document], locks: Mapping[str, Document], wanted: Wanted
) -> list[Document]:
    """Return every browser profile that matches, in the order asked for."""
    found = [
        one
        for one in records
        if _matches_plainly(one, wanted)
        and _is_in_use_by(wanted.in_use_by, locks.get(one["id"]))
        and all(_is_within(one[name], *span) for name, span in wanted.periods.items())
    ]
    order = "last_launched_at" if wanted.order_by == "started_at" else wanted.order_by
    return sorted(
        found,
        key=lambda one: (one[order] or "", one["created_at"]),
        reverse=wanted.descending,
    )


def _matches_plainly(record: Document, wanted: Wanted) -> bool:
    is_local = record["parameters"]["storage"]["is_local"]
    return (
        bool(record["removed_at"]) == wanted.is_removed
        and wanted.search_text.lower() in record["name"].lower()
        and wanted.storage_type in ("all", "local" if is_local else "cloud")
        and set(wanted.tags) <= set(record["tags"])
        and all(record[name] == value for name, value in wanted.same.items())
    )


def _is_in_use_by(email: str, lock: Document | None) -> bool:
    return not email or (lock is not None and lock["holder"] == email)


def _is_within(value: str | None, start: datetime | None, end: datetime | None) -> bool:
    if start is None and end is None:
        return True
    if value is None:
        return False
    moment = datetime.fromisoformat(value)
    return (start is None or start <= moment) and (end is None or moment <= end)


def _read_moment(body: Mapping[str, Any], name: str) -> datetime | None:
    given = body.get(name)
    if given is None:
        return None
    try:
        if isinstance(given, int | float):
            return datetime.fromtimestamp(given, UTC)
        moment = datetime.fromisoformat(given)
    except (TypeError, ValueError, OverflowError, OSError):
        raise wrong_body(f"wrong {name}") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
