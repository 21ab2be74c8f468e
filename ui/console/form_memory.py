"""What was typed into a form, and what is wrong with it, from one run to the next."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import streamlit as st

from ui.console.api_door import ProblemError
from ui.console.panels import show_problem
from ui.console.words import plain


class FormMemory:
    """One form of the console; `prefix` begins the keys of its widgets."""

    def __init__(self, prefix: str) -> None:
        self._prefix = f"{prefix}_"

    def key(self, name: str) -> str:
        """Return the key of a widget."""
        return self._prefix + name

    def keep(self, name: str, value: Any) -> None:
        """Keep something for the next run."""
        st.session_state[self.key(name)] = value

    def kept(self, name: str) -> Any:
        """Return what was kept, None if nothing was."""
        return st.session_state.get(self.key(name))

    def forget(self) -> None:
        """Empty the form, once it did what it was for."""
        for key in list(st.session_state):
            if str(key).startswith(self._prefix):
                del st.session_state[key]

    def request_key(self, wish: str, request: Mapping[str, Any]) -> str:
        """
        Return the key under which the form is sent: pressed twice, it is done once.

        It is another one for another wish or content, and after the form was emptied.
        """
        opened = st.session_state.setdefault(self.key("opened"), uuid4().hex)
        content = json.dumps(request, sort_keys=True, default=str)
        return hashlib.sha256(f"{opened} {wish} {content}".encode()).hexdigest()

    def refuse(
        self, placed: Mapping[str, list[str]], problem: ProblemError | None = None
    ) -> None:
        """Keep what is wrong, by place; `problem` is what the API said, if it did."""
        self.keep("problems", dict(placed))
        self.keep("refusal", problem)

    def settle(self, place: str) -> None:
        """Take back what was said about a field, because it was changed since."""
        (self.kept("problems") or {}).pop(place, None)

    def has_problem(self, place: str) -> bool:
        """Whether something is wrong with a field."""
        return bool((self.kept("problems") or {}).get(place))

    def show_problems(self, place: str) -> None:
        """Say under a field what is wrong with it."""
        for said in (self.kept("problems") or {}).get(place, ()):
            st.markdown(f":red[:material/error: {plain(said)}]")

    def ask_text(self, name: str, label: str, *, place: str, **more: Any) -> str:
        """Ask for a line of text; `place` is the field it is in a request."""
        typed = st.text_input(
            label, key=self.key(name), on_change=self.settle, args=(place,), **more
        )
        self.show_problems(place)
        return typed or ""

    def ask_choice(
        self, name: str, label: str, options: Mapping[str, str], *, place: str
    ) -> str:
        """Ask for one of some words, which are shown as what they mean."""
        chosen = st.selectbox(
            label,
            list(options),
            format_func=lambda word: options.get(word, word),
            key=self.key(name),
            on_change=self.settle,
            args=(place,),
            persist_state="session",
        )
        self.show_problems(place)
        return str(chosen)

    def show_refusal(self, title: str) -> None:
        """Say beside the buttons what has to change; `title` is what did not happen."""
        placed: dict[str, list[str]] = self.kept("problems") or {}
        refusal: ProblemError | None = self.kept("refusal")
        if placed:
            marked = sum(len(said) for place, said in placed.items() if place)
            st.error(
                "**Something has to change first.** "
                + (f"Look for the {marked} marked above. " if marked else "")
                + "Nothing you typed is lost.",
                icon=":material/error:",
            )
            self.show_problems("")
        elif refusal is not None:
            show_problem(title, refusal)
