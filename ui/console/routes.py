"""Where each screen is, so that one can lead to another."""

from typing import NoReturn
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


def go_to_campaign(campaign_id: UUID) -> NoReturn:
    """Show one campaign."""
    st.switch_page(CAMPAIGN, query_params={"id": str(campaign_id)})


def go_to_review(campaign_id: UUID | None = None) -> NoReturn:
    """Show the review queue, of one campaign or of all."""
    wish = {"campaign": str(campaign_id)} if campaign_id else None
    st.switch_page(REVIEW, query_params=wish)


def go_to_browser_profile(browser_profile_id: UUID) -> NoReturn:
    """Show one browser profile."""
    st.switch_page(BROWSER_PROFILE, query_params={"id": str(browser_profile_id)})


def go_to_leak_tests(browser_profile_id: UUID) -> NoReturn:
    """Show the leak tests of one browser profile."""
    asked = {"show": "history", "profile": str(browser_profile_id)}
    st.switch_page(CLOAK, query_params=asked)


def go_to_proxy(proxy_id: int) -> NoReturn:
    """Show one proxy."""
    st.switch_page(PROXY, query_params={"id": str(proxy_id)})


def go_to_new_proxies(way: str) -> NoReturn:
    """Show how proxies are added, by one of the ways there are."""
    st.switch_page(NEW_PROXIES, query_params={"show": way})


def go_to_person(account_id: UUID) -> NoReturn:
    """Show one person who may sign in."""
    st.switch_page(PERSON, query_params={"id": str(account_id)})


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
