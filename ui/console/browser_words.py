"""Browser profiles as an operator reads them."""

from collections.abc import Mapping
from datetime import datetime

from config.vocabulary import BrowserState
from tasks.browser_profiles.schemas import ShownProxy
from ui.console.browser_answers import BrowserProfile
from ui.console.cloak_words import last_test_in_words
from ui.console.words import Sign, date_in_words, moment_in_words, plain

STATE_SIGNS: Mapping[str, Sign] = {
    BrowserState.STOPPED: Sign("Stopped", "stop_circle", "gray"),
    BrowserState.STARTING: Sign("Starting", "hourglass_top", "blue"),
    BrowserState.RUNNING: Sign("Running", "autoplay", "blue"),
    BrowserState.STOPPING: Sign("Stopping", "hourglass_bottom", "gray"),
    BrowserState.FAILED: Sign("Did not start", "error", "red"),
    BrowserState.CRASHED: Sign("Ended by itself", "heart_broken", "red"),
}

FLAG_TITLES: Mapping[str, str] = {
    "os_type": "System",
    "navigator_masking": "Navigator: user agent, platform",
    "audio_masking": "Audio",
    "localization_masking": "Languages and locale",
    "geolocation_popup": "Question for the place",
    "geolocation_masking": "Place",
    "timezone_masking": "Time zone",
    "graphics_noise": "Graphics noise",
    "graphics_masking": "Graphics card",
    "webrtc_masking": "WebRTC",
    "fonts_masking": "Fonts",
    "media_devices_masking": "Cameras and microphones",
    "screen_masking": "Screen",
    "proxy_masking": "Proxy",
    "ports_masking": "Ports",
    "quic_mode": "QUIC",
    "canvas_noise": "Canvas noise",
    "startup_behavior": "On start",
}

WORD_MEANINGS: Mapping[str, str] = {
    "natural": "as the machine is",
    "mask": "values made up",
    "custom": "values stated",
    "disabled": "off",
    "prompt": "ask",
    "allow": "always yes",
    "block": "always no",
    "recover": "the last tabs",
}

SYSTEMS: Mapping[str, str] = {
    "windows": "Windows",
    "macos": "macOS",
    "linux": "Linux",
    "android": "Android",
}
BROWSERS: Mapping[str, str] = {
    "mimic": "Mimic (Chromium)",
    "stealthfox": "Stealthfox (Firefox)",
}
PROXIES: Mapping[str, str] = {"http": "HTTP", "https": "HTTPS", "socks5": "SOCKS5"}

_SINCE: Mapping[str, str] = {
    BrowserState.STOPPED: "stopped",
    BrowserState.STARTING: "asked to",
    BrowserState.STOPPING: "asked to",
    BrowserState.FAILED: "tried",
    BrowserState.CRASHED: "ended",
}

START_AGAIN = "Start it again. If that fails too, the agent's log says more."
ADVICE: Mapping[str, str] = {
    "proxy_connection_failed": (
        "See that the proxy is up and takes this user name and password, then start "
        "again. If it is gone for good, make a browser profile with another proxy."
    ),
    "browser_profile_locked": (
        "Close it where else it is open, or unlock it in Multilogin X if nobody uses "
        "it; then start again."
    ),
    "browser_profile_unknown": (
        "It was removed at Multilogin X. Delete it here and make a new one."
    ),
    "browser_core_downloading": (
        "Wait a minute: a version of the browser is fetched once, for all browser "
        "profiles. Then start again."
    ),
    "multilogin_agent_not_running": (
        "Start the Multilogin X agent on the machine that is to run the browser, then "
        "start again here."
    ),
    "multilogin_not_signed_in": (
        "Ask whoever runs Muster to put the sign-in at Multilogin X right."
    ),
    "multilogin_busy": "Wait a minute, then start again.",
    "multilogin_unreachable": "Wait a minute, then start again.",
    "browser_gone": (
        "Start it again. If it ends over and over, the machine may be short of memory."
    ),
    "browser_silent": "It was stopped. Start it again.",
    "worker_silent": (
        "See that the machine and Muster's worker on it are up, then start again."
    ),
}


def state_badge(state: str) -> str:
    """Return the state of a browser as a Markdown badge: icon, word and colour."""
    sign = STATE_SIGNS.get(state, Sign(state.capitalize(), "help", "gray"))
    return f":{sign.colour}-badge[:material/{sign.icon}: {sign.word}]"


def counts_in_words(counts: Mapping[str, int]) -> str:
    """Return how many browser profiles are in which state, those first that matter."""
    order = (
        BrowserState.RUNNING,
        BrowserState.STARTING,
        BrowserState.STOPPING,
        BrowserState.FAILED,
        BrowserState.CRASHED,
        BrowserState.STOPPED,
    )
    said = [
        f"{counts[state]:,} {STATE_SIGNS[state].word.lower()}"
        for state in order
        if counts.get(state)
    ]
    return " · ".join(said) or "none"


def advice_for(error: str) -> str:
    """Return what a person can do about a browser that failed or is gone."""
    return ADVICE.get(error, START_AGAIN)


def flag_title(flag: str) -> str:
    """Return what a masking flag is about; one we do not know keeps its name."""
    known = FLAG_TITLES.get(flag)
    return known or flag.removesuffix("_masking").replace("_", " ").capitalize()


def word_with_meaning(word: str) -> str:
    """Return what a masking flag is set to, and what that means."""
    meaning = WORD_MEANINGS.get(word)
    return f"{word}: {meaning}" if meaning else word


def proxy_in_words(proxy: ShownProxy | None) -> str:
    """Return where a browser goes out, as Markdown in one line."""
    if proxy is None:
        return "no proxy"
    kind = PROXIES.get(proxy.type, proxy.type)
    said = [f"{plain(kind)} {plain(proxy.host)}:{proxy.port}"]
    if proxy.is_authenticated:
        said.append("signs in")
    if proxy.save_traffic:
        said.append("no pictures")
    return ", ".join(said)


def kind_in_words(profile: BrowserProfile) -> str:
    """Return browser, system and template in one line, as outside text."""
    browser = BROWSERS.get(profile.browser_type, profile.browser_type).split(" ")[0]
    system = SYSTEMS.get(profile.os_type, profile.os_type)
    made_of = f" · {profile.template}" if profile.template else ""
    return f"{browser} on {system}{made_of}"


def leak_test_in_words(profile: BrowserProfile, *, now: datetime) -> str:
    """Return how the last leak test ended; nothing if the API tells of none at all."""
    if not profile.tells_of_leak_tests:
        return ""
    return f"leak test: {last_test_in_words(profile.last_leak_test, now=now)}"


def since_in_words(profile: BrowserProfile, *, now: datetime) -> str:
    """Return since when a browser is as it is; of one that runs, the uptime says so."""
    changed = moment_in_words(profile.state_changed_at, now=now)
    if profile.last_started_at is None and profile.state == BrowserState.STOPPED:
        return "never started"
    return f"{_SINCE.get(profile.state, 'so since')} {changed}"


def lease_in_words(profile: BrowserProfile) -> str:
    """Return who uses a browser; nothing if nobody has said so."""
    browser = profile.browser
    if browser is None or browser.leased_by is None:
        return ""
    holder, until = plain(browser.leased_by), browser.leased_until
    if until is None:
        return holder
    return f"{holder} until {date_in_words(until)}, unless they ask for longer"
