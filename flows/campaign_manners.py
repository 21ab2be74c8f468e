"""What a campaign remembers of its hosts from one portion, and run, to the next."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from config.clock import now
from tasks.campaigns.page_marks import KeptMark, list_page_marks, put_page_marks
from tasks.clients.page_answers import PageMark
from tasks.clients.page_door import PageDoor
from tasks.clients.public_pages import PublicPages
from tasks.database import transaction
from tasks.public_profiles.acquire import AcquiredPortion, recipe_mark
from tasks.public_profiles.schemas import HtmlPagesSource

PAUSES = "host_pauses"
"""Where it stands in a position until when hosts want to be left alone."""


def recall_pauses(pages: PageDoor, position: Mapping[str, Any]) -> None:
    """Leave hosts alone as long as they asked whoever had the run before."""
    if isinstance(pages, PublicPages):
        pages.rules.hold(position.get(PAUSES, {}), now=now())


def keep_pauses(pages: PageDoor, portion: AcquiredPortion) -> AcquiredPortion:
    """Return the portion with what its hosts asked for in its position."""
    if not isinstance(pages, PublicPages):
        return portion
    pauses = pages.rules.pauses(now=now())
    return replace(portion, position={**portion.position, PAUSES: pauses})


def recall_marks(
    source: Any, pages: PageDoor, urls: Sequence[str], *, campaign_id: UUID
) -> None:
    """Have pages that this campaign has read before asked for only if changed."""
    if not isinstance(source, HtmlPagesSource) or not isinstance(pages, PublicPages):
        return
    with transaction() as session:
        kept = list_page_marks(session, campaign_id, urls, recipe=recipe_mark(source))
    pages.marks = {one.url: PageMark(one.etag, one.last_modified) for one in kept}


def keep_marks(
    session: Any, source: Any, portion: AcquiredPortion, *, campaign_id: UUID
) -> None:
    """Keep the marks of a portion's pages, in the transaction of their profiles."""
    if isinstance(source, HtmlPagesSource):
        marks = [KeptMark(url, *mark) for url, mark in portion.marks]
        put_page_marks(session, campaign_id, marks, recipe=recipe_mark(source))
