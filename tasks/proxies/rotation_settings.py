"""The settings of rotation that a person changed, and what a change would do."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy.orm import Session

from config.sections.proxies import ProxiesSettings
from config.settings import settings
from tasks.audit import Actor, record_change
from tasks.database import transaction
from tasks.proxies.attempt_rows import find_rotation_terms, put_rotation_terms
from tasks.proxies.repository import list_usable_ids
from tasks.proxies.rotation_replay import PastAttempt, what_would_change
from tasks.proxies.rotation_schemas import (
    RotationAnswer,
    RotationEffect,
    RotationFigures,
)
from tasks.proxies.rotation_terms import Terms, read_terms
from tasks.proxies.shared_restore import read_recorded

MOST_TRIED = 2_000
"""Recorded attempts that other settings are tried on."""


def find_rotation_settings(session: Session) -> ProxiesSettings:
    """Return the settings that hold: those a person kept, else the environment's."""
    kept = find_rotation_terms(session)
    # One that was kept by an earlier version may lack what was added since.
    known = {name: kept[name] for name in kept if name in ProxiesSettings.model_fields}
    usual = settings().proxies.model_dump(mode="json")
    return ProxiesSettings.model_validate(usual | known)


def read_rotation_terms() -> Terms:
    """Return the terms that hold now; to be read anew every so often."""
    with transaction() as session:
        return read_terms(find_rotation_settings(session))


def show_rotation() -> RotationAnswer:
    """Return the settings that hold, beside those of the environment."""
    with transaction() as session:
        return RotationAnswer(
            settings=find_rotation_settings(session), usual=settings().proxies
        )


def change_rotation(
    wanted: ProxiesSettings, actor: Actor, *, now: datetime
) -> RotationAnswer:
    """Have other settings hold from now on, for all workers."""
    told = wanted.model_dump(mode="json")
    with transaction() as session:
        before = find_rotation_settings(session).model_dump(mode="json")
        put_rotation_terms(session, told, changed_by=actor.account_id, now=now)
        record_change(
            session,
            actor,
            action="proxy_rotation.changed",
            subject="rotation",
            details={
                name: {"from": before[name], "to": value}
                for name, value in told.items()
                if before[name] != value
            },
        )
        return RotationAnswer(settings=wanted, usual=settings().proxies)


def try_rotation(wanted: ProxiesSettings) -> RotationEffect:
    """Return what other settings would have changed for the recorded attempts."""
    past: list[PastAttempt] = read_recorded()[:MOST_TRIED]
    with transaction() as session:
        ids = list_usable_ids(session)
        held = read_terms(find_rotation_settings(session))
    proxies = sorted({*ids, *(one.proxy_id for one in past)})
    return RotationEffect(
        now=_figures(past, proxies, held),
        then=_figures(past, proxies, read_terms(wanted)),
    )


def _figures(
    past: list[PastAttempt], proxies: list[int], terms: Terms
) -> RotationFigures:
    return RotationFigures(**asdict(what_would_change(past, proxies, terms)))
