"""Proxies as an operator reads them."""

from collections.abc import Mapping
from datetime import datetime

from config.vocabulary import (
    AccountSessionStatus,
    PinPolicy,
    ProxyProtocol,
    ProxyState,
    ProxyVerb,
)
from tasks.proxies.rotation_schemas import ProxyStanding
from tasks.proxies.rotation_terms import Outcome
from tasks.proxies.schemas import (
    AttemptAnswer,
    CheckAnswer,
    ImportAnswer,
    PinAnswer,
    PoolEntry,
)
from ui.console.cloak_words import as_sentence, exit_in_words
from ui.console.words import Sign, counted, moment_in_words, plain, seconds_in_words

STATE_SIGNS: Mapping[str, Sign] = {
    ProxyState.ACTIVE: Sign("In use", "check_circle", "green"),
    ProxyState.DISABLED: Sign("Disabled", "block", "red"),
    ProxyState.DRAINING: Sign("Draining", "hourglass_bottom", "orange"),
    ProxyState.RETIRED: Sign("Retired", "inventory_2", "gray"),
}
SESSION_SIGNS: Mapping[str, Sign] = {
    AccountSessionStatus.ACTIVE: Sign("In use", "check_circle", "green"),
    AccountSessionStatus.DISABLED: Sign("Disabled", "block", "gray"),
}
OUTCOME_SIGNS: Mapping[str, Sign] = {
    Outcome.SUCCESS: Sign("Success", "check_circle", "green"),
    Outcome.PROXY: Sign("The proxy failed", "error", "red"),
    Outcome.BLOCKED: Sign("The host refused this proxy", "block", "red"),
    Outcome.TARGET: Sign("The host failed", "cloud_off", "orange"),
    Outcome.ACCOUNT: Sign("The account was refused", "person_off", "orange"),
    Outcome.OURS: Sign("Ours: not readable, or cancelled", "build", "gray"),
}
PROTOCOLS: Mapping[str, str] = {
    ProxyProtocol.HTTP: "HTTP",
    ProxyProtocol.HTTPS: "HTTPS",
    ProxyProtocol.SOCKS5: "SOCKS5",
}
SOURCES: Mapping[str, str] = {
    "person": "added one by one",
    "import": "from a list",
    "multilogin": "made by Multilogin X",
}
POLICIES: Mapping[str, str] = {
    PinPolicy.PERSON: "Only a person moves it",
    PinPolicy.SAME_COUNTRY: "Muster moves it within the country",
}
VERB_DONE: Mapping[str, str] = {
    ProxyVerb.ENABLE: "is in use again; its errors are forgotten.",
    ProxyVerb.DISABLE: "is disabled. Pins on it wait.",
    ProxyVerb.DRAIN: "is given to nobody new; what is under way ends. Pins on it wait.",
    ProxyVerb.RETIRE: "is out of the pool; its records stay. Pins on it wait.",
}
VERBS: Mapping[str, tuple[ProxyVerb, ...]] = {
    ProxyState.ACTIVE: (ProxyVerb.DRAIN, ProxyVerb.DISABLE, ProxyVerb.RETIRE),
    ProxyState.DRAINING: (ProxyVerb.ENABLE, ProxyVerb.DISABLE, ProxyVerb.RETIRE),
    ProxyState.DISABLED: (ProxyVerb.ENABLE, ProxyVerb.RETIRE),
    ProxyState.RETIRED: (),
}
"""State -> what can be done with a proxy in it, besides testing and taking back."""

_FAIR_CHANCE, _POOR_CHANCE = 0.7, 0.5
"""A proxy nobody has used with a host yet is given 0.75."""


def badge_of(sign: Sign) -> str:
    """Return a sign as a Markdown badge: icon, word and colour."""
    return f":{sign.colour}-badge[:material/{sign.icon}: {sign.word}]"


