"""The frame round every screen: who is signed in, where to go, what keeps it alive."""

from pathlib import Path

import streamlit as st

from ui.console.answers import Person
from ui.console.api_client import api
from ui.console.api_door import ProblemError
from ui.console.attempts import forget_refusals
from ui.console.components.keeper import keep_signed_in
from ui.console.handed_link import forget_link
from ui.console.navigation import screens_for
from ui.console.outcomes import forget_outcomes
from ui.console.panels import panel
from ui.console.presses import forget_presses
from ui.console.questions import forget_questions
from ui.console.routes import SHOWN, arrive, go_on
from ui.console.sign_in import last_known_person, remember_person
from ui.console.toasts import show_toasts

FOLDER = Path(__file__).parent
MARK = str(FOLDER / "mark.png")
WORDMARK = str(FOLDER / "wordmark.png")


def find_person() -> Person | ProblemError:
    """Return who is signed in, or why that is not known; the menu stands either way."""
    try:
        return api().who_am_i()
    except ProblemError as problem:
        return problem


def leave_the_last_screen(screen: str) -> None:
    """Forget what belonged to another screen than the one that is shown now."""
    if st.session_state.get(SHOWN) != screen:
        st.session_state[SHOWN] = screen
        forget_link()
        forget_presses()
        forget_refusals()
        forget_questions()
        forget_outcomes()


st.set_page_config(page_title="Muster", page_icon=MARK, layout="wide")
st.logo(WORDMARK, size="large", icon_image=MARK)

found = find_person()
known = found if isinstance(found, Person) else last_known_person()
screen = st.navigation(screens_for(known.permissions if known else ()))
go_on(screen.url_path)
leave_the_last_screen(screen.url_path)

with st.container(width=1120, key="frame"):
    with panel("person", "This screen"):
        if isinstance(found, ProblemError):
            raise found
        remember_person(found)
        screen.run()
    forget_presses()
    arrive()
    show_toasts()
    keep_signed_in()
