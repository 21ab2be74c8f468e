"""Pure: the machine a page believes to see: system, screen, window, start pages."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from deployments.standins.multilogin_x.browsers.machine import Machine
from deployments.standins.multilogin_x.browsers.masks import MASKS, NO_MASK, NO_VALUE
from deployments.standins.multilogin_x.browsers.order import BrowserOrder
from deployments.standins.multilogin_x.browsers.plan import (
    EVERYWHERE,
    BrowserPlan,
    Draft,
    Emulation,
    finish,
    require_chromium,
)

BLANK = "about:blank"
USUAL_SCREEN = (1920, 1080, 1.0)
COMMON_SCREENS = ((1280, 720), (1366, 768), (1440, 900), (1536, 864), (1920, 1080))
MOST_START_URLS = 5
ALLOWED_PARAMETERS = frozenset(
    {
        "autoplay-policy",
        "disable-gpu",
        "disable-notifications",
        "disable-popup-blocking",
        "force-dark-mode",
        "mute-audio",
        "start-maximized",
    }
)
"""Of `cmd_params`; others could undo what keeps a browser profile safe."""

_MAJOR = re.compile(r"Chrome/(\d+)")
_RESTORE_TABS, _OPEN_PAGES = 1, 4
_ALLOWED, _BLOCKED = 1, 2


def plan_browser(
    order: BrowserOrder,
    machine: Machine,
    *,
    has_proxy: bool,
    has_earlier_tabs: bool = False,
) -> BrowserPlan:
    """
    Return with what a browser is started, and each wish it will not fulfil.

    Raises:
        BrowserNotStartedError: The browser profile is for another browser.
    """
    require_chromium(order)
    draft = Draft(order, machine, has_proxy, has_earlier_tabs)
    for step in (*MASKS, *_STEPS):
        step(draft)
    return finish(draft)


def set_system(draft: Draft) -> None:
    """Say that it is this machine's system, whichever was asked for."""
    if draft.order.os_type != "linux":
        draft.decline(
            "os_type",
            draft.order.os_type,
            "pages can tell the real system by many signs",
            applied=draft.machine.system,
        )


def set_navigator(draft: Draft) -> None:
    """Set the user agent within this system, and the number of processor cores."""
    asked = draft.flag("navigator_masking")
    if asked == "mask":
        draft.decline("navigator_masking", asked, NO_MASK)
    wished = draft.wishes("navigator") if asked == "custom" else {}
    if asked == "custom" and not wished:
        draft.decline("navigator_masking", asked, NO_VALUE)
    agent = _user_agent(draft, str(wished.get("user_agent") or ""))
    draft.switches.append(f"--user-agent={agent}")
    cores = wished.get("hardware_concurrency")
    if isinstance(cores, int) and cores > 0:
        number = {"hardwareConcurrency": cores}
        draft.emulation.append(
            Emulation("Emulation.setHardwareConcurrencyOverride", number, EVERYWHERE)
        )
    _decline_other_hardware(draft, wished)


def _user_agent(draft: Draft, asked: str) -> str:
    natural = draft.machine.user_agent
    if not asked:
        return natural
    system = draft.machine.system.partition(" ")[0]
    major = _MAJOR.search(asked)
    if system not in asked or "Android" in asked or major is None:
        reason = f"everything else would still tell of Chromium on {system}"
        draft.decline("navigator.user_agent", asked, reason)
        return natural
    if major.group(1) != draft.machine.major:
        draft.decline(
            "navigator.user_agent",
            asked,
            f"client hints still tell of version {draft.machine.major}",
            applied="the user agent alone",
        )
    return asked


def _decline_other_hardware(draft: Draft, wished: Mapping[str, Any]) -> None:
    system = draft.machine.system
    if wished.get("platform") not in (None, "", system):
        reason = "workers, and pages under automation, would tell the real one"
        draft.decline("navigator.platform", wished["platform"], reason, applied=system)
    for name in ("os_cpu", "max_touch_points"):
        if wished.get(name):
            draft.decline(f"navigator.{name}", wished[name], NO_MASK)


