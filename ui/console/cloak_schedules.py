"""Leak tests that are repeated: those there are, a new one, and removing one."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import uuid4

import streamlit as st

from config.clock import now
from config.vocabulary import Permission
from ui.console.api_client import cloak
from ui.console.api_door import ProblemError
from ui.console.attempts import attempt, show_refusal
from ui.console.cloak_answers import LeakSchedule, Tunnel
from ui.console.cloak_form import place_problems
from ui.console.cloak_form_parts import FORM, ask_how_often, ask_subject, check
from ui.console.cloak_words import as_sentence, every_in_words, subject_in_words
from ui.console.panels import show_empty
from ui.console.presses import pressed
from ui.console.sign_in import may
from ui.console.toasts import tell
from ui.console.words import date_in_words, plain

SCHEDULES = "leak_schedules"


def show_schedules(tunnels: Sequence[Tunnel]) -> None:
    """Show what is tested again and again, and offer to add more."""
    schedules = cloak().list_schedules()
    for one in schedules:
        show_schedule(one)
    if not schedules:
        show_empty(
            "leak_schedules",
            icon="event_repeat",
            title="Nothing is tested by itself yet",
            advice="Add a leak test below: it is then repeated, and a campaign that "
            "demands a recent one finds it.",
        )
    show_refusal(SCHEDULES)
    if may(Permission.CLOAK_TEST):
        show_new_schedule(tunnels)


def show_schedule(schedule: LeakSchedule) -> None:
    """Show one leak test that is repeated."""
    with st.container(border=True, key=f"schedule_{schedule.id}", gap="small"):
        about, when, action = st.columns([5, 5, 2], vertical_alignment="center")
        about.markdown(
            f"**{plain(subject_in_words(schedule.subject))}**, "
            f"{every_in_words(schedule.every_minutes)}"
        )
        when.markdown(f":small[{_next(schedule)}]")
        with action, st.container(horizontal_alignment="right"):
            if may(Permission.CLOAK_TEST):
                st.button(
                    "Remove",
                    icon=":material/delete:",
                    key=f"remove_{schedule.id}",
                    on_click=remove,
                    args=(schedule,),
                )
        if schedule.problem is not None:
            said = plain(as_sentence(schedule.problem.message))
            st.warning(
                f"**The last one was not carried out.** {said}", icon=":material/help:"
            )


def show_new_schedule(tunnels: Sequence[Tunnel]) -> None:
    """Ask for another leak test to be repeated."""
    st.header("Repeat a leak test")
    with st.container(width=860, key="schedule_form"):
        typed = ask_subject(tunnels, is_repeated=True)
        minutes = ask_how_often()
        FORM.show_refusal("The schedule was not added")
        # Not `on_click`: what was typed last comes along with the click, and counts.
        if pressed(
            "Add schedule",
            type="primary",
            icon=":material/event_repeat:",
            key="add_schedule",
        ):
            add(typed, minutes)
            st.rerun()


def add(typed: Mapping[str, Any], minutes: int) -> None:
    """Have a leak test repeated, or say what has to change first."""
    subject = check(typed)
    if subject is None:
        return
    try:
        request = subject | {"everyMinutes": minutes}
        cloak().add_schedule(request, key=uuid4().hex)
    except ProblemError as problem:
        placed = place_problems(problem.fields)
        FORM.refuse(placed, None if placed else problem)
        return
    tell(
        f"It will be tested {every_in_words(minutes)}.", icon=":material/event_repeat:"
    )


def remove(schedule: LeakSchedule) -> None:
    """Repeat a leak test no longer."""
    name = subject_in_words(schedule.subject)
    attempt(
        SCHEDULES,
        f"The schedule of {name} was not removed",
        partial(cloak().remove_schedule, schedule.id),
    )


def _next(schedule: LeakSchedule) -> str:
    if schedule.next_at <= now():
        return "is about to be tested"
    return f"next at {date_in_words(schedule.next_at)}"
