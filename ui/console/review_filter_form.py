"""The filter of the review list as fields, kept in the address of the screen."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import streamlit as st

from config.vocabulary import Decision
from tasks.reviews.filters import ReviewFilter
from ui.console.review_filters import (
    HIGHEST,
    LOWEST,
    SORTS,
    build_filter,
    read_address,
    read_sort,
    scores_of,
)
from ui.console.sign_in import signed_in_person

STATES: Mapping[str, str] = {
    Decision.PENDING: "Waiting",
    Decision.APPROVED: "Approved",
    Decision.REJECTED: "Rejected",
    Decision.MAYBE: "Maybe",
}
VERIFIED: Mapping[bool | None, str] = {
    None: "Verified or not",
    True: "Verified",
    False: "Not verified",
}
_FIELDS = "review_"
_KEPT = "kept_list_address"


def fill_campaign(address: Mapping[str, str]) -> None:
    """Choose the campaign that the address names, unless a person chose since."""
    wanted = read_address(address)
    st.session_state.setdefault("review_campaign", str(wanted.campaign_id or ""))


def fill_list_fields(address: Mapping[str, str]) -> None:
    """Give the fields what the address names, unless a person changed them since."""
    kept: Mapping[str, str] = st.session_state.get(_KEPT, {})
    said = address if address.get("show") else kept
    for key, value in _values(read_address(said), read_sort(said)).items():
        st.session_state.setdefault(key, value)


def fill_fields(wanted: ReviewFilter, sort: str) -> None:
    """Give the fields a filter and an order."""
    st.session_state.update(_values(wanted, sort))


def keep_list_address(said: Mapping[str, str]) -> None:
    """Keep what the list looks for while a person looks at cards."""
    st.session_state[_KEPT] = dict(said)


def _values(wanted: ReviewFilter, sort: str) -> dict[str, Any]:
    """Return the fields of a filter and an order by their keys."""
    values: dict[str, Any] = {
        "campaign": str(wanted.campaign_id or ""),
        "status": [one for one in wanted.decision if one in STATES],
        "scores": scores_of(wanted),
        "platform": wanted.platform or "",
        "search": wanted.search or "",
        "verified": wanted.verified,
        "by": str(wanted.decided_by or ""),
        "reason": wanted.reason or "",
        "sort": sort,
    }
    return {_FIELDS + name: value for name, value in values.items()}


def ask_list_filter(campaign_id: UUID | None) -> tuple[ReviewFilter, str]:
    """Ask what the list shall show; return the filter and the order."""
    with st.container(
        horizontal=True, vertical_alignment="bottom", key="list_filters", gap="medium"
    ):
        status = st.segmented_control(
            "State",
            list(STATES),
            selection_mode="multi",
            format_func=STATES.__getitem__,
            key="review_status",
            help="None chosen: whatever was decided.",
        )
        search = st.text_input(
            "Search",
            key="review_search",
            placeholder="Handle, name, bio or place",
            width=240,
            max_chars=100,
        )
        sort = st.selectbox(
            "Order",
            list(SORTS),
            format_func=SORTS.__getitem__,
            key="review_sort",
            width=180,
        )
        more = _ask_more()
    decision = tuple(one for one in STATES if one in status)
    wanted = build_filter(
        campaign_id=campaign_id, decision=decision, search=search.strip(), **more
    )
    return wanted, sort


def _ask_more() -> dict[str, Any]:
    """Ask for what is asked for seldom."""
    with st.popover("More filters", icon=":material/filter_alt:"):
        scores = st.slider("Score", LOWEST, HIGHEST, key="review_scores")
        platform = st.text_input("Platform", key="review_platform", max_chars=100)
        verified = st.selectbox(
            "Verified by the platform",
            list(VERIFIED),
            format_func=VERIFIED.__getitem__,
            key="review_verified",
        )
        me = str(signed_in_person().id)
        people = _people(me, st.session_state.get("review_by", ""))
        by = st.selectbox(
            "Decided by",
            list(people),
            format_func=people.__getitem__,
            key="review_by",
        )
        reason = st.text_input("Reason holds", key="review_reason", max_chars=100)
    return {
        "scores": scores,
        "platform": platform.strip(),
        "verified": verified,
        "decided_by": by,
        "reason": reason.strip(),
    }


def _people(me: str, asked: str) -> dict[str, str]:
    """Return id -> how it is offered, no id standing for anybody."""
    people = {"": "Anybody", me: "You"}
    return people if asked in people else people | {asked: "The person of this link"}
