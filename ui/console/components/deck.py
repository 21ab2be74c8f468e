"""The review deck: one card after the other, decided by key or by click."""

from uuid import UUID

from ui.console.components import load_component

_deck = load_component("deck", "deck_card")


def show_deck(*, campaign_id: UUID | None, status: str, reviewer_id: UUID) -> None:
    """Show the cards of the queue in this state; the browser fetches and decides."""
    _deck(
        key="deck",
        data={
            "campaignId": str(campaign_id) if campaign_id else None,
            "status": status,
            "me": str(reviewer_id),
        },
    )
