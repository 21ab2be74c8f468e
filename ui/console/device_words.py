"""Where somebody signed in, and what happened to a login, as a person reads it."""

import re
from collections.abc import Mapping

from config.vocabulary import LoginActivityKind
from ui.console.words import UNKNOWN, Sign

BROWSERS = (
    ("Edge", r"\bEdg(?:e|A|iOS)?/"),
    ("Opera", r"\bOPR/"),
    ("Firefox", r"\b(?:Firefox|FxiOS)/"),
    ("Chrome", r"\b(?:Chrome|CriOS|HeadlessChrome)/"),
    ("Safari", r"\bVersion/[\d.]+.*\bSafari/"),
)
"""Name -> what stands in a User-Agent; the first that is found holds."""

SYSTEMS = (
    ("iPhone", r"\biPhone\b"),
    ("iPad", r"\biPad\b"),
    ("Android", r"\bAndroid\b"),
    ("Windows", r"\bWindows\b"),
    ("macOS", r"\bMac OS X\b"),
    ("ChromeOS", r"\bCrOS\b"),
    ("Linux", r"\bLinux\b"),
)

LONGEST_PROGRAM = 40

ACTIVITIES: Mapping[str, Sign] = {
    LoginActivityKind.SIGNED_IN: Sign("Signed in", "login", "green"),
    LoginActivityKind.SIGN_IN_FAILED: Sign("Sign-in failed", "block", "red"),
    LoginActivityKind.SIGNED_OUT: Sign("Signed out", "logout", "gray"),
    LoginActivityKind.LOGIN_ENDED: Sign("Login ended", "lock", "gray"),
    LoginActivityKind.REFRESH_REUSED: Sign(
        "A used token came back; the login was ended", "gpp_bad", "red"
    ),
    LoginActivityKind.PASSWORD_CHANGED: Sign("Password changed", "password", "blue"),
    LoginActivityKind.PASSWORD_RESET: Sign(
        "Password set by a one-time link", "lock_reset", "blue"
    ),
}


def device_in_words(user_agent: str) -> str:
    """Return `Firefox on Windows`, or the name of a program, or that it is unknown."""
    browser, system = _first(BROWSERS, user_agent), _first(SYSTEMS, user_agent)
    if browser and system:
        return f"{browser} on {system}"
    return browser or _program(user_agent) or UNKNOWN.capitalize()


def activity_sign(kind: str) -> Sign:
    """Return how an activity is shown; a word we do not know is shown as it is."""
    words = kind.replace("_", " ").capitalize()
    return ACTIVITIES.get(kind, Sign(words, "info", "gray"))


def _first(known: tuple[tuple[str, str], ...], text: str) -> str | None:
    return next((name for name, sign in known if re.search(sign, text)), None)


def _program(user_agent: str) -> str:
    name = user_agent.strip().partition(" ")[0].partition("/")[0]
    return name[:LONGEST_PROGRAM]