def state_badge(state: str) -> str:
    """Return the state of a proxy as a Markdown badge."""
    return badge_of(STATE_SIGNS.get(state, Sign(state.capitalize(), "help", "gray")))


def outcome_sign(outcome: str) -> Sign:
    """Return how an outcome is shown; a word we do not know is shown as it is."""
    return OUTCOME_SIGNS.get(outcome, Sign(outcome.capitalize(), "help", "gray"))


def address_of(proxy: PoolEntry) -> str:
    """Return `192.0.2.1:3128`, or `[2001:db8::1]:3128`."""
    host = f"[{proxy.ip}]" if ":" in proxy.ip else proxy.ip
    return f"{host}:{proxy.port}"


def counts_in_words(counts: Mapping[ProxyState, int]) -> str:
    """Return how many proxies are in which state: `5 in use · 1 disabled`."""
    said = [
        f"{counts[state]:,} {sign.word.lower()}"
        for state, sign in (
            (ProxyState(name), one) for name, one in STATE_SIGNS.items()
        )
        if counts.get(state)
    ]
    return " · ".join(said) or "none"


def kind_in_words(proxy: PoolEntry) -> str:
    """Return protocol, place and tags of a proxy in one line, as outside text."""
    place = (proxy.country, proxy.region, proxy.city)
    parts = (
        PROTOCOLS.get(proxy.protocol, str(proxy.protocol)),
        ", ".join(one for one in place if one),
        " ".join(f"#{tag}" for tag in proxy.tags),
    )
    return " · ".join(part for part in parts if part)


def why_out_in_words(proxy: PoolEntry, *, now: datetime) -> str:
    """Return as a sentence why a proxy is not given out; nothing if it is."""
    if proxy.retired_at is not None:
        return f"Retired {moment_in_words(proxy.retired_at, now=now)}."
    if proxy.state is ProxyState.DRAINING:
        return "It is given to nobody new; what is under way through it ends."
    if proxy.disabled_reason:
        return as_sentence(proxy.disabled_reason)
    return ""


def success_in_words(proxy: PoolEntry) -> str:
    """Return which share of all requests the proxy did not fail: `97 % of 1,204`."""
    total = proxy.total_requests
    if not total:
        return "not used yet"
    share = 1 - proxy.failed_requests / total
    said = f"{share:.0%}".replace("%", " %")
    if share < 1 and said == "100 %":
        said = "over 99 %"
    return f"{said} success of {counted(total, 'request')}"


def errors_in_words(proxy: PoolEntry) -> str:
    """Return how often a proxy failed in a row; nothing if it did not."""
    count = proxy.error_count
    return f"{counted(count, 'failure')} in a row" if count else ""


def check_in_words(proxy: PoolEntry, *, now: datetime) -> str:
    """Return what the last look through a proxy found, as Markdown in one line."""
    if proxy.checked_at is None:
        return "not tested yet"
    when = moment_in_words(proxy.checked_at, now=now)
    if proxy.check_error:
        return f":red[:material/error: test failed {when}]"
    took = proxy.check_latency_ms
    answered = "answered" if took is None else f"answered in {took:,} ms"
    return f"{answered}, {when}"


def exit_of(proxy: PoolEntry) -> str:
    """Return where a proxy leaves, as it was seen; nothing if it was not."""
    if not proxy.exit_address:
        return ""
    return exit_in_words(proxy.exit_address, proxy.exit_country)


def budget_left(
    proxy: PoolEntry, *, per_hour: int, standing: ProxyStanding | None = None
) -> int:
    """Return how many requests a proxy may still carry in this hour."""
    if standing is not None:
        return standing.budget_left_this_hour
    return max(0, per_hour - proxy.requests_this_hour)


def budget_in_words(left: int, *, per_hour: int) -> str:
    """Return the budget of this hour, as Markdown in one line."""
    said = f"{left:,} of {per_hour:,} left this hour"
    return said if left else f":orange[:material/hourglass_top: {said}]"


