"""The fields of the campaign form; what was typed outlives reruns and other screens."""

from collections.abc import Iterator, Mapping
from typing import Any

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from config.settings import settings
from ui.console.answers import UploadedTable
from ui.console.api_client import api, browsers
from ui.console.api_door import ProblemError
from ui.console.api_source_form import ask_api
from ui.console.campaign_form import (
    BROWSER_PAGES,
    DEMO_SITE,
    HTML_PAGES,
    JSON_API,
    REVIEW_RULES,
    TABLE,
)
from ui.console.column_guesses import FIELDS, guess_columns, name_extra_columns
from ui.console.form_memory import FormMemory
from ui.console.way_out_form import ask_way_out
from ui.console.words import plain

KINDS = {
    DEMO_SITE: "Demo site",
    HTML_PAGES: "Web pages",
    BROWSER_PAGES: "Web pages in a browser",
    JSON_API: "API",
    TABLE: "Table",
}
DEMO_RECIPE = "demo-people"
PIECE_BYTES = 1_048_576
LARGEST_WANTED = 10_000_000
NOT_THERE = "—"
LONGEST_AGE_MINUTES = 10_080


FORM = FormMemory("form")
"""What the form of a new campaign remembers."""

keep, forget_form, form_key = FORM.keep, FORM.forget, FORM.request_key
field_problems, settle = FORM.show_problems, FORM.settle


def ask_text(name: str, label: str, *, place: str, **more: Any) -> str:
    """Ask for a line of text; `place` is the field it is in a request."""
    return FORM.ask_text(name, label, place=place, persist_state="session", **more)


def ask_source() -> dict[str, Any]:
    """Ask where to gather."""
    kind = st.segmented_control(
        "Source",
        list(KINDS),
        default=DEMO_SITE,
        required=True,
        format_func=KINDS.__getitem__,
        key="form_kind",
        persist_state="session",
        label_visibility="collapsed",
    )
    asked = {
        DEMO_SITE: _ask_demo_site,
        HTML_PAGES: _ask_web_pages,
        BROWSER_PAGES: _ask_browser_pages,
        JSON_API: ask_api,
        TABLE: _ask_table,
    }
    typed = asked[kind or DEMO_SITE]()
    field_problems("source")
    return {"kind": HTML_PAGES if kind in {DEMO_SITE, None} else kind} | typed


def ask_numbers() -> dict[str, Any]:
    """Ask what score is good enough, how many are, and how many people must agree."""
    left, right = st.columns(2, gap="large")
    with left:
        threshold = st.slider(
            "Score needed for review",
            0,
            100,
            50,
            key="form_threshold",
            persist_state="session",
            help="Public profiles with this score or more are queued for a person.",
        )
        field_problems("threshold")
    with right:
        wanted = st.number_input(
            "Public profiles wanted",
            1,
            LARGEST_WANTED,
            1_000,
            key="form_wanted",
            persist_state="session",
            help="The run ends when it has acquired so many new ones.",
        )
        field_problems("wanted")
    rule = st.segmented_control(
        "Who decides",
        list(REVIEW_RULES),
        default=next(iter(REVIEW_RULES)),
        required=True,
        key="form_review_rule",
        persist_state="session",
        help="With several, each gives an opinion without seeing a decision first.",
    )
    field_problems("review_rule")
    return {"threshold": threshold, "wanted": wanted, "review_rule": rule}


def _ask_demo_site() -> dict[str, Any]:
    st.markdown(
        "A few hundred invented people on this machine: the quickest way to see a "
        "campaign from end to end."
    )
    port = settings().stack.demo_site_port
    field_problems("source.listing_url")
    field_problems("source.recipe")
    return {
        "listing_url": f"http://127.0.0.1:{port}/people",
        "recipe": DEMO_RECIPE,
    }


def _ask_pages() -> dict[str, Any]:
    typed = {
        "listing_url": ask_text(
            "listing_url",
            "Address of the listing",
            place="source.listing_url",
            placeholder="https://people.example/directory",
            help="A page that links to the profiles' pages.",
        )
    }
    recipes = {recipe.name: recipe for recipe in api().list_recipes(kind=HTML_PAGES)}
    chosen = st.selectbox(
        "Recipe",
        list(recipes),
        index=None,
        format_func=lambda name: recipes[name].title if name in recipes else name,
        placeholder="How the pages are read",
        key="form_recipe",
        persist_state="session",
        on_change=settle,
        args=("source.recipe",),
    )
    if chosen in recipes and recipes[chosen].description:
        st.markdown(f":gray[{plain(recipes[chosen].description)}]")
    field_problems("source.recipe")
    typed["hosts"] = ask_text(
        "hosts",
        "Other hosts whose pages may be fetched",
        place="source.hosts",
        placeholder="Left out: only the listing's own host",
    )
    return typed | {"recipe": chosen}


def _ask_web_pages() -> dict[str, Any]:
    return _ask_pages() | ask_way_out()


