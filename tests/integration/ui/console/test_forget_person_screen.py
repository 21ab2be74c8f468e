"""Forgetting a person on the real API: counted first, then removed for good."""

from streamlit.testing.v1 import AppTest

from tests.factories.campaigns import create_taken_run
from tests.factories.public_profiles import queue_handles
from tests.fixtures.console import labels, show, written

SCREEN = "screens/forget_person.py"


def ask(screen: AppTest, handle: str) -> str:
    screen.text_input(key="forget_platform").set_value("demo")
    screen.text_input(key="forget_handle").set_value(handle)
    screen.button(key="forget_look").click().run()
    assert not screen.exception
    return written(screen)


def test_what_would_go_is_shown_before_it_is_removed(administration: AppTest) -> None:
    queue_handles(create_taken_run(), "mira.tal", "tal")
    screen = show(administration, SCREEN)
    assert "Remove for good" not in labels(screen)
    shown = ask(screen, "@Mira.Tal")
    assert "@Mira.Tal on demo: this would go" in shown
    assert "- 1 public profiles" in shown
    assert "- 1 places in the review queue" in shown
    screen.button(key="forget_do").click().run()
    assert not screen.exception
    assert "It is gone" in written(screen)
    assert "Nothing in Muster names this person" in ask(screen, "mira.tal")


def test_a_refusal_says_what_is_missing(administration: AppTest) -> None:
    assert "Nothing was counted" in ask(show(administration, SCREEN), "@")


def test_who_may_not_is_told_whom_to_ask(console: AppTest) -> None:
    assert "Your roles do not include this" in written(show(console, SCREEN))
