"""Filters that people keep under a name: choose one, keep one, share it, forget it."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from tasks.reviews.filters import ReviewFilter
from ui.console.api_client import review_views
from ui.console.attempts import attempt, show_refusal
from ui.console.review_client import SavedView
from ui.console.review_filter_form import fill_fields
from ui.console.review_filters import as_body

PLACE = "saved_views"


def show_views(wanted: ReviewFilter, sort: str) -> None:
    """Offer the views there are, and to keep what is shown now as one."""
    views = review_views().list_views()
    with st.container(horizontal=True, vertical_alignment="center", key="views"):
        for view in views:
            st.button(
                view.name,
                icon=":material/group:" if view.is_shared else ":material/bookmark:",
                type="primary" if is_shown(view, wanted, sort) else "secondary",
                key=f"view_{view.id}",
                on_click=fill_fields,
                args=(view.filter, view.sort),
            )
        _offer_keeping(wanted, sort)
        _offer_changing(views, wanted, sort)
    show_refusal(PLACE)


def is_shown(view: SavedView, wanted: ReviewFilter, sort: str) -> bool:
    """Whether a view is what the screen shows."""
    return (view.filter, view.sort) == (wanted, sort)


def _offer_keeping(wanted: ReviewFilter, sort: str) -> None:
    with st.popover("Save view", icon=":material/bookmark_add:"):
        name = st.text_input("Name of the view", key="view_name", max_chars=100)
        is_shared = st.checkbox("Share it with everybody", key="view_shared")
        st.button(
            "Save",
            type="primary",
            disabled=not name.strip(),
            key="view_save",
            on_click=_keep,
            args=(name.strip(), wanted, sort, is_shared),
        )


def _keep(name: str, wanted: ReviewFilter, sort: str, is_shared: bool) -> None:  # noqa: FBT001 - of a callback's args
    act = partial(
        review_views().keep_view, name, as_body(wanted), sort, is_shared=is_shared
    )
    attempt(PLACE, "The view was not saved", act)
    st.session_state["view_name"] = ""


def _offer_changing(
    views: Sequence[SavedView], wanted: ReviewFilter, sort: str
) -> None:
    mine = {str(one.id): one for one in views if one.is_mine}
    if not mine:
        return
    with st.popover("Manage views", icon=":material/tune:"):
        asked = st.selectbox(
            "View",
            list(mine),
            format_func=lambda one: mine[one].name,
            key="view_chosen",
        )
        chosen = mine[asked]
        changes = {"filter": as_body(wanted), "sort": sort}
        sharing = "Keep it to yourself" if chosen.is_shared else "Share it"
        for key, label, wish in (
            ("view_update", "Replace by what is shown now", changes),
            ("view_share", sharing, {"isShared": not chosen.is_shared}),
        ):
            act = partial(review_views().change_view, chosen, wish)
            st.button(
                label,
                key=key,
                on_click=attempt,
                args=(PLACE, f"{chosen.name} did not change", act),
            )
        st.button(
            "Delete",
            icon=":material/delete:",
            key="view_delete",
            on_click=attempt,
            args=(
                PLACE,
                f"{chosen.name} was not deleted",
                partial(review_views().forget_view, chosen),
            ),
        )
