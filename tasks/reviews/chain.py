"""Pure: the hash chain of the review log, and where it is broken."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from config.vocabulary import Decision, DecisionKind

BEGINNING = "0" * 64
"""Stands for the hash before the first line of a campaign."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """
    What somebody did to one public profile, to be added to the review log.

    A batch writes one entry for each public profile it changed, all with the same
    `decision_id`: that is what undo takes back as one.
    """

    campaign_id: UUID
    review_id: UUID
    decision_id: UUID
    kind: DecisionKind
    decided_by: UUID
    decided_at: datetime
    before: Decision
    after: Decision
    """Stays as `before` for an opinion that did not decide; `skipped` for a skip."""

    version: int
    """Version of the review item after this."""

    reason: str | None = None
    note: str | None = None
    client: str | None = None
    """The program it was done with, as it calls itself."""

    vote: Decision | None = None
    """The opinion given, where a campaign asks for several."""

    undoes: UUID | None = None
    """`decision_id` of what this takes back."""

    previous_decision_id: UUID | None = None
    """`decision_id` of the review item before; undo restores it."""


_NAMES = tuple(one.name for one in fields(LogEntry))


class Link(NamedTuple):
    """Where a line stands in its campaign's chain."""

    number: int
    previous_hash: str
    hash: str


class ChainBreak(NamedTuple):
    """The first line of a campaign that is not as it was written."""

    campaign_id: UUID
    number: int
    what: str


def hash_entry(entry: LogEntry, *, number: int, previous_hash: str) -> str:
    """
    Return SHA-256, in hex, over the hash before and what the entry says.

    The entry is canonical JSON: names sorted, no spaces, times in UTC with
    microseconds.
    """
    told = shown_entry(entry)
    told |= {"decided_at": shown_time(entry.decided_at), "number": number}
    text = orjson.dumps(told, option=orjson.OPT_SORT_KEYS)
    return sha256(previous_hash.encode() + b"\n" + text).hexdigest()


def shown_time(at: datetime) -> str:
    """Return a time in UTC with microseconds, whatever zone it came in."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def shown_entry(entry: LogEntry) -> dict[str, Any]:
    """Return what an entry says, by name."""
    return {name: getattr(entry, name) for name in _NAMES}


def link_entries(
    entries: Sequence[LogEntry], *, number: int, last_hash: str
) -> list[Link]:
    """
    Return the places of new entries of one campaign, in their order.

    Args:
        entries: What is added.
        number: Lines that the campaign has already.
        last_hash: Hash of the last of them.
    """
    links = []
    for entry in entries:
        number += 1
        fresh = hash_entry(entry, number=number, previous_hash=last_hash)
        links.append(Link(number, last_hash, fresh))
        last_hash = fresh
    return links


def without_words(entry: LogEntry) -> LogEntry:
    """Return an entry whose free words are gone, since they may name a person."""
    return replace(entry, reason=None, note=None)


def vouch_for(blanked: Iterable[tuple[LogEntry, Link]]) -> str:
    """
    Return what the note of an erasure says of the lines that lost their words.

    Their own hashes stay, over words that nobody has any more. So the erasure, itself
    a line of the chain, holds for each the hash of what is left: `number=hash`.
    """
    return " ".join(f"{link.number}={_rest_of(entry, link)}" for entry, link in blanked)


def _rest_of(entry: LogEntry, link: Link) -> str:
    left = without_words(entry)
    return hash_entry(left, number=link.number, previous_hash=link.previous_hash)


def find_break(
    lines: Iterable[tuple[LogEntry, Link]], *, campaign_id: UUID, head: Link | None
) -> ChainBreak | None:
    """
    Return the first line of a campaign that was altered, removed or slipped in.

    A line that lost its words is as it should be if a later erasure vouches for it.

    Args:
        lines: The lines of the campaign, by number.
        campaign_id: The campaign.
        head: Number and hash of the last line, as they are kept beside the log.
    """
    number, last_hash = 0, BEGINNING
    unsure: dict[int, str] = {}
    for entry, link in lines:
        number += 1
        if link.number != number:
            return ChainBreak(campaign_id, number, "is missing")
        if link.previous_hash != last_hash:
            return ChainBreak(campaign_id, number, "does not follow the one before")
        fresh = hash_entry(entry, number=number, previous_hash=last_hash)
        if link.hash != fresh:
            unsure[number] = fresh if entry == without_words(entry) else ""
        elif entry.kind == DecisionKind.ERASURE:
            _believe(entry.note or "", unsure)
        last_hash = link.hash
    if unsure:
        return ChainBreak(campaign_id, min(unsure), "was altered")
    return _find_end_break(campaign_id, number, last_hash, head=head)


def _find_end_break(
    campaign_id: UUID, number: int, last_hash: str, *, head: Link | None
) -> ChainBreak | None:
    if head is None or head.number > number:
        return ChainBreak(campaign_id, number + 1, "is missing")
    if (head.number, head.hash) != (number, last_hash):
        return ChainBreak(campaign_id, number, "was slipped in")
    return None


def _believe(vouched: str, unsure: dict[int, str]) -> None:
    """Strike off the lines that an erasure vouches for."""
    for one in vouched.split():
        number, _, rest = one.partition("=")
        if number.isdecimal() and unsure.get(int(number)) == rest:
            del unsure[int(number)]
