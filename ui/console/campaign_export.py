"""All that a campaign has acquired, to take away as a file."""

from collections.abc import Mapping
from uuid import UUID

import streamlit as st

from config.vocabulary import Permission
from tasks.campaigns.schemas import CampaignAnswer
from ui.console.sign_in import may

FORMS: Mapping[str, str] = {
    "csv": "CSV, for a spreadsheet",
    "jsonl": "JSON Lines, for a program",
    "parquet": "Parquet, for analysis",
}


def export_address(campaign_id: UUID, form: str) -> str:
    """Return where the API gives out what a campaign has acquired."""
    return f"/api/v1/campaigns/{campaign_id}/export?form={form}"


def show_export(campaign: CampaignAnswer) -> None:
    """Offer all that a campaign has acquired as a file, once it has run."""
    if campaign.run is None or not may(Permission.REVIEW_READ):
        return
    with st.popover("Export", icon=":material/download:", key="export"):
        st.markdown(
            "**Every public profile of this campaign**, of all its runs: what it "
            "states, its score and why, and what was decided."
        )
        for form, label in FORMS.items():
            # The same origin: the person's own cookie opens it.
            address = export_address(campaign.id, form)
            st.link_button(label, address, key=f"export_{form}", width="stretch")
