"""Where each screen is, so that one can lead to another."""

from dataclasses import dataclass
from time import monotonic
from typing import Any, NamedTuple, NoReturn
from uuid import UUID

import streamlit as st

OVERVIEW = "screens/overview.py"
CAMPAIGNS = "screens/campaigns.py"
NEW_CAMPAIGN = "screens/new_campaign.py"
CAMPAIGN = "screens/campaign_run.py"
REVIEW = "screens/review.py"
BROWSER_PROFILES = "screens/browser_profiles.py"
NEW_BROWSER_PROFILE = "screens/new_browser_profile.py"
BROWSER_PROFILE = "screens/browser_profile.py"
CLOAK = "screens/cloak.py"
PROXIES = "screens/proxies.py"
NEW_PROXIES = "screens/new_proxies.py"
PROXY = "screens/proxy.py"
PEOPLE = "screens/people.py"
INVITE = "screens/invite.py"
PERSON = "screens/person.py"
ERRORS = "screens/errors.py"
LIMITS = "screens/rate_limits.py"
SECRETS = "screens/secrets.py"
FORGET_PERSON = "screens/forget_person.py"
ACCOUNT = "screens/account.py"

SHOWN = "screen_shown"
"""In the state of a session: the address of the screen that is shown now."""

_KEPT = "course"
_SECONDS_TO_GO = 5.0
"""So long a press leads on, on a server that has much to do."""

_SECONDS_TO_ARRIVE = 0.5
"""So long a browser may take to notice that another screen is shown; then a person
can go back to the one that was left."""


class Goal(NamedTuple):
    """Where one can be led."""

    screen: str
    wish: dict[str, str] | None = None
    """The query in its address."""


class Going(NamedTuple):
    """A person is led from one screen to another."""

    left: str
    goal: Goal
    until: float
    """By the clock that only goes forward, in seconds."""


@dataclass
class Course:
    """Where a person is being led, if anywhere."""

    going: Going | None = None

    def set(self, left: str, goal: Goal) -> None:
        """Lead to another screen; nothing in here may stop the run."""
        self.going = Going(left, goal, monotonic() + _SECONDS_TO_GO)


def lead(label: str, goal: Goal, *, key: str, **looks: Any) -> None:
    """
    Show a button that leads to another screen, whatever else runs meanwhile.

    Args:
        label: What the button says.
        goal: Where it leads.
        key: Unique on its screen.
        looks: Whatever else `st.button` takes.
    """
    st.button(label, key=key, on_click=_course().set, args=(_shown(), goal), **looks)


def go_to(goal: Goal) -> NoReturn:
    """Show another screen at once, from one that does not run again by itself."""
    st.switch_page(goal.screen, query_params=goal.wish)


def go_on(shown: str) -> None:
    """
    Go where the person is being led, if it is the screen that was left that runs.

    A browser names its screen in whatever it sends. What it sends before it knows of
    the new one, as a live screen does by itself, would lead back.
    """
    going = _course().going
    if going and shown == going.left and monotonic() < going.until:
        st.switch_page(going.goal.screen, query_params=going.goal.wish)


def arrive() -> None:
    """Be led no further, or not for long: a whole run of a screen is over."""
    course = _course()
    if course.going:
        until = min(course.going.until, monotonic() + _SECONDS_TO_ARRIVE)
        course.going = course.going._replace(until=until)


def _course() -> Course:
    course: Course = st.session_state.setdefault(_KEPT, Course())
    return course


def _shown() -> str:
    return str(st.session_state.get(SHOWN))


def to_campaign(campaign_id: UUID) -> Goal:
    """Return where one campaign is shown."""
    return Goal(CAMPAIGN, {"id": str(campaign_id)})


def to_review(campaign_id: UUID | None = None) -> Goal:
    """Return where the review queue, of one campaign or of all, is shown."""
    wish = {"campaign": str(campaign_id)} if campaign_id else None
    return Goal(REVIEW, wish)


def to_browser_profile(browser_profile_id: UUID) -> Goal:
    """Return where one browser profile is shown."""
    return Goal(BROWSER_PROFILE, {"id": str(browser_profile_id)})


def to_leak_tests(browser_profile_id: UUID) -> Goal:
    """Return where the leak tests of one browser profile are shown."""
    asked = {"show": "history", "profile": str(browser_profile_id)}
    return Goal(CLOAK, asked)


def to_proxy(proxy_id: int) -> Goal:
    """Return where one proxy is shown."""
    return Goal(PROXY, {"id": str(proxy_id)})


def to_new_proxies(way: str) -> Goal:
    """Return where proxies are added, by one of the ways there are."""
    return Goal(NEW_PROXIES, {"show": way})


def to_person(account_id: UUID) -> Goal:
    """Return where one person who may sign in is shown."""
    return Goal(PERSON, {"id": str(account_id)})


def asked_id(name: str) -> UUID | None:
    """Return the id that the address of this screen names, if it names one."""
    try:
        return UUID(st.query_params.get(name, ""))
    except ValueError:
        return None


def asked_number(name: str) -> int | None:
    """Return the whole number that the address of this screen names, if any."""
    said = st.query_params.get(name, "")
    return int(said) if said.isdecimal() and said.isascii() else None
