"""A form of how proxies are chosen; what a change would do is shown before it holds."""

from collections.abc import Mapping

import streamlit as st

from config.sections.proxies import ProxiesSettings
from config.vocabulary import Permission
from tasks.proxies.rotation_schemas import RotationEffect
from ui.console.api_client import proxy_rotation
from ui.console.api_door import ProblemError
from ui.console.form_memory import FormMemory
from ui.console.presses import pressed
from ui.console.proxy_settings_words import (
    FIELDS,
    GROUPS,
    Number,
    bounds_of,
    build_request,
    changes_in_words,
    effect_in_words,
    effect_rows,
    label_of,
    place_problems,
    sentence_of,
    shown_numbers,
)
from ui.console.sign_in import may
from ui.console.toasts import tell
from ui.console.words import counted, plain

FORM = FormMemory("rotation_form")
A_ROW = 3


def show_rotation_settings() -> None:
    """Show how proxies are chosen, as numbers that can be tried and changed."""
    rotation = proxy_rotation().get_rotation()
    _follow(rotation.settings)
    with st.container(width=1000, key="rotation_settings", gap="medium"):
        _say_whose(rotation.settings, rotation.usual)
        for title, fields in GROUPS.items():
            _ask_group(title, tuple(fields))
        shown = {name: FORM.kept(name) for name in FIELDS}
        _show_changes(rotation.settings, shown)
        FORM.show_refusal("The settings are as they were")
        _show_buttons(rotation.settings, rotation.usual, shown)
        _show_effect(shown)


def _follow(held: ProxiesSettings) -> None:
    """Fill the form; a field nobody touched follows what holds, whoever changed it."""
    now_held = shown_numbers(held)
    before: Mapping[str, Number] = FORM.kept("held") or {}
    for name, number in now_held.items():
        if FORM.kept(name) is None or FORM.kept(name) == before.get(name):
            FORM.keep(name, number)
    FORM.keep("held", now_held)


def _say_whose(held: ProxiesSettings, usual: ProxiesSettings) -> None:
    differing = [name for name in FIELDS if getattr(held, name) != getattr(usual, name)]
    if not differing:
        st.markdown(":gray[All settings have their usual values.]")
        return
    named = ", ".join(FIELDS[name].label.lower() for name in differing)
    st.markdown(
        f":gray[{counted(len(differing), 'setting')} changed from the usual value: "
        f"{plain(named)}.]"
    )


def _ask_group(title: str, names: tuple[str, ...]) -> None:
    st.header(title)
    for start in range(0, len(names), A_ROW):
        columns = st.columns(A_ROW, gap="medium")
        for column, name in zip(columns, names[start : start + A_ROW], strict=False):
            with column, st.container(gap="xsmall"):
                _ask(name)


def _ask(name: str) -> None:
    least, most = bounds_of(name)
    whole = not FIELDS[name].unit
    st.number_input(
        label_of(name),
        min_value=least,
        max_value=most,
        step=1 if whole else 1.0,
        format=None if whole else "%g",
        key=FORM.key(name),
        on_change=FORM.settle,
        args=(name,),
        persist_state="session",
    )
    st.markdown(f":gray[:small[{plain(sentence_of(name))}]]")
    FORM.show_problems(name)


def _show_changes(held: ProxiesSettings, shown: Mapping[str, Number]) -> None:
    changed = changes_in_words(held, shown)
    if changed:
        listed = "; ".join(plain(one) for one in changed)
        st.markdown(f":orange[:material/edit:] **Not saved yet:** {listed}.")


def _show_buttons(
    held: ProxiesSettings, usual: ProxiesSettings, shown: Mapping[str, Number]
) -> None:
    is_changed = shown_numbers(held) != shown
    with st.container(horizontal=True, key="rotation_settings_actions"):
        # Not `on_click`: what was typed last comes along with the click, and counts.
        if pressed(
            "Show the effect",
            icon=":material/compare:",
            key="rotation_effect",
            disabled=not is_changed,
        ):
            _try(shown)
            st.rerun()
        if may(Permission.PROXIES_WRITE) and pressed(
            "Save",
            type="primary",
            icon=":material/save:",
            key="rotation_save",
            disabled=not is_changed,
        ):
            _save(shown)
            st.rerun()
        st.button(
            "Back to usual values",
            icon=":material/settings_backup_restore:",
            key="rotation_usual",
            help="Fills the form; nothing changes before you save.",
            on_click=_fill,
            args=(usual,),
            disabled=shown_numbers(usual) == shown,
        )
        if is_changed:
            st.button(
                "Discard changes",
                icon=":material/undo:",
                key="rotation_discard",
                on_click=_fill,
                args=(held,),
            )
    if not may(Permission.PROXIES_WRITE):
        st.markdown(
            ":gray[You may try other numbers here. Saving them needs the permission "
            f"{Permission.PROXIES_WRITE}.]"
        )


def _fill(settings: ProxiesSettings) -> None:
    FORM.refuse({})
    for name, number in shown_numbers(settings).items():
        FORM.keep(name, number)


def _try(shown: Mapping[str, Number]) -> None:
    FORM.keep("effect", None)
    try:
        with st.spinner("Trying them on the recorded requests…"):
            effect = proxy_rotation().try_rotation(build_request(shown))
    except ProblemError as problem:
        _refuse(problem)
        return
    FORM.refuse({})
    FORM.keep("effect", (dict(shown), effect))


def _save(shown: Mapping[str, Number]) -> None:
    try:
        proxy_rotation().change_rotation(build_request(shown))
    except ProblemError as problem:
        _refuse(problem)
        return
    FORM.refuse({})
    FORM.keep("effect", None)
    tell("Proxies are chosen by these settings now.", icon=":material/save:")


def _refuse(problem: ProblemError) -> None:
    placed = place_problems(problem.fields)
    FORM.refuse(placed, None if placed else problem)


def _show_effect(shown: Mapping[str, Number]) -> None:
    kept: tuple[Mapping[str, Number], RotationEffect] | None = FORM.kept("effect")
    if kept is None or kept[0] != shown:
        return  # figures of other numbers than those above would mislead
    st.header("Effect on the recorded requests")
    for said in effect_in_words(kept[1]):
        st.markdown(said)
    if kept[1].then.attempts:
        st.table(
            effect_rows(kept[1]),
            border="horizontal",
            hide_index=True,
            alt="The recorded requests under the settings of now and the new ones",
        )
