"""Review: one public profile, why it got its score, one decision; or many at once."""

from collections.abc import Mapping
from uuid import UUID

import streamlit as st

from config.vocabulary import Decision, Permission
from tasks.campaigns.schemas import CampaignAnswer
from ui.console.api_client import api
from ui.console.components.deck import show_deck
from ui.console.components.review_list import show_review_list
from ui.console.panels import panel
from ui.console.review_filter_form import (
    ask_list_filter,
    fill_campaign,
    fill_list_fields,
    keep_list_address,
)
from ui.console.review_filters import as_body, as_query, write_address
from ui.console.review_view_panel import show_views
from ui.console.sign_in import may, signed_in_person

CAMPAIGNS_LISTED = 100
CARDS, LIST = "Cards", "List"
QUEUES: Mapping[str, str] = {Decision.PENDING: "Waiting", Decision.MAYBE: "Maybe"}
ORDERS: Mapping[str, str] = {
    "score": "Highest score",
    "uncertainty": "Least certain",
    "oldest": "Oldest",
}


def list_campaigns() -> dict[str, CampaignAnswer]:
    """Return the campaigns to choose from by id, and the one that is asked for."""
    page = api().list_campaigns(limit=CAMPAIGNS_LISTED)
    campaigns = {str(one.id): one for one in page.items}
    asked = st.session_state["review_campaign"]
    if asked and asked not in campaigns:
        campaigns[asked] = api().get_campaign(UUID(asked))
    return campaigns


def ask_which(campaigns: Mapping[str, CampaignAnswer]) -> tuple[UUID | None, str]:
    """Ask for which campaign, and how to show its public profiles."""
    with st.container(
        horizontal=True, vertical_alignment="bottom", key="filters", gap="medium"
    ):
        chosen = st.selectbox(
            "Campaign",
            ["", *campaigns],
            format_func=lambda one: campaigns[one].name if one else "All campaigns",
            key="review_campaign",
            width=320,
        )
        shown_as = st.segmented_control(
            "Show", [CARDS, LIST], required=True, key="review_view"
        )
        if shown_as == CARDS:
            ask_queue()
    return UUID(chosen) if chosen else None, str(shown_as)


def ask_queue() -> None:
    """Ask which cards, and in which order."""
    st.segmented_control(
        "Queue",
        list(QUEUES),
        required=True,
        format_func=QUEUES.__getitem__,
        key="review_queue",
    )
    st.selectbox(
        "Order",
        list(ORDERS),
        format_func=ORDERS.__getitem__,
        key="review_order",
        width=180,
    )


def read_screen() -> None:
    """Take from the address what no field has said yet."""
    address = st.query_params
    fill_campaign(address)
    for key, words, name, default in (
        ("review_view", (CARDS, LIST), "show", CARDS),
        ("review_queue", QUEUES, "queue", Decision.PENDING),
        ("review_order", ORDERS, "order", "score"),
    ):
        asked = (
            address.get(name, "").capitalize() if name == "show" else address.get(name)
        )
        if key not in st.session_state:
            st.session_state[key] = asked if asked in words else default


def remember(said: Mapping[str, str]) -> None:
    """Keep the address of this screen true, so that it can be shared."""
    if dict(st.query_params) != dict(said):
        st.query_params.from_dict(said)


def show_cards(
    campaign_id: UUID | None, campaigns: Mapping[str, CampaignAnswer]
) -> None:
    """Show one card after the other."""
    queue = st.session_state["review_queue"]
    order = st.session_state["review_order"]
    said = {"campaign": str(campaign_id)} if campaign_id else {}
    if queue != Decision.PENDING:
        said["queue"] = queue
    if order != "score":
        said["order"] = order
    remember(said)
    show_deck(
        campaign_id=campaign_id,
        decision=queue,
        order=order,
        reviewer_id=signed_in_person().id,
        thresholds={one: found.threshold for one, found in campaigns.items()},
    )


def show_list(campaign_id: UUID | None) -> None:
    """Show rows, with their filter."""
    fill_list_fields(st.query_params)
    wanted, sort = ask_list_filter(campaign_id)
    said = {"show": LIST.lower()} | write_address(wanted, sort)
    keep_list_address(said)
    remember(said)
    with panel("views", "The saved views"):
        show_views(wanted, sort)
    show_review_list(
        words=as_query(wanted, sort),
        wanted=as_body(wanted),
        reviewer_id=signed_in_person().id,
        may_decide=may(Permission.REVIEW_DECIDE),
    )


st.title("Review")
with panel("review", "The review queue"):
    read_screen()
    campaigns = list_campaigns()
    campaign_id, shown_as = ask_which(campaigns)
    if shown_as == LIST:
        show_list(campaign_id)
    else:
        show_cards(campaign_id, campaigns)
