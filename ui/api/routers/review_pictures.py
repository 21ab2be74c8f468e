"""Pictures of public profiles: fetched by us, so no host hears of reviewers."""

from http import HTTPStatus
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response

from tasks.reviews import pictures
from ui.api.auth import ReviewRead

router = APIRouter(prefix="/profiles", tags=["review"])

_KINDS = ("image/png", "image/jpeg", "image/gif", "image/webp")
_PICTURE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The picture.",
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}} for kind in _KINDS
        },
    },
    304: {"description": "The picture is what the ETag says."},
}


@router.get("/{profile_id}/picture", response_class=Response, responses=_PICTURE)
async def show_picture(
    profile_id: UUID,
    _caller: ReviewRead,
    size: Annotated[  # noqa: ARG001 - there is one size as yet
        Literal["card"], Query(description="What it is shown in.")
    ] = "card",
    if_none_match: Annotated[str | None, Header(max_length=1_000)] = None,
) -> Response:
    """Show the picture of a public profile; 404 says why there is none."""
    picture = await pictures.show_picture(profile_id)
    headers = {"ETag": picture.tag, "Cache-Control": "private, max-age=3600"}
    if _is_known(picture.tag, if_none_match or ""):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    headers["Content-Disposition"] = "inline"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return Response(picture.content, media_type=picture.media_type, headers=headers)


def _is_known(tag: str, if_none_match: str) -> bool:
    """Compare weakly, as RFC 9110, section 13.1.2, asks."""
    named = {one.strip().removeprefix("W/") for one in if_none_match.split(",")}
    return tag in named or "*" in named
