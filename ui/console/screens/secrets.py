"""Secrets: the keys of interfaces, by name; set, replaced, removed, never shown."""

import re
from functools import partial

import streamlit as st

from config.clock import now
from config.vocabulary import Permission
from ui.console.answers import Secret
from ui.console.api_client import api
from ui.console.attempts import attempt, show_refusal
from ui.console.outcomes import forget_outcome, keep_outcome, show_outcome
from ui.console.panels import panel, show_empty
from ui.console.questions import ask_first, show_question
from ui.console.sign_in import may, require
from ui.console.words import moment_in_words, plain

PLACE = "secrets"
TURN = "secret_turn"
"""A field that was sent is another afterwards: browsers keep what is in one."""


def show_secrets() -> None:
    """Show every secret by its name, and for whom it is."""
    secrets = api().list_secrets()
    for one in secrets:
        show_secret(one)
    if not secrets:
        show_empty(
            "secrets",
            icon="key",
            title="No secret yet",
            advice="Some services give their data only to who brings a key.",
        )


def show_secret(one: Secret) -> None:
    """Show one secret, and offer to remove it; never the secret itself."""
    with st.container(border=True, key=f"secret_{one.name}", gap="small"):
        about, action = st.columns([6, 1.4], vertical_alignment="center")
        with about, st.container(gap="xsmall"):
            st.markdown(f"**{plain(one.name)}** `••••`")
            hosts = ", ".join(one.hosts) or "only the hosts that recipes name"
            since = moment_in_words(one.changed_at, now=now())
            said = f"Sent to {hosts} · set {since} by {one.changed_by}"
            st.markdown(f":gray[:small[{plain(said)}]]")
        if may(Permission.SECRETS_WRITE):
            with action, st.container(horizontal_alignment="right"):
                st.button(
                    "Remove",
                    icon=":material/delete:",
                    key=f"remove_{one.name}",
                    on_click=partial(ask_first, one.name),
                )
        show_question(
            one.name,
            f"**Remove {plain(one.name)}?** It cannot be brought back, and campaigns "
            "that name it cannot be started any more.",
            label="Remove",
            icon="delete",
            act=partial(remove, one.name),
        )


def show_form() -> None:
    """Ask for a secret, or another one of the same name."""
    st.header("Set a secret")
    turn = st.session_state.setdefault(TURN, 0)
    with st.form("secret"):
        name = st.text_input(
            "Name",
            key=f"secret_name_{turn}",
            placeholder="youtube",
            help="Letters, digits, - and _. One of this name is replaced.",
            autocomplete="off",
        )
        value = st.text_input(
            "Key or token",
            type="password",
            key=f"secret_value_{turn}",
            help="Kept sealed; nobody can read it here again.",
            autocomplete="off",
        )
        hosts = st.text_input(
            "Servers that may be sent it",
            key=f"secret_hosts_{turn}",
            placeholder="social.example",
            help="Needed only for recipes that ask for a server's address.",
            autocomplete="off",
        )
        sent = st.form_submit_button(
            "Keep it", type="primary", icon=":material/lock:", key="secret_send"
        )
    if sent:
        keep(name.strip(), value, tuple(re.findall(r"[^\s,;]+", hosts)))
        st.rerun()


def keep(name: str, value: str, hosts: tuple[str, ...]) -> None:
    """Have a secret kept, and say so."""
    forget_outcome(PLACE)
    advice = find_problem(name, value)
    if advice:
        keep_outcome(PLACE, f"**Nothing was kept.** {advice}", kind="not_done")
        return

    def act() -> None:
        api().set_secret(name, value, hosts)
        st.session_state[TURN] += 1
        keep_outcome(PLACE, f"**{plain(name.lower())}** is kept, and sealed.")

    attempt(PLACE, "The secret was not kept", act)


def find_problem(name: str, value: str) -> str | None:
    """Return what has to change before a secret can be kept, None if nothing has."""
    if not name or not value.strip():
        return "A secret needs a name and the key itself."
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name):
        return "A name is made of at most 64 letters, digits, - and _."
    return None


def remove(name: str) -> None:
    """Have a secret removed, and say so."""
    forget_outcome(PLACE)

    def act() -> None:
        api().remove_secret(name)
        keep_outcome(PLACE, f"**{plain(name)}** is removed.")

    attempt(PLACE, "The secret was not removed", act)


st.title("Secrets")
require(Permission.CAMPAIGNS_WRITE)
st.markdown(
    ":gray[Keys of documented interfaces. A campaign names one; the key itself "
    "is sent to the service and shown to nobody.]"
)
with panel("secrets", "The secrets"), st.container(width=820, key="secrets_frame"):
    show_refusal(PLACE, stays=True)
    show_outcome(PLACE)
    show_secrets()
    if may(Permission.SECRETS_WRITE):
        show_form()
