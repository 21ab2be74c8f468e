"""Change what a campaign looks for: try it on what it has, save it, score anew."""

from typing import Any

import streamlit as st

from config.vocabulary import CampaignState
from tasks.campaigns.schemas import CampaignAnswer
from ui.console.answers import CriteriaPreview
from ui.console.api_client import api
from ui.console.api_door import ProblemError
from ui.console.attempts import attempt, show_refusal
from ui.console.campaign_form import (
    build_criteria,
    keep_unshown,
    place_problems,
    typed_of_criteria,
)
from ui.console.criteria_form import VERIFIED, ask_criteria
from ui.console.form_memory import FormMemory
from ui.console.presses import pressed
from ui.console.words import counted

_FORM = FormMemory("criteria_change")
LAST = 1_000
"""Public profiles the criteria are tried on."""


def show_criteria_change(campaign: CampaignAnswer) -> None:
    """Offer to change the criteria, and to score what has an older score."""
    with st.container(horizontal=True, key="criteria_actions"):
        is_at_work = campaign.status == CampaignState.ACTIVE
        if pressed(
            "Change criteria",
            icon=":material/edit:",
            key="change_criteria",
            disabled=is_at_work,
            help="Pause the campaign first." if is_at_work else None,
        ):
            _open(campaign)
        if campaign.version > 1:
            _offer_rescoring(campaign)
    show_refusal("rescore")
    if _FORM.kept("open") == campaign.id:
        _show_dialog(campaign)


def _offer_rescoring(campaign: CampaignAnswer) -> None:
    behind = api().get_rescoring(campaign.id).behind
    if not behind:
        return
    if pressed("Score anew", icon=":material/refresh:", key="rescore"):
        attempt(
            "rescore",
            "The campaign is not scored anew",
            lambda: api().rescore(campaign.id),
        )
    st.markdown(
        f":gray[{counted(behind, 'public profile')} scored under earlier criteria]"
    )


def _open(campaign: CampaignAnswer) -> None:
    """Fill the form with what holds now."""
    _FORM.forget()
    _FORM.keep("open", campaign.id)
    for name, value in typed_of_criteria(campaign.criteria).items():
        _FORM.keep(name, value)
    stated = campaign.criteria.get("verified")
    _FORM.keep("verified", next(w for w, flag in VERIFIED.items() if flag == stated))
    _FORM.keep("threshold", campaign.threshold)


@st.dialog("Change criteria", width="large", on_dismiss=_FORM.forget)
def _show_dialog(campaign: CampaignAnswer) -> None:
    typed = ask_criteria(_FORM)
    threshold = st.slider("Score needed for review", 0, 100, key=_FORM.key("threshold"))
    criteria = keep_unshown(build_criteria(typed), campaign.criteria)
    wish = {"criteria": criteria, "threshold": threshold}
    _FORM.show_refusal("The criteria were not accepted")
    with st.container(horizontal=True, key="change_actions"):
        if pressed("Try", icon=":material/visibility:", key="change_try"):
            _try(campaign, wish)
        if pressed("Save", key="change_save"):
            _save(campaign, wish, anew=False)
        if pressed("Save and score anew", type="primary", key="change_rescore"):
            _save(campaign, wish, anew=True)
    found: CriteriaPreview | None = _FORM.kept("preview")
    if found is not None:
        st.markdown(preview_in_words(found))


def preview_in_words(found: CriteriaPreview) -> str:
    """Return what other criteria would change, in two sentences."""
    if not found.looked_at:
        return "The campaign has no public profiles yet to try this on."
    return (
        f"Of the last {counted(found.looked_at, 'public profile')}, "
        f"**{found.after:,} would pass**; {found.before:,} do now. "
        f"{found.gained:,} would join, {found.lost:,} would drop out."
    )


def _try(campaign: CampaignAnswer, wish: dict[str, Any]) -> None:
    _FORM.refuse({})
    _FORM.keep("preview", None)
    try:
        asked = wish | {"last": LAST}
        _FORM.keep("preview", api().preview_criteria(campaign.id, asked))
    except ProblemError as problem:
        _FORM.refuse(place_problems(problem.fields), problem)
    st.rerun()


def _save(campaign: CampaignAnswer, wish: dict[str, Any], *, anew: bool) -> None:
    try:
        api().change_criteria(campaign.id, wish, version=campaign.version)
        if anew:
            api().rescore(campaign.id)
    except ProblemError as problem:
        _FORM.refuse(place_problems(problem.fields), problem)
        st.rerun()
    _FORM.forget()
    st.rerun()
