"""The review deck: one card after the other, decided by key or by click."""

from collections.abc import Mapping
from uuid import UUID

from ui.console.components import load_component

_deck = load_component("deck", "feed", "deck_card", "deck_queue", "deck_side")


def show_deck(
    *,
    campaign_id: UUID | None,
    decision: str,
    order: str,
    reviewer_id: UUID,
    thresholds: Mapping[str, int],
) -> None:
    """
    Show the cards of the queue; the browser fetches, holds and decides.

    Args:
        campaign_id: Of whose public profiles; None for all.
        decision: `pending`, or `maybe` for those that were put aside.
        order: `score`, `uncertainty` or `oldest`.
        reviewer_id: Who decides.
        thresholds: Campaign id -> the score it asks for.
    """
    _deck(
        key="deck",
        data={
            "campaignId": str(campaign_id) if campaign_id else None,
            "decision": decision,
            "order": order,
            "me": str(reviewer_id),
            "thresholds": dict(thresholds),
        },
    )
