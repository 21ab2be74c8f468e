"""transaction(): the one place that commits."""

from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from config.connections import session_factory
from config.errors import UnreachableError


class DatabaseUnreachableError(UnreachableError):
    """PostgreSQL does not answer, or ended the connection."""

    code = "database_error"


@contextmanager
def transaction() -> Generator[Session]:
    """
    Open a session, commit when the block ends well, roll back when it raises.

    Raises:
        DatabaseUnreachableError: The database cannot be reached; safe to repeat.
    """
    try:
        with session_factory().begin() as session:
            yield session
    except OperationalError as lost:
        raise DatabaseUnreachableError(
            "the database does not answer; see that PostgreSQL runs, then try again"
        ) from lost


@contextmanager
def held_alone(name: str) -> Generator[bool]:
    """
    Try to hold the database-wide lock `name` for the block; yield whether it worked.

    The lock is PostgreSQL's own (advisory, of the transaction), so it ends with the
    block, the connection or the process, whichever is first.
    """
    with transaction() as session:
        lock = func.pg_try_advisory_xact_lock(func.hashtext(name))
        yield bool(session.scalar(select(lock)))
