"""The screens there are, and which of them the menu shows to whom."""

from collections.abc import Container
from typing import Literal, NamedTuple

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from config.vocabulary import Permission
from ui.console.routes import (
    ACCOUNT,
    BROWSER_PROFILE,
    BROWSER_PROFILES,
    CAMPAIGN,
    CAMPAIGNS,
    CLOAK,
    ERRORS,
    FORGET_PERSON,
    INVITE,
    LIMITS,
    NEW_BROWSER_PROFILE,
    NEW_CAMPAIGN,
    NEW_PROXIES,
    OVERVIEW,
    PEOPLE,
    PERSON,
    PROXIES,
    PROXY,
    REVIEW,
    SECRETS,
)


class Entry(NamedTuple):
    """One screen: its file, its title, its address, and how the menu shows it."""

    path: str
    title: str
    address: str
    icon: str | None = None
    """None: it is reached from another screen, and not in the menu."""

    permission: Permission | None = None
    """Who may not do this does not see it in the menu; the screen asks again."""


ENTRIES: dict[str, tuple[Entry, ...]] = {
    "Work": (
        Entry(OVERVIEW, "Overview", "", "space_dashboard"),
        Entry(CAMPAIGNS, "Campaigns", "campaigns", "campaign"),
        Entry(REVIEW, "Review", "review", "how_to_reg"),
        Entry(
            BROWSER_PROFILES,
            "Browser profiles",
            "browser-profiles",
            "web",
            Permission.BROWSER_PROFILES_READ,
        ),
        Entry(CLOAK, "Cloak", "cloak", "vpn_lock", Permission.CLOAK_READ),
        Entry(PROXIES, "Proxies", "proxies", "lan", Permission.PROXIES_READ),
        Entry(NEW_CAMPAIGN, "New campaign", "new-campaign"),
        Entry(CAMPAIGN, "Campaign", "campaign"),
        Entry(NEW_BROWSER_PROFILE, "New browser profile", "new-browser-profile"),
        Entry(BROWSER_PROFILE, "Browser profile", "browser-profile"),
        Entry(NEW_PROXIES, "Add proxies", "add-proxies"),
        Entry(PROXY, "Proxy", "proxy"),
    ),
    "Administration": (
        Entry(PEOPLE, "People", "people", "group", Permission.ACCOUNTS_READ),
        Entry(INVITE, "Invite somebody", "invite"),
        Entry(PERSON, "Person", "person"),
        Entry(SECRETS, "Secrets", "secrets", "key", Permission.SECRETS_WRITE),
        Entry(ERRORS, "Errors", "errors", "bug_report", Permission.ERRORS_READ),
        Entry(LIMITS, "Rate limits", "rate-limits", "speed", Permission.LIMITS_READ),
        Entry(
            FORGET_PERSON,
            "Forget a person",
            "forget-person",
            "person_remove",
            Permission.PERSONS_FORGET,
        ),
    ),
    "You": (Entry(ACCOUNT, "Account", "account", "account_circle"),),
}


def screens_for(permissions: Container[str]) -> dict[str, list[StreamlitPage]]:
    """
    Return every screen by group; what a person may not do is there, but hidden.

    Hidden rather than left out, so that its address leads to a screen that says why.
    """
    return {
        group: [_page_of(entry, permissions) for entry in entries]
        for group, entries in ENTRIES.items()
    }


def _page_of(entry: Entry, permissions: Container[str]) -> StreamlitPage:
    return st.Page(
        entry.path,
        title=entry.title,
        icon=f":material/{entry.icon}:" if entry.icon else None,
        url_path=entry.address or None,
        default=not entry.address,
        visibility=visibility_of(entry, permissions),
    )


def visibility_of(
    entry: Entry, permissions: Container[str]
) -> Literal["visible", "hidden"]:
    """Return whether the menu shows a screen to somebody who may do this much."""
    allowed = entry.permission is None or entry.permission in permissions
    return "visible" if entry.icon and allowed else "hidden"
