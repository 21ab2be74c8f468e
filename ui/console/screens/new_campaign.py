"""New campaign: where to gather, what to look for, how many; preview, then start."""

import streamlit as st

from ui.console.api_client import api
from ui.console.api_door import FieldProblem, ProblemError
from ui.console.campaign_form import build_request, check_form, place_problems
from ui.console.criteria_form import ask_criteria
from ui.console.form_parts import (
    FORM,
    ask_numbers,
    ask_source,
    ask_text,
    field_problems,
    forget_form,
    form_key,
    keep,
)
from ui.console.panels import panel, show_problem
from ui.console.presses import pressed
from ui.console.preview_panel import show_preview
from ui.console.routes import CAMPAIGNS, go_to, to_campaign


def refuse(problem: ProblemError) -> None:
    """Keep what the API said for the next run, which shows it at the fields."""
    keep("problems", place_problems(problem.fields))
    keep("refusal", problem)
    keep("preview", None)
    st.rerun()


def check(typed: dict[str, object]) -> dict[str, object]:
    """Return the request, or show what is missing and go no further."""
    missing: list[FieldProblem] = check_form(typed)
    if missing:
        keep("problems", place_problems(missing))
        keep("refusal", None)
        keep("preview", None)
        st.rerun()
    keep("problems", {})
    keep("refusal", None)
    return build_request(typed)


def preview(typed: dict[str, object]) -> None:
    """Show how the first public profiles would score."""
    request = check(typed)
    with st.spinner("Reading the first public profiles…", show_time=True):
        try:
            keep("preview", (api().preview_campaign(request), typed["threshold"]))
        except ProblemError as problem:
            refuse(problem)
    st.rerun()


def start(typed: dict[str, object]) -> None:
    """Create the campaign, start it, and show it."""
    request = check(typed)
    with st.spinner("Starting…"):
        try:
            campaign_id = api().run_pipeline(request, key=form_key("start", request))
        except ProblemError as problem:
            refuse(problem)
            return
    forget_form()
    go_to(to_campaign(campaign_id))


def save_draft(typed: dict[str, object]) -> None:
    """Create the campaign without starting it."""
    request = check(typed)
    try:
        campaign = api().create_campaign(request, key=form_key("draft", request))
    except ProblemError as problem:
        refuse(problem)
        return
    forget_form()
    go_to(to_campaign(campaign.id))


def show_actions(typed: dict[str, object]) -> None:
    """Offer what can be done with the form."""
    with st.container(horizontal=True, key="form_actions"):
        if pressed("Start", type="primary", icon=":material/play_arrow:", key="start"):
            start(typed)
        if pressed("Preview", icon=":material/visibility:", key="preview"):
            preview(typed)
        if pressed("Save as draft", icon=":material/edit_note:", key="draft"):
            save_draft(typed)


def show_refusal() -> None:
    """Say beside the buttons that something has to change, and what has no field."""
    placed: dict[str, list[str]] = st.session_state.get("form_problems") or {}
    refusal: ProblemError | None = st.session_state.get("form_refusal")
    if refusal is not None and not placed:
        show_problem("The campaign was not accepted", refusal)
    elif placed:
        marked = sum(len(said) for place, said in placed.items() if place)
        st.error(
            "**Something has to change first.** "
            + (f"Look for the {marked} marked above. " if marked else "")
            + "Nothing you typed is lost.",
            icon=":material/error:",
        )
        field_problems("")


st.page_link(CAMPAIGNS, label="Campaigns", icon=":material/arrow_back:")
st.title("New campaign")

with panel("new_campaign", "The form"):
    with st.container(width=860, key="form"):
        typed: dict[str, object] = {
            "name": ask_text(
                "name",
                "Name",
                place="name",
                placeholder="Such as: Potters of the north",
            )
        }
        st.header("Where to gather")
        typed |= ask_source()
        st.header("What to look for")
        typed |= ask_criteria(FORM)
        st.header("How many")
        typed |= ask_numbers()
        show_refusal()
        show_actions(typed)
    show_preview()
