"""Forget a person: all that names them goes in one transaction, and stays away."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from config.clock import now
from tasks.audit import Actor, record_change
from tasks.campaigns.forgotten import (
    find_tables_of,
    find_wishes_naming,
    remove_run_traces,
)
from tasks.database import transaction
from tasks.events.forgotten import blank_events, count_named_events, forget_in_stream
from tasks.kept_answers.repository import forget_naming
from tasks.public_profiles.forget_schemas import ForgetRequest, Forgotten
from tasks.public_profiles.forgotten import (
    FoundProfile,
    PersonNames,
    Wanted,
    bar_person,
    find_person,
    hold_portions,
    read_wanted,
    remove_public_profiles,
)
from tasks.reviews.forgotten import (
    count_words,
    erase_words,
    lock_queue_places,
    remove_mentions,
)
from tasks.reviews.likelihood_rows import forget_lessons
from tasks.reviews.pictures import forget_pictures


def forget_person(asked: ForgetRequest, actor: Actor) -> Forgotten:
    """
    Remove all that names a person, and have later runs leave them out.

    Safe to repeat: what is gone already is counted no more.

    Raises:
        InvalidError: It is not clear who is meant.
        UnreachableError: Redis does not answer; nothing was removed.
    """
    wanted = read_wanted(asked)
    with transaction() as session:
        if not asked.dry_run:
            hold_portions(session)
        found = find_person(session, wanted)
        told = _forget(session, wanted, found, actor=actor, dry_run=asked.dry_run)
    if not asked.dry_run:
        forget_pictures(one.picture_url for one in found if one.picture_url)
    return told


def _forget(
    session: Any,
    wanted: Wanted,
    found: list[FoundProfile],
    *,
    actor: Actor,
    dry_run: bool,
) -> Forgotten:
    names, ids = PersonNames(wanted, found), [one.id for one in found]
    campaigns = sorted({one.campaign_id for one in found})
    in_queue = lock_queue_places(session, ids)
    urls = [*wanted.addresses, *(one.url for one in found if one.url)]
    traces = remove_run_traces(
        session, names.like, names.are_in, urls=urls, dry_run=dry_run
    )
    batches, views = remove_mentions(session, names.like, names.are_in, dry_run=dry_run)
    words = [*names.words, *map(str, ids)]
    counts = {
        "public_profiles": len(found),
        "review_items": in_queue,
        **traces._asdict(),
        "batches": batches,
        "views": views,
        "kept_answers": 0 if dry_run else forget_naming(session, words),
        "events": _forget_events(session, found, campaigns, dry_run=dry_run),
        "log_lines": count_words(session, ids),
    }
    naming = find_wishes_naming(session, names.like, names.are_in)
    tables = find_tables_of(session, campaigns)
    if not dry_run:
        mark = bar_person(session, wanted, found)
        remove_public_profiles(session, ids)
        forget_lessons(session, campaigns)
        # By a keyed hash: the entry stays for good, and must not name the person.
        record_change(
            session, actor, action="person.forgotten", subject=mark, details=counts
        )
        erase_words(session, ids, by=actor.account_id, now=now())
    return Forgotten(
        dry_run=dry_run,
        campaigns_naming=tuple(naming),
        uploaded_tables=tuple(tables),
        **counts,
    )


def _forget_events(
    session: Any,
    found: Sequence[FoundProfile],
    campaigns: Sequence[UUID],
    *,
    dry_run: bool,
) -> int:
    if not found:
        return 0
    ids = [one.id for one in found]
    since = min(one.created_at for one in found)
    if dry_run:
        return count_named_events(session, ids, campaign_ids=campaigns, since=since)
    events, positions = blank_events(session, ids, campaign_ids=campaigns, since=since)
    forget_in_stream(positions)
    return events
