"""What an endpoint may ask for beside the caller: one form of paging for all lists."""

from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Query

from config.settings import settings
from tasks.pages import PageWish

LARGEST_NUMBER = 2**63 - 1
"""Of PostgreSQL's bigint."""

Item = TypeVar("Item")


async def _page_size(
    limit: Annotated[int | None, Query(ge=1, le=500, description="Rows.")] = None,
) -> int:
    return limit if limit is not None else settings().api.page_size


Limit = Annotated[int, Depends(_page_size)]
"""Rows of one page: the caller's wish, else the setting."""

After = Annotated[
    str | None,
    Query(
        min_length=1, max_length=400, description="`next` of the page before this one."
    ),
]
"""Where a page begins; every list takes it, each knows its own."""


def paged_by(default: str, *words: str) -> Any:
    """
    Return the parameters `limit`, `after` and `sort` of a list, as one `PageWish`.

    Args:
        default: What the list is sorted by if nobody says; `-` in front for descending.
        words: What else it may be sorted by.
    """
    known = "|".join(dict.fromkeys((default.lstrip("-"), *words)))
    order = Query(
        pattern=f"^-?({known})$",
        description=f"One of {known.replace('|', ', ')}; `-` in front for descending.",
    )

    async def read_wish(
        limit: Limit, after: After = None, sort: Annotated[str, order] = default
    ) -> PageWish:
        return PageWish(limit, after, sort.lstrip("-"), sort.startswith("-"))

    return Depends(read_wish)


def last_of_full(items: Sequence[Item], limit: int) -> Item | None:
    """Return the last row if there may be more after it, to make `next` of."""
    return items[-1] if len(items) == limit else None
