"""The VPN: how its tunnels are, and connecting and disconnecting by location."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import streamlit as st

from config.clock import now
from config.vocabulary import Permission, TunnelState
from ui.console.api_client import cloak
from ui.console.attempts import show_refusal
from ui.console.cloak_answers import (
    CloakStatus,
    Tunnel,
    TunnelAbility,
    TunnelLocation,
    TunnelsAnswer,
)
from ui.console.cloak_words import (
    STATE_SIGNS,
    as_sentence,
    exit_in_words,
    protocol_in_words,
    state_badge,
    status_in_words,
    tunnel_facts,
)
from ui.console.errands import Errand, doing, send_off
from ui.console.presses import pressed
from ui.console.sign_in import may
from ui.console.toasts import tell
from ui.console.words import counted, moment_in_words, plain

CONNECT = "vpn_connect"
_HIDDEN = "vpn_failures_hidden"
MOVING = {
    TunnelState.CONNECTING,
    TunnelState.VERIFYING,
    TunnelState.DISCONNECTING,
}


LEADS_OUT = {TunnelState.CONNECTED, TunnelState.RECONNECTING}


class Choice(NamedTuple):
    """Which tunnel a person wants."""

    location: str
    protocol: str


def show_tunnels(status: CloakStatus) -> None:
    """Show how the VPN is, and what can be done with it."""
    st.markdown(status_in_words(status))
    hidden = st.session_state.get(_HIDDEN, ())
    for tunnel in status.tunnels:
        if (
            tunnel.state != TunnelState.DISCONNECTED
            and _failure_of(tunnel) not in hidden
        ):
            show_tunnel(tunnel)
    if may(Permission.CLOAK_CONNECT):
        show_connect(status)
    show_what_is_missing(status)


def show_tunnel(tunnel: Tunnel) -> None:
    """Show one tunnel with its state, its exit and its buttons."""
    with st.container(border=True, key=f"tunnel_{tunnel.location}", gap="small"):
        about, way_out, actions = st.columns([5, 4, 4], vertical_alignment="center")
        with about:
            st.markdown(
                f"**{plain(tunnel.location)}** &nbsp; {state_badge(tunnel.state)}"
            )
        with way_out, st.container(gap="xsmall"):
            st.markdown(_way_out(tunnel))
            since = moment_in_words(tunnel.since, now=now()) if tunnel.since else ""
            made_by = plain(protocol_in_words(tunnel.protocol))
            st.markdown(f":gray[:small[{', '.join(filter(None, (made_by, since)))}]]")
        with actions, st.container(horizontal=True, horizontal_alignment="right"):
            _show_wishes(tunnel)
        _show_why(tunnel)
        _show_more(tunnel)


def show_connect(status: CloakStatus) -> None:
    """Offer to connect a tunnel by location and protocol."""
    usable = [one for one in status.locations if one.problem is None and one.protocols]
    if not usable:
        _show_no_location(status)
        return
    with st.container(
        horizontal=True, vertical_alignment="bottom", key="connect", gap="medium"
    ):
        choice = _ask_which(usable)
        missing = _missing(status.abilities, choice.protocol)
        busy = doing(CONNECT)
        # Not `on_click`: what was chosen last comes along with the click, and counts.
        if pressed(
            busy or "Connect",
            type="secondary" if status.connected else "primary",
            icon=":material/hourglass_top:" if busy else ":material/vpn_lock:",
            key="vpn_connect",
            disabled=busy is not None or bool(missing) or _is_up(status, choice),
        ):
            connect(choice)
            st.rerun()
    if missing:
        name = plain(protocol_in_words(choice.protocol))
        st.markdown(
            f":orange[:material/warning:] {name} cannot be used on this machine: "
            f"{plain(missing)}"
        )
    told = next(
        (one for one in status.tunnels if one.location == choice.location), None
    )
    known = told.reason.error if told and told.reason else None
    show_refusal(CONNECT, stays=True, unless=known)


def connect(choice: Choice) -> None:
    """Connect a tunnel; the screen goes on."""
    door = cloak()
    send_off(
        Errand(
            CONNECT,
            "Connecting…",
            f"{choice.location} did not connect",
            lambda: door.connect(choice.location, choice.protocol),
            lambda answer: tell_connected(choice.location, answer),
        )
    )


def tell_connected(location: str, answer: TunnelsAnswer) -> None:
    """Say in a toast, which is read out, that a tunnel is there."""
    seen = f" The exit is {plain(answer.exit_ip)}." if answer.exit_ip else ""
    tell(f"{plain(location)} is connected.{seen}", icon=":material/vpn_lock:")


def disconnect(location: str) -> None:
    """Disconnect a tunnel; the screen goes on."""
    door = cloak()
    send_off(
        Errand(
            _errand_of(location),
            "Disconnecting…",
            f"{location} did not disconnect",
            lambda: door.disconnect(location),
        )
    )


def hide(tunnel: Tunnel) -> None:
    """Show this failure no more to this person; nothing is left to disconnect."""
    st.session_state.setdefault(_HIDDEN, set()).add(_failure_of(tunnel))


def show_what_is_missing(status: CloakStatus) -> None:
    """Say what keeps protocols and configuration files from being used, and why."""
    broken = [one for one in status.locations if one.problem is not None]
    unable = {
        name: ability
        for name, ability in status.abilities.items()
        if not ability.available
    }
    if not broken and not unable:
        return
    with st.expander(
        _what_is_missing(broken, unable), icon=":material/build:", key="vpn_missing"
    ):
        for missing, names in _by_reason(unable).items():
            st.markdown(
                f"- **{plain(', '.join(names))}** cannot be used on this machine. "
                f"Missing: {plain(missing)}"
            )
        for one in broken:
            st.markdown(
                f"- **{plain(one.location)}** cannot be connected: "
                f"{plain(one.problem or '')}"
            )


def _ask_which(usable: Sequence[TunnelLocation]) -> Choice:
    by_name = {one.location: one for one in usable}
    location = st.selectbox(
        "Location",
        list(by_name),
        key="vpn_location",
        width=300,
        persist_state="session",
    )
    protocols = list(by_name[location].protocols)
    protocol = st.segmented_control(
        "Protocol",
        protocols,
        default=protocols[0],
        required=True,
        format_func=protocol_in_words,
        # Of this location: another one may have others.
        key=f"vpn_protocol_{location}",
    )
    return Choice(location, protocol or protocols[0])


def _show_wishes(tunnel: Tunnel) -> None:
    if not may(Permission.CLOAK_CONNECT):
        return
    busy = doing(_errand_of(tunnel.location))
    failed = tunnel.state == TunnelState.FAILED
    if failed and tunnel.protocol and not busy:
        st.button(
            "Connect again",
            icon=":material/replay:",
            key=f"reconnect_{tunnel.location}",
            disabled=doing(CONNECT) is not None,
            on_click=connect,
            args=(Choice(tunnel.location, tunnel.protocol),),
        )
    if failed:
        st.button(
            "Hide",
            icon=":material/visibility_off:",
            key=f"hide_{tunnel.location}",
            on_click=hide,
            args=(tunnel,),
        )
        return
    st.button(
        busy or "Disconnect",
        icon=":material/hourglass_top:" if busy else ":material/link_off:",
        key=f"disconnect_{tunnel.location}",
        disabled=busy is not None or tunnel.state == TunnelState.DISCONNECTING,
        on_click=disconnect,
        args=(tunnel.location,),
    )


def _show_why(tunnel: Tunnel) -> None:
    show_refusal(_errand_of(tunnel.location), stays=True)
    if tunnel.reason is None:
        return
    said = plain(as_sentence(tunnel.reason.message))
    if tunnel.state == TunnelState.FAILED:
        st.error(said, icon=":material/error:")
    elif tunnel.state == TunnelState.RECONNECTING:
        st.warning(
            f"{said} Until it is back, whatever leaves through it has no network.",
            icon=":material/sync:",
        )


def _show_more(tunnel: Tunnel) -> None:
    facts = tunnel_facts(tunnel, now=now())
    leads_out = bool(tunnel.proxy_url) and tunnel.state in LEADS_OUT
    with st.expander(
        "Details, and how to leave through it" if leads_out else "Details",
        icon=":material/info:",
        key=f"tunnel_details_{tunnel.location}",
    ):
        if leads_out:
            st.markdown(
                "A browser profile or a program leaves through this tunnel by way of "
                "this proxy:"
            )
            st.code(tunnel.proxy_url or "", language=None)
        with st.container(gap="xsmall"):
            for name, said in facts.items():
                st.markdown(f":gray[{name}] &nbsp; {said}")


def _show_no_location(status: CloakStatus) -> None:
    if status.locations:
        st.markdown(
            ":gray[None of the configuration files can be used: see what is missing.]"
        )
        return
    st.markdown(
        ":gray[There are no locations yet. Whoever runs Muster puts a configuration "
        "file for each into the folder for VPN files: *location*.ovpn for OpenVPN, "
        "*location*.conf for WireGuard, *location*.gluetun for gluetun.]"
    )


def _missing(abilities: Mapping[str, TunnelAbility], protocol: str) -> str:
    ability = abilities.get(protocol)
    if ability is None or ability.available:
        return ""
    return "; ".join(ability.missing) or "it did not say why"


def _what_is_missing(
    broken: Sequence[TunnelLocation], unable: Mapping[str, TunnelAbility]
) -> str:
    said = []
    if unable:
        names = ", ".join(protocol_in_words(name) for name in unable)
        said.append(f"{names} cannot be used here")
    if broken:
        said.append(f"{counted(len(broken), 'location')} with a problem")
    return "What is missing: " + "; ".join(said)


def _is_up(status: CloakStatus, choice: Choice) -> bool:
    return any(
        (one.location, one.protocol) == choice and one.state == TunnelState.CONNECTED
        for one in status.tunnels
    )


def _by_reason(unable: Mapping[str, TunnelAbility]) -> dict[str, list[str]]:
    """Return what is missing -> which protocols it keeps from being used."""
    found: dict[str, list[str]] = {}
    for name, ability in unable.items():
        said = "; ".join(ability.missing) or "it did not say what is missing"
        found.setdefault(said, []).append(protocol_in_words(name))
    return found


def _way_out(tunnel: Tunnel) -> str:
    if tunnel.state == TunnelState.CONNECTED:
        said = exit_in_words(tunnel.exit_ip, tunnel.exit_country)
        return said[:1].upper() + said[1:]
    if tunnel.state in MOVING:
        return f":small[{STATE_SIGNS[TunnelState(tunnel.state)].word}…]"
    return ":small[no way out]"


def _failure_of(tunnel: Tunnel) -> str:
    """Return what tells one failure from the next of the same location."""
    failed = tunnel.state == TunnelState.FAILED
    return f"{tunnel.location} {tunnel.since}" if failed else ""


def _errand_of(location: str) -> str:
    return f"vpn_{location}"
