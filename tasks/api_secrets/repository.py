"""Queries and changes of interfaces' keys; takes a session, never commits."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as insert_or_update
from sqlalchemy.orm import Session

from tasks.api_secrets.schemas import ApiSecretAnswer
from tasks.models import ApiSecret


def list_api_secrets(session: Session) -> Sequence[ApiSecret]:
    """Return all keys in alphabetical order of their names."""
    return session.scalars(select(ApiSecret).order_by(ApiSecret.name)).all()


def find_api_secret(session: Session, name: str) -> ApiSecret | None:
    """Return the key of this name, None if there is none."""
    return session.get(ApiSecret, name)


def put_api_secret(
    session: Session,
    name: str,
    *,
    value_sealed: bytes,
    hosts: Sequence[str],
    changed_by: str,
    now: datetime,
) -> ApiSecret:
    """Add a key, or put another in its place."""
    values = {
        "value_sealed": value_sealed,
        "hosts": list(hosts),
        "changed_by": changed_by,
        "changed_at": now,
    }
    return session.scalars(
        insert_or_update(ApiSecret)
        .values(name=name, **values)
        .on_conflict_do_update(index_elements=["name"], set_=values)
        .returning(ApiSecret),
        execution_options={"populate_existing": True},
    ).one()


def delete_api_secret(session: Session, name: str) -> bool:
    """Remove a key; return False if there was none."""
    gone = session.execute(
        delete(ApiSecret).where(ApiSecret.name == name).returning(ApiSecret.name)
    )
    return gone.first() is not None


def describe_api_secret(row: ApiSecret) -> ApiSecretAnswer:
    """Return a key as the API shows it, without the key."""
    return ApiSecretAnswer(
        name=row.name,
        hosts=tuple(row.hosts),
        changed_at=row.changed_at,
        changed_by=row.changed_by,
    )
