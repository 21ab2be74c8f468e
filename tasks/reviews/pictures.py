"""The picture of a public profile: from our folder, else from where it lies."""

from asyncio import to_thread
from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.clock import now
from config.errors import NotFoundError, OutsideError
from config.settings import settings
from tasks.clients.page_manners import RobotsRules
from tasks.clients.public_pictures import PublicPictures
from tasks.database import transaction
from tasks.models import Campaign, PublicProfile
from tasks.reviews.picture_cache import KeptPicture, PictureCache
from tasks.reviews.picture_kinds import Picture, judge_picture


class NoPictureError(NotFoundError):
    """There is no picture of a public profile that may be shown."""

    code = "no_picture"

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"there is no picture to show: {reason}", details={"reason": reason}
        )


class PicturePlace(NamedTuple):
    """Where a picture lies, and which hosts its campaign names."""

    url: str
    hosts: Sequence[str]


class ShownPicture(NamedTuple):
    """A picture as a reviewer gets it."""

    content: bytes
    media_type: str
    tag: str
    """Its ETag, which changes with its bytes."""


async def show_picture(review_id: UUID) -> ShownPicture:
    """
    Return the picture of a public profile.

    Raises:
        NotFoundError: There is no such public profile.
        NoPictureError: It states none, or none that can be had and may be shown.
    """
    place = await to_thread(_find_place, review_id)
    kept = await to_thread(_find_kept, place.url)
    if kept is None:
        kept = await _fetch(place)
        await to_thread(_cache().keep, place.url, kept)
    return _shown(kept)


async def _fetch(place: PicturePlace) -> KeptPicture:
    door = PublicPictures(
        limits=settings().public_profiles, pictures=settings().pictures, rules=_rules()
    )
    try:
        content = await door.fetch(place.url, own_hosts=place.hosts)
    except OutsideError as failure:
        return KeptPicture(b"", failure.message)
    judged = judge_picture(content)
    return (
        KeptPicture(content)
        if isinstance(judged, Picture)
        else KeptPicture(b"", judged)
    )


def _shown(kept: KeptPicture) -> ShownPicture:
    judged = kept.missing_because or judge_picture(kept.content)
    if isinstance(judged, str):
        raise NoPictureError(judged)
    tag = sha256(kept.content).hexdigest()[:32]
    return ShownPicture(kept.content, judged.media_type, f'"{tag}"')


def forget_pictures(urls: Iterable[str]) -> int:
    """Remove fetched pictures from the folder of this machine; return how many."""
    return sum(_cache().forget(url) for url in urls)


def _find_place(review_id: UUID) -> PicturePlace:
    with transaction() as session:
        return find_place(session, review_id)


def find_place(session: Session, review_id: UUID) -> PicturePlace:
    """
    Return where the picture of a public profile lies.

    Raises:
        NotFoundError: There is no such public profile.
        NoPictureError: It states no picture.
    """
    found = session.execute(
        select(PublicProfile.picture_url, Campaign.source)
        .join(Campaign, Campaign.id == PublicProfile.campaign_id)
        .where(PublicProfile.id == review_id)
    ).first()
    if found is None:
        raise NotFoundError(f"there is no public profile {review_id}")
    url, source = found
    if not url:
        raise NoPictureError("its source states none")
    if source.get("exit") or source.get("leakTest"):
        raise NoPictureError(
            "its campaign minds by which address its hosts are asked, and pictures "
            "would be asked for from here"
        )
    listing = urlsplit(source.get("listingUrl", "")).netloc
    return PicturePlace(url, tuple(source.get("hosts") or filter(None, (listing,))))


def _find_kept(url: str) -> KeptPicture | None:
    return _cache().find(url, now=now())


def _cache() -> PictureCache:
    section = settings().pictures
    return PictureCache(
        settings().home / "pictures",
        most_bytes=section.cache_bytes,
        lifetime=section.lifetime,
        missing=section.missing_lifetime,
    )


@cache
def _rules() -> RobotsRules:
    return RobotsRules()
