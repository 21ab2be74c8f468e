"""One browser profile: how it is, where it is driven, what its page shows now."""

from collections.abc import Mapping

import streamlit as st

from config.vocabulary import BrowserState, EventType, Permission
from ui.console.api_client import browsers
from ui.console.browser_answers import BrowserProfile
from ui.console.browser_leak_test import show_leak_test_of
from ui.console.browser_rows import (
    REMOVED,
    show_removal,
    show_removal_question,
    show_since,
    show_what_went_wrong,
    show_wishes,
)
from ui.console.browser_words import (
    flag_title,
    kind_in_words,
    lease_in_words,
    proxy_in_words,
    state_badge,
    word_with_meaning,
)
from ui.console.components.page_picture import show_page_picture
from ui.console.components.watcher import rerun_on_change
from ui.console.errands import await_errands, collect_errands
from ui.console.panels import panel, show_empty
from ui.console.routes import BROWSER_PROFILES, Goal, asked_id, go_to
from ui.console.sign_in import require
from ui.console.words import date_in_words, plain


def show_head(profile: BrowserProfile) -> None:
    """Show which one it is, its state, and what can be done."""
    st.title(plain(profile.name))
    with st.container(horizontal=True, vertical_alignment="center", key="head"):
        st.markdown(state_badge(profile.state))
        with st.container(width="stretch", key="since"):
            show_since(profile)
        show_wishes(profile)
        show_removal(profile)
    show_what_went_wrong(profile)
    show_removal_question(profile)


def show_way_in(profile: BrowserProfile) -> None:
    """Show where a program drives the browser, and who does."""
    browser = profile.browser
    if browser is None or browser.selenium_url is None:
        return
    st.header("Selenium URL")
    st.markdown("`webdriver.Remote(command_executor=…)` attaches here.")
    st.code(browser.selenium_url, language=None)
    lease = lease_in_words(profile)
    if lease:
        st.markdown(f":material/person: In use by {lease}.")


def show_page(profile: BrowserProfile) -> None:
    """Show the page that the browser has open, while somebody looks."""
    if profile.state != BrowserState.RUNNING:
        return
    st.header("What it shows now")
    show_page_picture(profile.id, name=profile.name)


def show_unsupported(profile: BrowserProfile) -> None:
    """Say which flags the browser that runs could not honour, and why."""
    browser = profile.browser
    if browser is None or profile.state != BrowserState.RUNNING:
        return
    if not browser.unsupported:
        st.markdown(
            ":green[:material/check_circle:] No flag was reported as not honoured."
        )
        return
    with st.container(border=True, key="unsupported", gap="small"):
        st.markdown(
            ":orange[:material/warning:] **Not everything could be honoured.** Pages "
            "see this instead:"
        )
        for one in browser.unsupported:
            st.markdown(
                f"- **{plain(flag_title(one.flag))}**: asked for {plain(one.asked)}, "
                f"applied is {plain(one.applied)}. {plain(sentence(one.reason))}"
            )


def show_flags(profile: BrowserProfile) -> None:
    """Show the masking flags as they are set."""
    flags = profile.parameters.flags
    with st.expander(
        f"All {len(flags)} masking flags", icon=":material/tune:", key="flags"
    ):
        show_facts({flag_title(name): word for name, word in flags.items()})
        if profile.parameters.fingerprint:
            st.markdown("**Values of what is custom**")
            st.json(profile.parameters.fingerprint)


def show_details(profile: BrowserProfile) -> None:
    """Show what else there is to know."""
    names = {one.id: one.name for one in browsers().list_folders()}
    pages = profile.parameters.start_urls
    browser = profile.browser
    started = profile.last_started_at
    facts = {
        "Folder": plain(names.get(profile.folder_id, "not known yet")),
        "Browser": plain(kind_in_words(profile)),
        "Proxy": proxy_in_words(profile.proxy),
        "Start pages": plain(", ".join(pages)) if pages else "none",
        "Machine": plain(browser.worker) if browser else "",
        "Window": ("none" if browser.headless else "shown") if browser else "",
        "Created": date_in_words(profile.created_at),
        "Last started": date_in_words(started) if started else "never",
        "Notes": plain(profile.notes),
    }
    st.header("Details")
    with st.container(key="details", gap="xsmall"):
        for name, said in facts.items():
            if said:
                st.markdown(f":gray[{name}] &nbsp; {said}")


def show_facts(facts: Mapping[str, str]) -> None:
    """Show masking flags in two columns."""
    columns = st.columns(2, gap="large")
    for place, (name, word) in enumerate(facts.items()):
        said = plain(word_with_meaning(word))
        columns[place % 2].markdown(f":gray[{plain(name)}] &nbsp; {said}")


def sentence(reason: str) -> str:
    """Return a reason as a sentence."""
    return reason[:1].upper() + reason[1:] + ("" if reason.endswith(".") else ".")


st.page_link(BROWSER_PROFILES, label="Browser profiles", icon=":material/arrow_back:")
require(Permission.BROWSER_PROFILES_READ)
collect_errands()
browser_profile_id = asked_id("id")
if browser_profile_id is None:
    show_empty(
        "browser_profile",
        icon="search_off",
        title="Which browser profile?",
        advice="This address names none. Open one from the list of browser profiles.",
    )
    st.stop()

with panel("browser_profile", "This browser profile"):
    profile = browsers().get_browser_profile(browser_profile_id)
    if profile is None and browser_profile_id in st.session_state.get(REMOVED, ()):
        go_to(Goal(BROWSER_PROFILES))
    elif profile is None:
        show_empty(
            "browser_profile",
            icon="search_off",
            title="There is no such browser profile",
            advice="It may have been deleted. The list shows those there are.",
        )
    else:
        with st.container():  # always one part, so that a refusal moves nothing else
            show_head(profile)
        show_way_in(profile)
        show_page(profile)
        show_leak_test_of(profile)
        st.header("Masking flags")
        show_unsupported(profile)
        show_flags(profile)
        show_details(profile)

rerun_on_change(EventType.BROWSER)
rerun_on_change(EventType.CLOAK)
await_errands()
