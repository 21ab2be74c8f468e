"""What an endpoint may ask for beside the caller: the size of a page."""

from collections.abc import Sequence
from typing import Annotated, TypeVar

from fastapi import Depends, Query

from config.settings import settings

Item = TypeVar("Item")


def _page_size(
    limit: Annotated[int | None, Query(ge=1, le=500, description="Rows.")] = None,
) -> int:
    return limit if limit is not None else settings().api.page_size


Limit = Annotated[int, Depends(_page_size)]
"""Rows of one page: the caller's wish, else the setting."""


def last_of_full(items: Sequence[Item], limit: int) -> Item | None:
    """Return the last row if there may be more after it, to make `next` of."""
    return items[-1] if len(items) == limit else None
