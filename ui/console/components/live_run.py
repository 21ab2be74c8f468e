"""One campaign, live: counts, stages and latest events without reloading."""

from collections.abc import Sequence
from typing import Any

from tasks.campaigns.schemas import CampaignAnswer
from ui.console.components import load_component

_live_run = load_component("live_run", "feed")


def show_live_run(
    campaign: CampaignAnswer, *, recent_events: Sequence[dict[str, Any]]
) -> None:
    """Show a campaign's numbers; this screen runs again when its state changes."""
    _live_run(
        key=f"live_run_{campaign.id}",
        data={
            "campaign": campaign.model_dump(mode="json"),
            "events": list(recent_events),
        },
        on_changed_change=lambda: None,
    )
