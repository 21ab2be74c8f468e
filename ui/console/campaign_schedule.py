"""When a campaign runs by itself: its next times, its last, and how to change them."""

from collections.abc import Mapping
from datetime import time
from functools import cache, partial
from typing import Any
from zoneinfo import available_timezones

import streamlit as st

from config.clock import now
from config.vocabulary import Permission
from tasks.campaigns.schedule_schemas import LONGEST_CRON, CampaignScheduleAnswer
from tasks.campaigns.schemas import CampaignAnswer
from ui.console.api_client import api
from ui.console.api_door import ProblemError
from ui.console.attempts import attempt, show_refusal
from ui.console.questions import ask_first, show_question
from ui.console.schedule_words import (
    DAILY,
    HOURLY,
    HOW_OFTEN,
    OWN,
    WEEKDAYS,
    WEEKLY,
    Rhythm,
    cron_of,
    local_time_in_words,
    rhythm_of,
)
from ui.console.sign_in import may
from ui.console.words import moment_in_words, plain

PLACE = "schedule"
NO_SCHEDULE = "no_schedule"
MINUTES_OF_AN_HOUR = 59


def show_schedule(campaign: CampaignAnswer) -> None:
    """Show when a campaign runs by itself, and let a person change it."""
    schedule = find_schedule(campaign)
    if schedule is None and not may(Permission.CAMPAIGNS_WRITE):
        return
    with st.expander("Schedule", icon=":material/event_repeat:", key=PLACE):
        show_standing(schedule)
        show_refusal(PLACE)
        if may(Permission.CAMPAIGNS_WRITE):
            show_form(campaign, schedule)


def find_schedule(campaign: CampaignAnswer) -> CampaignScheduleAnswer | None:
    """Return a campaign's schedule, or nothing if it has none."""
    try:
        return api().get_schedule(campaign.id)
    except ProblemError as problem:
        if problem.error == NO_SCHEDULE:
            return None
        raise


def show_standing(schedule: CampaignScheduleAnswer | None) -> None:
    """Say whether it runs by itself, and what came of the last time."""
    if schedule is None:
        st.markdown(
            "This campaign runs when somebody starts it. With a schedule it also runs "
            "by itself, and takes in only what is new."
        )
        return
    zone = plain(schedule.timezone)
    if schedule.is_on and schedule.next_times:
        first = local_time_in_words(schedule.next_times[0], schedule.timezone)
        st.markdown(f"**On.** It runs next at **{plain(first)}** ({zone}).")
    else:
        st.markdown("**Off.** It is kept, and nothing runs by itself.")
    if schedule.last_at is None:
        return
    last = moment_in_words(schedule.last_at, now=now())
    if schedule.left_out is None:
        st.markdown(f"Last time, {last}: a run was begun.")
    else:
        st.warning(
            f"**Last time, {last}, was left out:** {plain(schedule.left_out)}.",
            icon=":material/event_busy:",
        )


def show_form(
    campaign: CampaignAnswer, schedule: CampaignScheduleAnswer | None
) -> None:
    """Ask how often, where the clock is, and whether it is on."""
    before = rhythm_of(schedule.cron) if schedule else Rhythm()
    is_on = st.toggle(
        "Run by itself",
        value=schedule.is_on if schedule else True,
        key=f"schedule_on_{campaign.id}",
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        cron = cron_of(ask_rhythm(before, str(campaign.id)))
        timezone = ask_timezone(schedule, str(campaign.id))
    is_right = show_times(campaign, cron=cron, timezone=timezone)
    request = {"cron": cron, "timezone": timezone, "isOn": is_on}
    with st.container(horizontal=True):
        st.button(
            "Save schedule",
            type="primary",
            icon=":material/event_repeat:",
            key="save_schedule",
            disabled=not is_right,
            on_click=save,
            args=(campaign, request),
        )
        if schedule is not None:
            st.button(
                "Remove",
                icon=":material/delete:",
                key="remove_schedule",
                on_click=ask_first,
                args=(PLACE,),
            )
    show_question(
        PLACE,
        "**Remove this schedule?** The campaign and all it has gathered stay; a run "
        "under way goes on.",
        label="Remove schedule",
        icon="delete",
        act=partial(remove, campaign),
    )


def ask_rhythm(before: Rhythm, name: str) -> Rhythm:
    """Ask how often; only what the choice needs."""
    kind = st.selectbox(
        "How often",
        list(HOW_OFTEN),
        index=list(HOW_OFTEN).index(before.kind),
        format_func=HOW_OFTEN.__getitem__,
        key=f"schedule_kind_{name}",
    )
    at, weekday, line = before.at, before.weekday, before.line
    if kind == WEEKLY:
        weekday = st.selectbox(
            "Day",
            list(WEEKDAYS),
            index=list(WEEKDAYS).index(weekday),
            format_func=WEEKDAYS.__getitem__,
            key=f"schedule_day_{name}",
        )
    if kind in {DAILY, WEEKLY}:
        at = st.time_input("Time", at, step=300, key=f"schedule_time_{name}")
    if kind == HOURLY:
        minute = st.number_input(
            "Minute of the hour",
            0,
            MINUTES_OF_AN_HOUR,
            at.minute,
            key=f"schedule_minute_{name}",
        )
        at = time(0, int(minute))
    if kind == OWN:
        line = st.text_input(
            "Cron line",
            line or cron_of(before),
            max_chars=LONGEST_CRON,
            help="Minute, hour, day of the month, month, day of the week (0 is "
            "Sunday). With both days given, either will do.",
            key=f"schedule_line_{name}",
        )
    return Rhythm(str(kind), at, str(weekday), line)


def ask_timezone(schedule: CampaignScheduleAnswer | None, name: str) -> str:
    """Ask by the clocks of which place; typing finds it."""
    zones, chosen = _timezones(), schedule.timezone if schedule else "UTC"
    return str(
        st.selectbox(
            "Time zone",
            zones,
            index=zones.index(chosen if chosen in zones else "UTC"),
            key=f"schedule_zone_{name}",
        )
    )


def show_times(campaign: CampaignAnswer, *, cron: str, timezone: str) -> bool:
    """Show when that would be, or what is wrong with it; return whether it is right."""
    try:
        found = api().show_times(campaign.id, cron=cron or " ", timezone=timezone)
    except ProblemError as problem:
        if not problem.fields:
            raise
        for field in problem.fields:
            st.markdown(f":red[:material/error: {plain(field.message)}]")
        return False
    times = [local_time_in_words(one, timezone) for one in found.next_times]
    st.markdown("Next times: " + " · ".join(plain(one) for one in times))
    return True


def save(campaign: CampaignAnswer, request: Mapping[str, Any]) -> None:
    """Set the schedule, or say why it was not."""
    attempt(
        PLACE,
        "The schedule was not saved",
        partial(api().set_schedule, campaign.id, request),
    )


def remove(campaign: CampaignAnswer) -> None:
    """Let the campaign run by itself no longer."""
    attempt(
        PLACE,
        "The schedule was not removed",
        partial(api().remove_schedule, campaign.id),
    )


@cache
def _timezones() -> list[str]:
    """Return their names, UTC first, without those that mean nothing elsewhere."""
    places = available_timezones() - {"UTC", "localtime", "Factory"}
    return ["UTC", *sorted(places)]