def standing_in_words(standing: ProxyStanding, *, now: datetime) -> str:
    """Return score and its parts with a host, as Markdown in one line."""
    chance = f"{standing.success_chance:.0%}".replace("%", " %")
    parts = [
        f"Score **{seconds_in_words(standing.score)}**",
        f"{_coloured(chance, standing.success_chance)} chance",
        f"{standing.latency_ms:,} ms",
        f"{standing.in_flight} in flight",
    ]
    if standing.failures_in_row:
        parts.append(f"{counted(standing.failures_in_row, 'failure')} in a row")
    if standing.cooling_until is not None:
        left = max(0.0, (standing.cooling_until - now).total_seconds())
        parts.append(
            f":orange[:material/ac_unit: cools down for {seconds_in_words(left)}]"
        )
    if standing.on_trial:
        parts.append(":violet[:material/science: on trial]")
    return " · ".join(parts)


def check_result_in_words(found: CheckAnswer) -> str:
    """Return what a test just found, as Markdown."""
    if not found.ok:
        return (
            f"**It does not work.** {plain(as_sentence(found.message or 'No answer'))}"
        )
    took = "" if found.latency_ms is None else f" in {found.latency_ms:,} ms"
    if not found.exit_address:
        return (
            f"**It lets us in**, and answered{took}. Where it leaves was not seen: no "
            "page is set that tells (MUSTER_PROXY_UPKEEP__ECHO_URL)."
        )
    seen = exit_in_words(found.exit_address, found.exit_country)
    return f"**It works**, and answered{took}; {seen}."


def import_in_words(found: ImportAnswer) -> str:
    """Return what came of a list: `4 added, 1 known already, 1 refused`."""
    said = [f"**{counted(len(found.added), 'proxy', 'proxies')} added**"]
    if found.known:
        said.append(f"{found.known:,} known already, and left as they are")
    if found.refused:
        said.append(f"{counted(len(found.refused), 'line')} refused")
    return ", ".join(said) + "."


def way_in_in_words(proxy: PoolEntry) -> str:
    """Return whether a proxy wants a user name and a password; neither password."""
    if proxy.username is None:
        return "without a user name"
    secret = "with a password" if proxy.password else "without a password"
    return f"{plain(proxy.username)}, {secret}"


def pin_in_words(pin: PinAnswer, *, browser: str | None) -> str:
    """Return what a pin holds together and who moves it, as Markdown in one line."""
    held = f"with browser profile {plain(browser)}" if browser else "without a browser"
    if pin.policy is PinPolicy.PERSON:
        mover = "only a person moves it"
    else:
        out = counted(pin.patience_minutes, "minute")
        mover = f"moved within the country after {out} out of use"
    return f":material/keep: pinned {held}; {mover}"


def pin_badge(pin: PinAnswer) -> str:
    """Return whether a pin waits, as a Markdown badge; nothing if it does not."""
    if pin.moving_to is not None and pin.moving_to != pin.proxy_id:
        return badge_of(Sign(f"Moving to proxy {pin.moving_to}", "sync", "blue"))
    return badge_of(Sign("Waits", "hourglass_top", "orange")) if pin.waits else ""


def attempt_in_words(attempt: AttemptAnswer, *, now: datetime) -> str:
    """Return one request through a proxy, as Markdown in one line."""
    sign = outcome_sign(attempt.outcome)
    took = "" if attempt.latency_ms is None else f" · {attempt.latency_ms:,} ms"
    when = moment_in_words(attempt.at, now=now)
    return (
        f":{sign.colour}[:material/{sign.icon}:] {sign.word} &nbsp; "
        f"**{plain(attempt.host)}** :gray[:small[{when}{took}]]"
    )


def _coloured(words: str, chance: float) -> str:
    if chance >= _FAIR_CHANCE:
        return words
    return f":{'orange' if chance >= _POOR_CHANCE else 'red'}[{words}]"
