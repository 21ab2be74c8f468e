"""A chain of hashes shows whatever is done to the log by hand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest

from config.vocabulary import Decision, DecisionKind
from tasks.reviews.chain import (
    BEGINNING,
    ChainBreak,
    Link,
    LogEntry,
    find_break,
    hash_entry,
    link_entries,
    vouch_for,
    without_words,
)

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CAMPAIGN = uuid4()

Lines = list[tuple[LogEntry, Link]]


def entry() -> LogEntry:
    return LogEntry(
        campaign_id=CAMPAIGN,
        review_id=uuid4(),
        decision_id=uuid4(),
        kind=DecisionKind.SINGLE,
        decided_by=uuid4(),
        decided_at=NOON,
        before=Decision.PENDING,
        after=Decision.APPROVED,
        version=2,
        reason="clear pictures, häufig",
    )


def chain(length: int) -> Lines:
    entries = [entry() for _ in range(length)]
    links = link_entries(entries, number=0, last_hash=BEGINNING)
    return list(zip(entries, links, strict=True))


def broken(lines: Lines, head: Link | None) -> ChainBreak | None:
    return find_break(lines, campaign_id=CAMPAIGN, head=head)


def test_a_chain_as_it_was_written_is_whole() -> None:
    lines = chain(5)
    assert broken(lines, lines[-1][1]) is None


def test_a_chain_goes_on_where_it_ended() -> None:
    lines = chain(3)
    more = entry()
    links = link_entries([more], number=3, last_hash=lines[-1][1].hash)
    assert broken([*lines, (more, links[0])], links[0]) is None


@pytest.mark.parametrize(
    "change",
    [
        {"reason": "no reason"},
        {"after": Decision.REJECTED},
        {"decided_by": uuid4()},
        {"decided_at": NOON + timedelta(microseconds=1)},
        {"version": 3},
        {"note": ""},
    ],
)
def test_an_altered_line_is_found(change: dict[str, object]) -> None:
    lines = chain(5)
    altered, link = lines[2]
    lines[2] = (replace(altered, **change), link)  # type: ignore[arg-type]  # any field
    assert broken(lines, lines[-1][1]) == ChainBreak(CAMPAIGN, 3, "was altered")


def test_a_line_altered_with_its_hash_breaks_the_next() -> None:
    lines = chain(5)
    altered, link = replace(lines[2][0], reason="other"), lines[2][1]
    fresh = hash_entry(altered, number=3, previous_hash=link.previous_hash)
    lines[2] = (altered, link._replace(hash=fresh))
    found = broken(lines, lines[-1][1])
    assert found == ChainBreak(CAMPAIGN, 4, "does not follow the one before")


def test_a_line_that_was_removed_is_missed_wherever_it_stood() -> None:
    lines = chain(5)
    head = lines[-1][1]
    assert broken(lines[:2] + lines[3:], head) == ChainBreak(CAMPAIGN, 3, "is missing")
    assert broken(lines[:4], head) == ChainBreak(CAMPAIGN, 5, "is missing")
    assert broken([], head) == ChainBreak(CAMPAIGN, 1, "is missing")


def test_a_line_that_was_slipped_in_is_found() -> None:
    lines = chain(4)
    found = broken(lines, lines[2][1])
    assert found == ChainBreak(CAMPAIGN, 4, "was slipped in")


def erased(lines: Lines, *places: int) -> Lines:
    """Take the words out of some lines, and vouch for what is left."""
    left = list(lines)
    for place in places:
        left[place] = (without_words(lines[place][0]), lines[place][1])
    vouched = vouch_for([lines[place] for place in places])
    erasure = replace(entry(), kind=DecisionKind.ERASURE, reason=None, note=vouched)
    last = lines[-1][1]
    [link] = link_entries([erasure], number=last.number, last_hash=last.hash)
    return [*left, (erasure, link)]


def test_lines_that_lost_their_words_are_whole_if_an_erasure_vouches_for_them() -> None:
    lines = erased(chain(5), 1, 3)
    assert broken(lines, lines[-1][1]) is None
    again = erased(lines, 2)
    assert broken(again, again[-1][1]) is None


def test_words_that_are_taken_out_by_hand_are_missed() -> None:
    lines = erased(chain(5), 1)
    lines[2] = (without_words(lines[2][0]), lines[2][1])
    assert broken(lines, lines[-1][1]) == ChainBreak(CAMPAIGN, 3, "was altered")


@pytest.mark.parametrize(
    "change", [{"after": Decision.REJECTED}, {"decided_by": uuid4()}, {"note": "new"}]
)
def test_an_erasure_covers_no_other_change_of_the_line(
    change: dict[str, object],
) -> None:
    lines = erased(chain(5), 1)
    altered, link = lines[1]
    lines[1] = (replace(altered, **change), link)  # type: ignore[arg-type]  # any field
    assert broken(lines, lines[-1][1]) == ChainBreak(CAMPAIGN, 2, "was altered")


def test_the_hash_does_not_depend_on_how_a_time_is_written() -> None:
    one = entry()
    elsewhere = NOON.astimezone(timezone(timedelta(hours=2)))
    other = replace(one, decided_at=elsewhere)
    hashes = {
        hash_entry(each, number=1, previous_hash=BEGINNING) for each in (one, other)
    }
    assert len(hashes) == 1
