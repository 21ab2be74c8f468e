"""Remove public profiles that were kept long enough; look every hour."""

import logging
from datetime import timedelta
from functools import partial
from threading import Event
from uuid import UUID

from config.clock import now
from config.errors import ApplicationError
from config.settings import settings
from tasks.database import held_alone, transaction
from tasks.events.forgotten import blank_events, forget_in_stream
from tasks.public_profiles.forgotten import find_outdated, remove_public_profiles
from tasks.reviews.forgotten import erase_words, lock_queue_places
from tasks.reviews.likelihood_rows import forget_lessons
from tasks.reviews.pictures import forget_pictures

INTERVAL = timedelta(hours=1)
AT_ONCE = 500
"""Public profiles of one transaction, which takes well under a second."""

NOBODY = UUID(int=0)
"""Stands in the review log where no person acts."""

_log = logging.getLogger(__name__)


def remove_outdated(*, at_once: int = AT_ONCE) -> int:
    """
    Remove some public profiles whose time is over; return how many, 0 if none is.

    They are not barred: a campaign that reads their source again takes them in again.

    Raises:
        UnreachableError: The database or Redis does not answer.
    """
    section, moment = settings().public_profiles, now()
    rejected, undecided = section.rejected_retention, section.undecided_retention
    if rejected is None and undecided is None:
        return 0
    look = partial(
        find_outdated, rejected=rejected, undecided=undecided, now=moment, limit=at_once
    )
    with transaction() as session:
        lock_queue_places(session, [one.id for one in look(session)])
        # Once more: somebody may have decided before the places were locked.
        found = look(session)
        if not found:
            return 0
        ids = [one.id for one in found]
        campaigns = sorted({one.campaign_id for one in found})
        _, positions = blank_events(
            session,
            ids,
            campaign_ids=campaigns,
            since=found[0].created_at,
            until=found[-1].created_at,
        )
        forget_in_stream(positions)
        remove_public_profiles(session, ids)
        forget_lessons(session, campaigns)
        erase_words(session, ids, by=NOBODY, now=moment)
    forget_pictures(one.picture_url for one in found if one.picture_url)
    return len(found)


def watch_retention_forever(stop: Event) -> None:
    """Look every hour until `stop` is set; one process at a time, failures logged."""
    while not stop.is_set():
        try:
            _watch_once(stop)
        except ApplicationError as problem:
            _log.warning("retention could not be looked after: %s", problem.message)
        except Exception:  # noqa: BLE001 - a defect must not end the watch
            _log.exception("retention could not be looked after")
        stop.wait(INTERVAL.total_seconds())


def _watch_once(stop: Event) -> None:
    with held_alone("retention") as mine:
        removed = 0
        while mine and not stop.is_set():
            some = remove_outdated()
            removed += some
            if some < AT_ONCE:
                break
    if removed:
        _log.info("%s public profiles were removed: kept long enough", removed)
