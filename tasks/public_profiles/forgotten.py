"""People who asked to be forgotten: found, removed, and not taken in again."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from config.errors import InvalidError
from tasks.public_profiles.forget_schemas import ForgetRequest
from tasks.public_profiles.handles import (
    FEDERATED,
    handle_key_of,
    host_of,
    is_address_of,
    normalise_handle,
    tidy_address,
)
from tasks.public_profiles.ready import ReadyProfile
from tasks.sealing import keyed_hashes

SHORTEST_WORD = 4
"""Characters of a name that is looked for in free text; shorter ones are anything."""

_LIKE_SIGN, _ESCAPED = re.compile(r"([\\%_])"), r"\\\1"
_PURPOSE = "forgotten person"
_NEVER = datetime(1, 1, 2, tzinfo=UTC)
_ONE_AT_A_TIME = 0x464F_5247
"""Key of the advisory lock between portions and forgetting; any constant will do."""

_IS_ANYBODY = text("SELECT EXISTS (SELECT FROM forgotten_people)")
_AMONG = text("SELECT person_hash FROM forgotten_people WHERE person_hash = ANY(:some)")
_BAR = text(
    "INSERT INTO forgotten_people (person_hash) SELECT unnest(CAST(:some AS bytea[]))"
    " ON CONFLICT DO NOTHING"
)
_COLUMNS = (
    "id, campaign_id, created_at, platform, handle, handle_key, display_name, url,"
    " picture_url"
)
_BY_HANDLE = text(
    f"SELECT {_COLUMNS} FROM public_profiles"  # noqa: S608 - a constant
    " WHERE platform = ANY(:platforms) AND handle_key = ANY(:keys)"
)
_BY_ADDRESS = text(
    f"SELECT {_COLUMNS} FROM public_profiles"  # noqa: S608 - a constant
    " WHERE platform = ANY(:platforms) AND url = ANY(:addresses)"
)
_REMOVE = text("DELETE FROM public_profiles WHERE id = ANY(:ids)")
_OUTDATED = text(
    f"""
    SELECT {_COLUMNS} FROM public_profiles AS one
    LEFT JOIN LATERAL (
      SELECT decision, decided_at FROM review_items WHERE review_items.id = one.id
    ) AS item ON true
    WHERE one.created_at < greatest(:rejected_before, :undecided_before)
      AND CASE
        WHEN item.decision IS NULL THEN one.created_at < :rejected_before
        WHEN item.decision = 'rejected' THEN item.decided_at < :rejected_before
        WHEN item.decision IN ('pending', 'maybe')
          THEN coalesce(item.decided_at, one.created_at) < :undecided_before
        ELSE false END
    ORDER BY one.created_at, one.id LIMIT :limit
    """  # noqa: S608 - a constant
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom to forget, in the form in which public profiles are compared."""

    platform: str
    handle: str
    key: str
    addresses: tuple[str, ...]


class FoundProfile(NamedTuple):
    """A public profile that is to go, with all that may name the person elsewhere."""

    id: UUID
    campaign_id: UUID
    created_at: datetime
    platform: str
    handle: str
    handle_key: str
    display_name: str | None
    url: str | None
    picture_url: str | None


class PersonNames:
    """By which words and addresses somebody is known."""

    def __init__(self, wanted: Wanted, found: Sequence[FoundProfile]) -> None:
        self.handles = {wanted.handle, *(one.handle for one in found)}
        told = {one.display_name for one in found if one.display_name}
        self.words = sorted(
            {one for one in self.handles | told if len(one) >= SHORTEST_WORD}
        )
        self._addresses = {*wanted.addresses, *(one.url for one in found if one.url)}
        self._hosts = {host_of(one) for one in self._addresses}
        any_of = "|".join(re.escape(one) for one in self.words)
        self._pattern = re.compile(rf"(?<!\w)(?:{any_of})(?!\w)", re.IGNORECASE)

    @property
    def like(self) -> list[str]:
        """Patterns of LIKE; a text in lower case that fits none names nobody here."""
        said = sorted({one.lower() for one in (*self.handles, *self.words)})
        return [f"%{_LIKE_SIGN.sub(_ESCAPED, one)}%" for one in said]

    def are_in(self, said: str | None) -> bool:
        """Whether a text, or an address, names the person."""
        if not said:
            return False
        if said in self._addresses:
            return True
        if re.match(r"https?://", said) and " " not in said:
            on_host = not self._hosts or host_of(said) in self._hosts
            return on_host and any(is_address_of(one, said) for one in self.handles)
        return bool(self.words and self._pattern.search(said))


