"""Two people may edit the same: who changes something says which version they saw."""

import re
from typing import Annotated

from fastapi import Header
from starlette.responses import Response

from config.errors import VersionRequiredError

_OUR_TAG = re.compile(r'\s*"(\d{1,9})"\s*')

IfMatch = Annotated[
    str | None,
    Header(
        max_length=200,
        description="ETag of what was seen; `version` in the body does the same.",
    ),
]
"""The header If-Match as it came (RFC 9110, section 13.1.1)."""


def seen_versions(if_match: str | None, *, stated: int | None) -> frozenset[int] | None:
    """
    Return the versions that a change may be made to; None if any will do (`*`).

    A tag that is weak, or not of our form, is no version.

    Args:
        if_match: The header, if it came.
        stated: `version` in the body, if it was there.

    Raises:
        VersionRequiredError: The request states neither.
    """
    if if_match is None:
        if stated is None:
            raise VersionRequiredError
        return frozenset({stated})
    named = None
    if if_match.strip() != "*":
        tags = (_OUR_TAG.fullmatch(one) for one in if_match.split(","))
        named = frozenset(int(tag.group(1)) for tag in tags if tag)
    if stated is None:
        return named
    return frozenset({stated}) if named is None else named & {stated}


def tell_version(response: Response, version: int) -> None:
    """Put an ETag on an answer: the version of what people may edit in it."""
    response.headers["ETag"] = f'"{version}"'