def _ask_browser_pages() -> dict[str, Any]:
    typed = _ask_pages()
    known = {one.id: one.name for one in browsers().list_browser_profiles().items}
    if not known:
        st.markdown(
            ":gray[There is no browser profile yet: make one under Browser profiles.]"
        )
    left, right = st.columns([3, 1], gap="medium")
    with left:
        typed["browser_profile_ids"] = st.multiselect(
            "Browser profiles",
            list(known),
            format_func=lambda one: known.get(one, str(one)),
            placeholder="Those whose browsers open the pages",
            key="form_browser_profiles",
            persist_state="session",
            on_change=settle,
            args=("source.browser_profile_ids",),
        )
        field_problems("source.browser_profile_ids")
    with right:
        typed["browsers_at_once"] = st.number_input(
            "Browsers at once",
            1,
            16,
            1,
            key="form_browsers_at_once",
            persist_state="session",
            help="More read faster, and cost 160 to 600 MB each.",
        )
        field_problems("source.browsers_at_once")
    typed["loads_pictures"] = st.toggle(
        "Load pictures and fonts",
        key="form_loads_pictures",
        help="No recipe reads them. Without them pages come sooner and cost less of a "
        "proxy's traffic; a page can tell.",
        persist_state="session",
    )
    return typed | _ask_leak_test()


def _ask_leak_test() -> dict[str, Any]:
    with st.container(
        horizontal=True, vertical_alignment="center", gap="medium", key="form_leak"
    ):
        demanded = st.toggle(
            "Only with a passed leak test",
            key="form_leak_test",
            help="A browser profile without one is left out, and the run says so. "
            "Passed means: address seen as expected, and no leak by DNS or WebRTC.",
            on_change=settle,
            args=("source.leak_test",),
            persist_state="session",
        )
        max_age = None
        if demanded:
            max_age = st.number_input(
                "Not older than, in minutes",
                1,
                LONGEST_AGE_MINUTES,
                60,
                key="form_leak_test_max_age",
                width=220,
                on_change=settle,
                args=("source.leak_test",),
                persist_state="session",
            )
    field_problems("source.leak_test")
    return {"leak_test_max_age": max_age}


def _ask_table() -> dict[str, Any]:
    file = st.file_uploader(
        "CSV, JSON Lines or Parquet file",
        type=["csv", "tsv", "txt", "json", "jsonl", "ndjson", "parquet"],
        key="form_file",
    )
    if file is not None and st.session_state.get("form_file_id") != file.file_id:
        _upload(file)
    field_problems("source.table_id")
    field_problems("source.form")
    table: UploadedTable | None = st.session_state.get("form_table")
    if table is None:
        return {}
    st.markdown(
        f":green[:material/check_circle: {plain(table.name)} is here], with "
        f"{len(table.columns)} columns. Say which column is what; the guesses come "
        "from the columns' names."
    )
    columns = _ask_columns(table)
    field_problems("source.columns")
    extra = _ask_extra(table, columns)
    platform = ""
    if not columns.get("platform"):
        platform = ask_text(
            "platform",
            "Platform of every row",
            place="source.platform",
            placeholder="Such as: mastodon",
        )
    return {
        "table_id": table.table_id,
        "form": table.form,
        "columns": columns,
        "extra": extra,
        "platform": platform,
    }


def _upload(file: UploadedFile) -> None:
    def pieces() -> Iterator[bytes]:
        file.seek(0)
        while piece := file.read(PIECE_BYTES):
            yield piece

    keep("file_id", file.file_id)
    settle("source.table_id")
    try:
        with st.spinner("Uploading…"):
            keep("table", api().upload_table(file.name, pieces()))
    except ProblemError as problem:
        placed = st.session_state.get("form_problems") or {}
        said = f"{file.name} was not taken: {problem.message}"
        keep("problems", placed | {"source.table_id": [said]})
        keep("table", None)


def _ask_columns(table: UploadedTable) -> dict[str, str]:
    guesses = guess_columns(table.columns)
    options = [NOT_THERE, *table.columns]
    chosen: dict[str, str] = {}
    for place, (field, label) in enumerate(FIELDS.items()):
        if place % 3 == 0:
            row = st.columns(3, gap="medium")
        guess = guesses.get(field, NOT_THERE)
        column = row[place % 3].selectbox(
            label + (" (needed)" if field == "handle" else ""),
            options,
            index=options.index(guess),
            format_func=lambda name: _with_example(table, name),
            key=f"form_column_{field}_{table.table_id}",
            persist_state="session",
            on_change=settle,
            args=("source.columns",),
        )
        if column != NOT_THERE:
            chosen[field] = column
    return chosen


def _ask_extra(table: UploadedTable, columns: Mapping[str, str]) -> dict[str, str]:
    left = [name for name in table.columns if name not in columns.values()]
    names = name_extra_columns(left)
    if not names:
        return {}
    chosen = st.multiselect(
        "Further columns, for expressions",
        list(names),
        format_func=lambda name: f"{name} · {_with_example(table, names[name])}",
        key=f"form_extra_{table.table_id}",
        persist_state="session",
        on_change=settle,
        args=("source.extra",),
        help="An expression calls such a column by the name that stands first.",
    )
    field_problems("source.extra")
    return {name: names[name] for name in chosen if name in names}


def _with_example(table: UploadedTable, column: str) -> str:
    if column == NOT_THERE:
        return "— not in the table"
    example = table.first_row.get(column)
    return f"{column} · {str(example)[:24]}" if example not in (None, "") else column
