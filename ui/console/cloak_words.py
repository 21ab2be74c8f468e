"""Exits, leak tests and tunnels as an operator reads them."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from config.vocabulary import (
    LeakKind,
    LeakScope,
    LeakSubject,
    LeakVerdict,
    TunnelProtocol,
    TunnelState,
)
from tasks.leak_tests.schemas import Finding, LastLeakTest
from ui.console.cloak_answers import (
    CloakStatus,
    LeakTest,
    SubjectShown,
    Tunnel,
)
from ui.console.words import Sign, moment_in_words, plain, seconds_in_words

MAIN_KINDS = (LeakKind.IP, LeakKind.DNS, LeakKind.WEBRTC)
"""Those a test is passed or failed by; the others stand beside them."""

VERDICT_SIGNS: Mapping[str, Sign] = {
    LeakVerdict.LEAK: Sign("Leak", "warning", "red"),
    LeakVerdict.CLEAN: Sign("Clean", "check_circle", "green"),
    LeakVerdict.INCONCLUSIVE: Sign("Could not tell", "help", "orange"),
}
KIND_TITLES: Mapping[str, str] = {
    LeakKind.IP: "Address",
    LeakKind.DNS: "DNS",
    LeakKind.WEBRTC: "WebRTC",
    LeakKind.TIMEZONE: "Time zone",
    LeakKind.LOCALE: "Languages",
    LeakKind.GEOLOCATION: "Place",
    LeakKind.HEADERS: "Headers",
}
SUBJECTS: Mapping[str, str] = {
    LeakSubject.BROWSER_PROFILE: "Browser profile",
    LeakSubject.PROXY: "Proxy",
    LeakSubject.VPN: "VPN",
    LeakSubject.DIRECT: "Direct exit",
}
SCOPES: Mapping[str, str] = {
    LeakScope.BROWSER: "looked at from inside the browser",
    LeakScope.NETWORK: "looked at without a browser",
}
STATE_SIGNS: Mapping[str, Sign] = {
    TunnelState.CONNECTING: Sign("Connecting", "hourglass_top", "blue"),
    TunnelState.VERIFYING: Sign("Looking at its exit", "travel_explore", "blue"),
    TunnelState.CONNECTED: Sign("Connected", "vpn_lock", "green"),
    TunnelState.RECONNECTING: Sign("Reconnecting", "sync", "orange"),
    TunnelState.DISCONNECTING: Sign("Disconnecting", "hourglass_bottom", "gray"),
    TunnelState.DISCONNECTED: Sign("Disconnected", "link_off", "gray"),
    TunnelState.FAILED: Sign("Failed", "error", "red"),
}
PROTOCOLS: Mapping[str, str] = {
    TunnelProtocol.OPENVPN: "OpenVPN",
    TunnelProtocol.WIREGUARD: "WireGuard",
    TunnelProtocol.GLUETUN: "gluetun",
}

_WORDS_SHOWN: Mapping[bool | None, str] = {
    True: LeakVerdict.LEAK,
    False: LeakVerdict.CLEAN,
    None: LeakVerdict.INCONCLUSIVE,
}
_BYTES = 1_000


def verdict_badge(verdict: str) -> str:
    """Return a verdict as a Markdown badge: icon, word and colour."""
    sign = VERDICT_SIGNS.get(verdict, Sign(verdict.capitalize(), "help", "gray"))
    return _badge(sign)


def state_badge(state: str) -> str:
    """Return the state of a tunnel as a Markdown badge: icon, word and colour."""
    return _badge(STATE_SIGNS.get(state, Sign(state.capitalize(), "help", "gray")))


def kind_title(kind: str) -> str:
    """Return what a finding is about."""
    return KIND_TITLES.get(kind, kind.replace("_", " ").capitalize())


def protocol_in_words(protocol: str | None) -> str:
    """Return the name of a protocol; one we do not know keeps its own."""
    return PROTOCOLS.get(protocol or "", protocol or "")


def main_findings(test: LeakTest) -> tuple[Finding, ...]:
    """Return what was found about address, DNS and WebRTC; nothing is left out."""
    shown = {
        LeakKind.IP: test.ip_leak,
        LeakKind.DNS: test.dns_leak,
        LeakKind.WEBRTC: test.webrtc_leak,
    }
    found = {one.kind: one for one in test.findings}
    return tuple(
        found.get(kind)
        or Finding(kind=kind, verdict=LeakVerdict(_WORDS_SHOWN[shown[kind]]), means="")
        for kind in MAIN_KINDS
    )


def other_findings(test: LeakTest) -> tuple[Finding, ...]:
    """Return what was found beside address, DNS and WebRTC."""
    return tuple(one for one in test.findings if one.kind not in MAIN_KINDS)


def finding_in_words(finding: Finding) -> str:
    """Return why a verdict is as it is, in a sentence, as Markdown."""
    if finding.reasons:
        return plain(" ".join(as_sentence(one.message) for one in finding.reasons[:2]))
    if finding.verdict == LeakVerdict.INCONCLUSIVE:
        return "It was not looked at."
    return plain(f"Seen: {listed(finding.seen)}.") if finding.seen else ""


def others_in_words(test: LeakTest) -> str:
    """Return in a line what else gives something away; nothing if nothing does."""
    leaks = [
        kind_title(one.kind).lower()
        for one in other_findings(test)
        if one.verdict == LeakVerdict.LEAK
    ]
    if not leaks:
        return ""
    return f"Beside these, something does not fit the exit: **{', '.join(leaks)}**."


def subject_in_words(subject: SubjectShown) -> str:
    """Return what is tested, as outside text."""
    kind = SUBJECTS.get(subject.kind, str(subject.kind))
    if subject.kind == LeakSubject.DIRECT or not subject.name:
        return kind
    return f"{kind} {subject.name}"


def exit_in_words(address: str | None, country: str | None) -> str:
    """Return an exit as Markdown: address and country, as far as they are known."""
    if not address:
        return "exit not known"
    return f"exit **{plain(address)}**" + (f" ({plain(country)})" if country else "")


def status_in_words(status: CloakStatus) -> str:
    """Return in a line by which exit Muster can leave now, as Markdown."""
    up = [one for one in status.tunnels if one.state == TunnelState.CONNECTED]
    if not up:
        word = _badge(STATE_SIGNS[TunnelState.DISCONNECTED])
        return f"{word} &nbsp; No tunnel is connected."
    names = ", ".join(plain(one.location) for one in up)
    seen = exit_in_words(status.exit_ip, status.exit_country)
    return f"{_badge(STATE_SIGNS[TunnelState.CONNECTED])} &nbsp; **{names}**, {seen}"


def tunnel_facts(tunnel: Tunnel, *, now: datetime) -> dict[str, str]:
    """Return what else there is to know of a tunnel, as Markdown by name."""
    facts = {
        "Protocol": plain(protocol_in_words(tunnel.protocol)),
        "Server": _code(tunnel.endpoint),
        "Address in the tunnel": _code(tunnel.tunnel_address),
        "Exit last seen": _moment(tunnel.checked_at, now),
        "Last handshake": _moment(tunnel.last_handshake_at, now),
        "Received": bytes_in_words(tunnel.received_bytes),
        "Sent": bytes_in_words(tunnel.sent_bytes),
        "Machine": plain(tunnel.worker or ""),
    }
    return {name: said for name, said in facts.items() if said}


def bytes_in_words(count: int | None) -> str:
    """Return an amount of data as `12 B`, `3.4 kB`, `5.6 MB` or `7.8 GB`."""
    if count is None:
        return ""
    if count < _BYTES:
        return f"{count} B"
    amount = float(count)
    for unit in ("kB", "MB", "GB"):
        amount /= _BYTES
        if amount < _BYTES or unit == "GB":
            break
    return f"{amount:,.1f} {unit}"


def took_in_words(milliseconds: float) -> str:
    """Return how long something took: `120 ms` or `2.4 s`."""
    if milliseconds < _BYTES:
        return f"{round(milliseconds)} ms"
    return seconds_in_words(milliseconds / _BYTES)


def every_in_words(minutes: int) -> str:
    """Return how often something is repeated: `every 15 min`, `every hour`."""
    for unit, size in (("week", 10_080), ("day", 1_440), ("hour", 60)):
        if minutes % size == 0:
            many = minutes // size
            return f"every {unit}" if many == 1 else f"every {many} {unit}s"
    return f"every {minutes} min"


def last_test_in_words(test: LastLeakTest | None, *, now: datetime) -> str:
    """Return how the last leak test ended, in a few words."""
    if test is None:
        return "not tested yet"
    when = moment_in_words(test.at, now=now)
    shown = (test.ip_leak, test.dns_leak, test.webrtc_leak)
    leaks = _titles_where(shown, is_so=True)
    unknown = _titles_where(shown, is_so=None)
    if leaks:
        return f"{listed(leaks)} {'leaks' if len(leaks) == 1 else 'leak'}, {when}"
    if unknown:
        return f"no leak found, could not tell about {listed(unknown)}, {when}"
    return f"clean, {when}"


def listed(words: Iterable[str]) -> str:
    """Return words with commas between them."""
    return ", ".join(words)


def as_sentence(message: str) -> str:
    """Return a message as a sentence: it begins large and ends with a full stop."""
    ending = "" if message.endswith((".", "!", "?")) else "."
    return message[:1].upper() + message[1:] + ending


def _titles_where(shown: tuple[bool | None, ...], *, is_so: bool | None) -> list[str]:
    titles = zip(("address", "DNS", "WebRTC"), shown, strict=True)
    return [title for title, leak in titles if leak is is_so]


def _badge(sign: Sign) -> str:
    return f":{sign.colour}-badge[:material/{sign.icon}: {sign.word}]"


def _code(text: str | None) -> str:
    return f"`{text.replace('`', '')}`" if text else ""


def _moment(moment: datetime | None, now: datetime) -> str:
    return moment_in_words(moment, now=now) if moment else ""
