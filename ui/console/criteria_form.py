"""The fields that say what a campaign looks for; two forms show them."""

from typing import Any

import streamlit as st

from ui.console.campaign_form import COUNTS
from ui.console.form_memory import FormMemory

VERIFIED = {"Does not matter": None, "Verified only": True, "Not verified": False}
LONGEST_DAYS = 36_500
LARGEST_PERCENT = 100_000.0
_HELPS = {"engagement": "Likes and comments of a recent post for 100 followers."}


def ask_criteria(form: FormMemory) -> dict[str, Any]:
    """Ask what to look for; everything may be left out."""
    typed: dict[str, Any] = {}
    for name in COUNTS:
        typed |= _ask_range(form, name)
    left, right = st.columns(2, gap="medium")
    with left:
        typed["keywords"] = _ask_words(
            form, "keywords", "Words wanted", "music, travel"
        )
        typed["locations"] = _ask_words(
            form, "locations", "Locations", "Berlin, Lisbon"
        )
        typed["all_keywords"] = _ask_words(
            form, "all_keywords", "Words all wanted", "pottery"
        )
        typed["kinds"] = _ask_words(form, "kinds", "Kinds", "person, organisation")
    with right:
        typed["excluded_words"] = _ask_words(
            form, "excluded_words", "Words excluded", "casino"
        )
        typed["languages"] = _ask_words(form, "languages", "Languages", "en, de")
        typed["platforms"] = _ask_words(form, "platforms", "Platforms", "mastodon")
    typed["excluded_handles"] = st.text_area(
        "People never queued",
        key=form.key("excluded_handles"),
        persist_state="session",
        placeholder="One a line, such as: @mira or mastodon:mira@example.social",
    )
    form.show_problems("criteria.excluded_handles")
    typed |= _ask_signs(form)
    typed["expressions"] = _ask_expressions(form)
    verified = st.selectbox(
        "Verified", list(VERIFIED), key=form.key("verified"), persist_state="session"
    )
    typed["verified"] = VERIFIED[verified]
    form.show_problems("criteria.verified")
    form.show_problems("criteria")
    return typed


def _ask_expressions(form: FormMemory) -> str:
    typed = st.text_area(
        "Free expressions",
        key=form.key("expressions"),
        persist_state="session",
        placeholder="One a line: followers > 1000 and posts / followers > 0.01",
        help="Each is a part of the score. Fields: followers, following, posts, "
        "engagement, reactions_per_post, days_since_post, account_age_days, verified, "
        "platform, handle, display_name, bio, location, language, kind, url, and "
        "what the recipe reads beside them.",
        on_change=form.settle,
        args=("criteria.expressions",),
    )
    form.show_problems("criteria.expressions")
    return typed or ""


def _ask_signs(form: FormMemory) -> dict[str, Any]:
    """Ask how lively and how old an account should be."""
    typed: dict[str, Any] = {}
    lively, old, active = st.columns(3, gap="medium")
    bounds: tuple[tuple[Any, str, tuple[str, str], float], ...] = (
        (
            lively,
            "engagement",
            ("Engagement at least, in %", "Engagement at most, in %"),
            0.1,
        ),
        (
            old,
            "account_age",
            ("Account older than, in days", "Account younger than, in days"),
            1,
        ),
    )
    for column, place, labels, step in bounds:
        with column:
            for end, label in zip(("min", "max"), labels, strict=True):
                name = f"{place}_{end}"
                typed[name] = _ask_number(form, name, label, place=place, step=step)
            form.show_problems(f"criteria.{place}")
    with active:
        typed["activity"] = _ask_number(
            form,
            "activity",
            "Last post within, in days",
            place="activity",
            step=1,
            least=1,
        )
        form.show_problems("criteria.activity")
    return typed


def _ask_number(
    form: FormMemory,
    name: str,
    label: str,
    *,
    place: str,
    step: float,
    least: int = 0,
) -> float | int | None:
    return st.number_input(
        label,
        min_value=type(step)(least),
        # A value beyond would be forgotten without a word when criteria are changed.
        max_value=LONGEST_DAYS if isinstance(step, int) else LARGEST_PERCENT,
        value=None,
        step=step,
        key=form.key(name),
        persist_state="session",
        help=_HELPS.get(place),
        on_change=form.settle,
        args=(f"criteria.{place}",),
    )


def _ask_range(form: FormMemory, name: str) -> dict[str, int | None]:
    label, *ends = st.columns([1, 2, 2], vertical_alignment="center")
    label.markdown(name.capitalize())
    bounds: dict[str, int | None] = {}
    for column, end, words in zip(
        ends, ("min", "max"), ("At least", "At most"), strict=True
    ):
        bounds[f"{name}_{end}"] = column.number_input(
            f"{name.capitalize()}, {words.lower()}",
            min_value=0,
            value=None,
            step=1,
            key=form.key(f"{name}_{end}"),
            persist_state="session",
            placeholder=words,
            label_visibility="collapsed",
            on_change=form.settle,
            args=(f"criteria.{name}",),
        )
    form.show_problems(f"criteria.{name}")
    return bounds


def _ask_words(form: FormMemory, name: str, label: str, example: str) -> str:
    return form.ask_text(
        name,
        label,
        place=f"criteria.{name}",
        placeholder=f"Such as: {example}",
        persist_state="session",
    )
