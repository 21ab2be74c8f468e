"""The part of the campaign form about documented JSON interfaces."""

from typing import Any

import streamlit as st

from config.recipes.catalogue import SecretNeed
from ui.console.answers import Recipe, RecipeInput
from ui.console.api_client import api
from ui.console.campaign_form import JSON_API
from ui.console.form_memory import FormMemory
from ui.console.words import plain

NO_SECRET = ""

_FORM = FormMemory("form")


def ask_api() -> dict[str, Any]:
    """Ask which interface to read, with which recipe, inputs and secret."""
    recipes = {one.name: one for one in api().list_recipes(kind=JSON_API)}
    chosen = st.selectbox(
        "Interface",
        list(recipes),
        index=None,
        format_func=lambda name: recipes[name].title if name in recipes else name,
        placeholder="Which service, and what of it",
        key=_FORM.key("api_recipe"),
        persist_state="session",
        on_change=_FORM.settle,
        args=("source.recipe",),
    )
    recipe = recipes.get(chosen or "")
    if recipe is None:
        _FORM.show_problems("source.recipe")
        return {"recipe": None}
    st.markdown(f":gray[{plain(recipe.description)} Version {recipe.version}.]")
    _FORM.show_problems("source.recipe")
    return {"recipe": recipe.name, "recipe_version": recipe.version} | _ask(recipe)


def _ask(recipe: Recipe) -> dict[str, Any]:
    typed: dict[str, Any] = {
        "base_url": _ask_server(recipe),
        "inputs": _ask_inputs(recipe),
        "inputs_many": [one.name for one in recipe.inputs if one.many],
        "inputs_needed": [one.name for one in recipe.inputs if one.required],
        "secret": _ask_secret(recipe),
        "secret_needed": recipe.needs.secret is SecretNeed.REQUIRED,
        "base_url_needed": recipe.needs.base_url,
    }
    if recipe.details:
        typed["details"] = st.toggle(
            "A second look at each",
            key=_FORM.key(f"api_details_{recipe.name}"),
            help=plain(recipe.details),
            persist_state="session",
        )
        _FORM.show_problems("source.details")
    typed["exit_vpn"] = _FORM.ask_text(
        "exit_vpn",
        "VPN location to leave by",
        place="source.exit",
        placeholder="Left out: straight from the worker",
        persist_state="session",
    )
    return typed


def _ask_server(recipe: Recipe) -> str:
    if not recipe.needs.base_url:
        return ""
    return _FORM.ask_text(
        "api_base_url",
        "Address of the server",
        place="source.base_url",
        placeholder="https://social.example",
        persist_state="session",
    )


def _ask_inputs(recipe: Recipe) -> dict[str, str]:
    typed = {one.name: _ask_input(recipe, one) for one in recipe.inputs}
    _FORM.show_problems("source.inputs")
    return typed


def _ask_input(recipe: Recipe, wanted: RecipeInput) -> str:
    label = wanted.name.replace("_", " ").capitalize()
    settings: dict[str, Any] = {
        "key": _FORM.key(f"api_input_{recipe.name}_{wanted.name}"),
        "help": plain(wanted.description),
        "on_change": _FORM.settle,
        "args": ("source.inputs",),
        "persist_state": "session",
    }
    if wanted.many:
        listed = st.text_area(
            label, placeholder="One a line, or with commas", height=120, **settings
        )
        return listed or ""
    needed = "Needed" if wanted.required else "May be left out"
    return st.text_input(label, placeholder=wanted.default or needed, **settings) or ""


def _ask_secret(recipe: Recipe) -> str | None:
    if recipe.needs.secret is SecretNeed.NONE:
        return None
    known = [one.name for one in api().list_secrets()]
    if recipe.needs.secret_about:
        st.markdown(f":gray[{plain(recipe.needs.secret_about)}]")
    if not known:
        st.markdown(
            ":gray[There is no secret yet: an administrator sets one on the screen "
            "Secrets.]"
        )
    chosen = st.selectbox(
        "Secret",
        [NO_SECRET, *known],
        format_func=lambda name: name or "None",
        key=_FORM.key("api_secret"),
        persist_state="session",
        help="Only its name is stored with the campaign.",
        on_change=_FORM.settle,
        args=("source.secret",),
    )
    _FORM.show_problems("source.secret")
    return chosen or None
