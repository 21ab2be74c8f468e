"""Review: one public profile, why it got its score, one decision; or many at once."""

from typing import Any
from uuid import UUID

import streamlit as st

from config.vocabulary import Decision
from tasks.reviews.schemas import ReviewCard
from ui.console.api_client import api
from ui.console.api_door import ProblemError
from ui.console.components.deck import show_deck
from ui.console.panels import panel, show_empty, show_problem
from ui.console.routes import asked_id
from ui.console.sign_in import signed_in_person
from ui.console.words import UNKNOWN, counted, sign_of

CAMPAIGNS_LISTED = 100
ROWS = 100
STATUSES = {
    Decision.PENDING: "Waiting",
    Decision.APPROVED: "Approved",
    Decision.REJECTED: "Rejected",
    "all": "All",
}


def ask_filters() -> tuple[UUID | None, str, str]:
    """Ask for which campaign and state, and how to show them."""
    asked = asked_id("campaign")
    names = name_campaigns(asked)
    with st.container(
        horizontal=True, vertical_alignment="bottom", key="filters", gap="medium"
    ):
        chosen = st.selectbox(
            "Campaign",
            list(names),
            index=list(names).index(str(asked or "")),
            format_func=names.__getitem__,
            key="review_campaign",
            width=320,
        )
        status = st.segmented_control(
            "State",
            list(STATUSES),
            default=Decision.PENDING,
            required=True,
            format_func=STATUSES.__getitem__,
            key="review_status",
        )
        shown_as = st.segmented_control(
            "Show",
            ["Cards", "List"],
            default="Cards",
            required=True,
            key="review_view",
        )
    campaign_id = UUID(chosen) if chosen else None
    remember_campaign(campaign_id)
    return campaign_id, str(status), str(shown_as)


def name_campaigns(asked: UUID | None) -> dict[str, str]:
    """Return id -> name of the campaigns to choose from, no id standing for all."""
    page = api().list_campaigns(limit=CAMPAIGNS_LISTED)
    names = {"": "All campaigns"} | {str(one.id): one.name for one in page.items}
    if asked and str(asked) not in names:
        names[str(asked)] = api().get_campaign(asked).name
    return names


def remember_campaign(campaign_id: UUID | None) -> None:
    """Keep the address of this screen true, so that it can be shared."""
    if campaign_id:
        st.query_params["campaign"] = str(campaign_id)
    else:
        st.query_params.pop("campaign", None)


def show_list(campaign_id: UUID | None, status: str) -> None:
    """Show a page of cards as rows, to decide about many at once."""
    trail: list[str | None] = st.session_state.setdefault("review_trail", [None])
    page = api().list_cards(
        campaign_id=campaign_id, status=status, after=trail[-1], limit=ROWS
    )
    if not page.items:
        show_empty(
            "review",
            icon="task_alt",
            title="Nothing here",
            advice="No public profile is in this state. Choose another state above, or "
            "start a campaign: profiles at or above its threshold arrive here.",
        )
        return
    chosen = st.dataframe(
        [as_row(card) for card in page.items],
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        key=f"review_list_{st.session_state.get('review_turn', 0)}",
        height=520,
        alt="Public profiles with their scores",
        column_config={
            "Score": st.column_config.ProgressColumn(
                min_value=0, max_value=100, format="%d", width="small"
            ),
            "Profile": st.column_config.LinkColumn(display_text="open", width="small"),
        },
    )
    ids = [str(page.items[row].id) for row in chosen["selection"]["rows"]]
    if status in {Decision.PENDING, "all"}:
        show_batch(ids)
    show_paging(trail, page.next)


def show_batch(ids: list[str]) -> None:
    """Offer one decision for all rows chosen; the buttons say how many."""
    with st.container(horizontal=True, vertical_alignment="center", key="batch"):
        for wish, label, icon in (
            ("approve", "Approve", "thumb_up"),
            ("reject", "Reject", "thumb_down"),
        ):
            st.button(
                f"{label} {len(ids)}" if ids else label,
                icon=f":material/{icon}:",
                disabled=not ids,
                key=f"batch_{wish}",
                on_click=decide_batch,
                args=(wish, ids),
            )
        told = st.session_state.pop("batch_told", None)
        st.markdown(
            told or "Choose rows at their left edge, then decide about all of them."
        )
    problem = st.session_state.pop("batch_problem", None)
    if problem:
        show_problem("Nothing was decided", problem)


def decide_batch(wish: str, ids: list[str]) -> None:
    """Decide about many, and say how many it changed."""
    try:
        answer = api().decide_batch(wish, ids)
    except ProblemError as problem:
        st.session_state["batch_problem"] = problem
        return
    done = "approved" if wish == "approve" else "rejected"
    told = (
        f":green[:material/check_circle:] {counted(answer.modified, 'profile')} {done}."
    )
    left = len(ids) - answer.modified
    if left:
        told += f" {left} had been decided already and stay as they are."
    st.session_state["batch_told"] = told
    st.session_state["review_turn"] = st.session_state.get("review_turn", 0) + 1


def show_paging(trail: list[str | None], following: str | None) -> None:
    """Lead to the next and the previous rows, if there are any."""
    if len(trail) == 1 and not following:
        return
    with st.container(horizontal=True, key="paging"):
        if st.button("Back", disabled=len(trail) == 1, key="list_back"):
            trail.pop()
            st.rerun()
        if st.button(f"Next {ROWS}", disabled=not following, key="list_next"):
            trail.append(following)
            st.rerun()


def as_row(card: ReviewCard) -> dict[str, Any]:
    """Return a card as a row of the list."""
    return {
        "Score": card.score,
        "Name": card.display_name or UNKNOWN,
        "Handle": f"@{card.handle}",
        "Platform": card.platform,
        "Followers": UNKNOWN if card.followers is None else f"{card.followers:,}",
        "Location": card.location or UNKNOWN,
        "Confidence": f"{card.confidence:.0%}",
        "State": sign_of(card.status).word,
        "Profile": card.url
        if (card.url or "").startswith(("http://", "https://"))
        else None,
    }


st.title("Review")
with panel("review", "The review queue"):
    campaign_id, status, shown_as = ask_filters()
    if st.session_state.get("review_filter") != (campaign_id, status):
        st.session_state["review_filter"] = (campaign_id, status)
        st.session_state["review_trail"] = [None]
    if shown_as == "List":
        show_list(campaign_id, status)
    else:
        show_deck(
            campaign_id=campaign_id, status=status, reviewer_id=signed_in_person().id
        )
