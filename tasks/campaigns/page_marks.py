"""What a campaign's pages were when they were read, so as to ask only for changes."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as insert_or_update
from sqlalchemy.orm import Session

from tasks.models import PageMark


class KeptMark(NamedTuple):
    """The mark of one page."""

    url: str
    etag: str | None
    last_modified: str | None


def list_page_marks(
    session: Session, campaign_id: UUID, urls: Sequence[str], *, recipe: str
) -> list[KeptMark]:
    """
    Return the marks of those pages that the campaign has read before.

    Args:
        session: The caller's transaction.
        campaign_id: The campaign; what others have read does not count.
        urls: Pages that are to be read.
        recipe: Name and version; what was read with another is read anew.
    """
    if not urls:
        return []
    by_hash = {_hash(url): url for url in urls}
    rows = session.execute(
        select(PageMark.url_hash, PageMark.etag, PageMark.last_modified).where(
            PageMark.campaign_id == campaign_id,
            PageMark.url_hash.in_(by_hash),
            PageMark.recipe == recipe,
        )
    )
    return [KeptMark(by_hash[bytes(key)], etag, moment) for key, etag, moment in rows]


def put_page_marks(
    session: Session, campaign_id: UUID, marks: Sequence[KeptMark], *, recipe: str
) -> None:
    """Keep the marks of pages that were read, in place of older ones."""
    if not marks:
        return
    # In one order everywhere, so that two writers never wait for each other.
    unique = {_hash(mark.url): mark for mark in marks}
    adding = insert_or_update(PageMark).values(
        [
            {
                "campaign_id": campaign_id,
                "url_hash": key,
                "recipe": recipe,
                "etag": unique[key].etag,
                "last_modified": unique[key].last_modified,
            }
            for key in sorted(unique)
        ]
    )
    new = {name: adding.excluded[name] for name in ("recipe", "etag", "last_modified")}
    session.execute(
        adding.on_conflict_do_update(
            index_elements=["campaign_id", "url_hash"], set_=new
        )
    )


def forget_page_marks(session: Session, urls: Sequence[str]) -> int:
    """Remove the marks of pages, of all campaigns; return how many."""
    some = delete(PageMark).where(PageMark.url_hash.in_([_hash(url) for url in urls]))
    return len(session.execute(some.returning(PageMark.url_hash)).all())


def _hash(url: str) -> bytes:
    return blake2b(url.encode(errors="replace"), digest_size=16).digest()