def set_screen(draft: Draft) -> None:
    """Set screen, pixel ratio and window; with a real screen, only the window."""
    width, height, ratio = _screen(draft)
    if is_headless(draft):
        physical = f"{round(width * ratio)}x{round(height * ratio)}"
        draft.switches += [
            "--headless=new",
            "--start-maximized",
            f"--screen-info={{{physical} devicePixelRatio={ratio:g}}}",
        ]
    elif draft.flag("screen_masking") != "natural":
        draft.switches.append(f"--window-size={width},{height}")
        reason = "a browser with a window shows the real screen"
        asked = f"{width}x{height} at {ratio:g}"
        draft.decline("screen_masking", asked, reason, applied="the size of the window")
    if not draft.order.headless and is_headless(draft):
        reason = "this machine has no screen to show a window on"
        draft.decline("headless_mode", "false", reason, applied="true")


def is_headless(draft: Draft) -> bool:
    """Return whether the browser has no window, by wish or of necessity."""
    return draft.order.headless or not draft.machine.has_screen


def _screen(draft: Draft) -> tuple[int, int, float]:
    asked = draft.flag("screen_masking")
    if asked == "mask":
        # The same for a browser profile each time, and spread over all of them.
        seed = sum(draft.order.browser_profile_id.encode())
        width, height = COMMON_SCREENS[seed % len(COMMON_SCREENS)]
        return width, height, 1.0
    wished = draft.wishes("screen") if asked == "custom" else {}
    try:
        return (
            int(wished["width"]),
            int(wished["height"]),
            float(wished.get("pixel_ratio") or 1.0),
        )
    except (KeyError, TypeError, ValueError):
        if asked == "custom":
            draft.decline("screen_masking", asked, NO_VALUE)
        return USUAL_SCREEN


def set_proxy(draft: Draft) -> None:
    """Leave nothing to the machine's own proxy settings."""
    proxy = draft.order.parameters.get("proxy") or {}
    is_saving = draft.has_proxy and bool(proxy.get("save_traffic"))
    images = "profile.default_content_setting_values.images"
    draft.preferences[images] = _BLOCKED if is_saving else _ALLOWED
    if not draft.has_proxy:
        draft.switches.append("--no-proxy-server")
        return
    draft.switches += [
        "--proxy-bypass-list=<-loopback>",
        "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    ]
    if is_saving:
        reason = "Chromium can leave out pictures, but not videos"
        draft.decline("proxy.save_traffic", "true", reason, applied="pictures only")


def set_start_pages(draft: Draft) -> None:
    """Reopen the last tabs, or open the start pages, or nothing."""
    urls = []
    for url in list(draft.order.parameters.get("custom_start_urls") or ()):
        if urlsplit(str(url)).scheme in {"http", "https"} or url == BLANK:
            urls.append(str(url))
        else:
            reason = "a start page is an http or https address"
            draft.decline("custom_start_urls", url, reason, applied="left out")
    behavior = draft.flag("startup_behavior", "recover")
    if behavior == "recover" and draft.has_earlier_tabs:
        draft.preferences["session.restore_on_startup"] = _RESTORE_TABS
        return
    # An empty page first: what is emulated must be in place before a page loads.
    draft.preferences["session.restore_on_startup"] = _OPEN_PAGES
    draft.preferences["session.startup_urls"] = [BLANK]
    draft.start_urls += urls[:MOST_START_URLS]


def set_parameters(draft: Draft) -> None:
    """Pass on the switches of `cmd_params` that do no harm, and tell of the rest."""
    for one in draft.wishes("cmd_params").get("params") or ():
        flag = str(one.get("flag") or "").lstrip("-")
        value = str(one.get("value") or "")
        if flag in ALLOWED_PARAMETERS:
            plain = value.lower() in {"", "true"}
            draft.switches.append(f"--{flag}" if plain else f"--{flag}={value}")
        else:
            reason = "only switches known to be harmless are passed on"
            draft.decline(f"cmd_params.{flag}", value, reason, applied="left out")


def tell_of_the_rest(draft: Draft) -> None:
    """Tell of parameters that exist at Multilogin and have no counterpart here."""
    for name in ("custom_dns", "extension_ids"):
        if draft.order.parameters.get(name):
            asked = draft.order.parameters[name]
            draft.decline(name, asked, "there is no counterpart here", applied="none")


_STEPS = (
    set_system,
    set_navigator,
    set_screen,
    set_proxy,
    set_start_pages,
    set_parameters,
    tell_of_the_rest,
)
