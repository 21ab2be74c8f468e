"""The review queue as rows, to decide about many at once."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from ui.console.components import load_component

_review_list = load_component("review_list", "feed", "deck_card", "review_batch")


def show_review_list(
    *, words: str, wanted: Mapping[str, Any], reviewer_id: UUID, may_decide: bool
) -> None:
    """
    Show what the filter finds; the browser fetches rows and sends decisions.

    Args:
        words: The filter and the order as the query of `GET /profiles`.
        wanted: The filter as the body of a batch.
        reviewer_id: Who looks.
        may_decide: Whether to offer decisions.
    """
    _review_list(
        key="review_list",
        data={
            "words": words,
            "filter": dict(wanted),
            "me": str(reviewer_id),
            "mayDecide": may_decide,
        },
    )
