"""One campaign in a list: what it is, how far it got, what can be done with it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import streamlit as st

from config.clock import now
from config.vocabulary import CampaignRunState, CampaignState
from tasks.campaigns.schemas import CampaignAnswer
from ui.console.api_client import api
from ui.console.attempts import attempt, show_refusal
from ui.console.routes import lead, to_campaign
from ui.console.words import (
    badge,
    count_in_words,
    counted,
    moment_in_words,
    plain,
    source_in_words,
)


class Wish(NamedTuple):
    """Something a person can do with a campaign."""

    word: str
    label: str
    icon: str
    is_main: bool = False


PAUSE = Wish("pause", "Pause", "pause")
RESUME = Wish("resume", "Resume", "play_arrow", is_main=True)
COMPLETE = Wish("complete", "Complete", "done_all")
CANCEL = Wish("cancel", "Cancel", "cancel")

WISHES: Mapping[CampaignState, Sequence[Wish]] = {
    CampaignState.DRAFT: [Wish("start", "Start", "play_arrow", is_main=True)],
    CampaignState.ACTIVE: [PAUSE, COMPLETE, CANCEL],
    CampaignState.PAUSED: [RESUME, COMPLETE, CANCEL],
    CampaignState.COMPLETED: [Wish("start", "Run again", "replay")],
    CampaignState.FAILED: [Wish("start", "Try again", "replay", is_main=True)],
    CampaignState.CANCELLED: [Wish("start", "Run again", "replay")],
}


def state_of(campaign: CampaignAnswer) -> str:
    """Return the one word that tells how a campaign is."""
    latest = campaign.run
    is_active = campaign.status == CampaignState.ACTIVE
    if is_active and latest and latest.state == CampaignRunState.QUEUED:
        return CampaignRunState.QUEUED
    return campaign.status


def share_acquired(campaign: CampaignAnswer) -> float:
    """Return how much of the number wanted is acquired, from 0 to 1."""
    acquired = campaign.run.acquired if campaign.run else 0
    return min(1.0, acquired / campaign.wanted)


def early_end(campaign: CampaignAnswer) -> str | None:
    """Return why a campaign ended with fewer than were wanted, or None."""
    latest = campaign.run
    is_completed = campaign.status == CampaignState.COMPLETED
    if not is_completed or latest is None or latest.acquired >= campaign.wanted:
        return None
    if latest.source_ended:
        return "The source has no more"
    return "Completed before all were acquired"


def progress_in_words(campaign: CampaignAnswer) -> str:
    """Return the counts that matter in a list."""
    latest = campaign.run
    if latest is None:
        return f"{count_in_words(campaign.wanted)} wanted"
    words = [
        f"{latest.acquired:,} of {campaign.wanted:,} acquired",
        f"{latest.queued:,} to review",
    ]
    if latest.unreadable:
        words.append(f"{latest.unreadable:,} unreadable")
    return " · ".join(words)


def show_campaign_row(campaign: CampaignAnswer, *, place: str) -> None:
    """
    Show a campaign with its buttons.

    Args:
        campaign: What the API answered.
        place: Where on the screen, so that keys stay unique.
    """
    with st.container(border=True, key=f"{place}_{campaign.id}"):
        about, figures, actions = st.columns([5, 4, 4], vertical_alignment="center")
        with about, st.container(gap="xsmall"):
            st.markdown(
                f"**{plain(campaign.name)}** &nbsp; {badge(state_of(campaign))}"
            )
            changed = moment_in_words(campaign.updated_at, now=now())
            st.markdown(f":gray[:small[{plain(source_in_words(campaign.source))}]]")
            st.markdown(f":gray[:small[changed {changed}]]")
        with figures, st.container(gap="xsmall"):
            show_progress(campaign)
            st.markdown(f":small[{progress_in_words(campaign)}]")
        with actions, st.container(horizontal=True, horizontal_alignment="right"):
            show_wishes(campaign, place=place)
            lead("Open", to_campaign(campaign.id), key=f"{place}_open_{campaign.id}")
        show_failure(campaign)


def show_progress(campaign: CampaignAnswer) -> None:
    """Show how far a campaign got, or why it will get no further."""
    ended = early_end(campaign)
    if ended:
        st.markdown(f":green[:material/check_circle:] **{ended}**")
    else:
        st.progress(share_acquired(campaign))


def show_wishes(campaign: CampaignAnswer, *, place: str) -> None:
    """Show what can be done with a campaign in its state."""
    for wish in WISHES[campaign.status]:
        st.button(
            wish.label,
            key=f"{place}_{wish.word}_{campaign.id}",
            icon=f":material/{wish.icon}:",
            type="primary" if wish.is_main else "secondary",
            on_click=_grant,
            args=(campaign, wish),
        )


def show_failure(campaign: CampaignAnswer) -> None:
    """Say why the latest run failed and what to do, if it did."""
    failed = campaign.status == CampaignState.FAILED
    if failed and campaign.run and campaign.run.error:
        kept = counted(campaign.run.acquired, "public profile")
        with st.container(key=f"why-failed-{campaign.id}"):
            st.error(
                f"{plain(campaign.run.error.message)} \n\n"
                f"What was read before is kept ({kept}). Put the cause right, then "
                "**Try again**: the run starts anew and stores nothing twice.",
                icon=":material/error:",
            )


def show_refused_wish() -> None:
    """Say why the last button pressed did nothing, or has to wait."""
    show_refusal("wish")


def _grant(campaign: CampaignAnswer, wish: Wish) -> None:
    attempt(
        "wish",
        f"{campaign.name} did not change",
        lambda: api().change_campaign(campaign.id, wish.word),
    )