def read_wanted(asked: ForgetRequest) -> Wanted:
    """
    Return whom a request means.

    Raises:
        InvalidError: It does not say which person.
    """
    platform = asked.platform.strip().lower()
    handle, address = normalise_handle(asked.handle), tidy_address(asked.address)
    if asked.address and address is None:
        raise InvalidError(
            "the address must begin with http:// or https://", field="address"
        )
    if handle is None:
        raise InvalidError("this is no handle", field="handle")
    if platform in FEDERATED and "@" not in handle and address is None:
        raise InvalidError(
            f"{platform} has many servers: write name@server, or the profile's address",
            field="handle",
        )
    forms = {address, address.rstrip("/"), f"{address.rstrip('/')}/"} if address else ()
    return Wanted(
        platform,
        handle,
        handle_key_of(handle, platform=platform, url=address),
        tuple(sorted(one for one in forms if one)),
    )


def hold_portions(session: Session) -> None:
    """Wait for portions that are being stored; later ones wait for this transaction."""
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})


def find_person(session: Session, wanted: Wanted) -> list[FoundProfile]:
    """Return somebody's public profiles, of all campaigns."""
    asked = {"platforms": [wanted.platform], "keys": [wanted.key]}
    found = {row.id: row for row in session.execute(_BY_HANDLE, asked)}
    if wanted.addresses:
        asked["addresses"] = list(wanted.addresses)
        found |= {row.id: row for row in session.execute(_BY_ADDRESS, asked)}
    return [FoundProfile(*row) for row in found.values()]


def find_outdated(
    session: Session,
    *,
    rejected: timedelta | None,
    undecided: timedelta | None,
    now: datetime,
    limit: int,
) -> list[FoundProfile]:
    """
    Return public profiles that were kept long enough, oldest first.

    Args:
        session: The caller's transaction.
        rejected: How long who was rejected, or is below the threshold, is kept.
        undecided: The same for who waits, or was put aside as `maybe`.
        now: The present.
        limit: No more than these.
    """
    asked = {
        "rejected_before": now - rejected if rejected else _NEVER,
        "undecided_before": now - undecided if undecided else _NEVER,
        "limit": limit,
    }
    return [FoundProfile(*row) for row in session.execute(_OUTDATED, asked)]


def remove_public_profiles(session: Session, ids: Sequence[UUID]) -> None:
    """Remove public profiles, with their places in the queue and opinions on them."""
    session.execute(_REMOVE, {"ids": list(ids)})


def bar_person(session: Session, wanted: Wanted, found: Sequence[FoundProfile]) -> str:
    """Have later portions leave somebody out; return by which mark they are known."""
    keys = [wanted.key, *(one.handle_key for one in found)]
    hashes = _hashes([(wanted.platform, key) for key in dict.fromkeys(keys)])
    session.execute(_BAR, {"some": hashes})
    return hashes[0].hex()[:16]


def leave_out_forgotten(
    session: Session, ready: Sequence[ReadyProfile]
) -> list[ReadyProfile]:
    """
    Return those of a portion who did not ask to be forgotten.

    Who is being forgotten at this moment is waited for, so that nobody slips through.
    """
    shared = text("SELECT pg_advisory_xact_lock_shared(:key)")
    session.execute(shared, {"key": _ONE_AT_A_TIME})
    # Hashes cost about 2 µs a row, so they are made only once there is somebody.
    if not ready or not session.scalar(_IS_ANYBODY):
        return list(ready)
    hashes = _hashes([one.key for one in ready])
    barred = {bytes(one) for one in session.scalars(_AMONG, {"some": hashes})}
    return [one for one, mark in zip(ready, hashes, strict=True) if mark not in barred]


def _hashes(people: Sequence[tuple[str, str]]) -> list[bytes]:
    told = (f"{platform.lower()}\0{key}" for platform, key in people)
    return keyed_hashes(told, purpose=_PURPOSE)
