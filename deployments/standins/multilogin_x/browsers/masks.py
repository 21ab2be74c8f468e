"""Pure: each masking flag, as far as plain Chromium can honour it (facts, 4.3)."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from deployments.standins.multilogin_x.browsers.plan import (
    PAGES,
    Draft,
    Emulation,
)

NO_MASK = "Chromium has neither a switch nor a command for an invented value"
NO_EXIT = "the address and place of the exit are not looked up on this machine"
NO_VALUE = "custom, but the fingerprint has no usable value for it"
UDP_POLICY = "disable_non_proxied_udp"
_CONTENT_SETTINGS = {"allow": 1, "block": 2, "prompt": 3}


def mask_time_zone(draft: Draft) -> None:
    """Set the time zone by the environment: right in pages and in all workers."""
    asked = draft.flag("timezone_masking")
    if asked == "mask":
        draft.decline("timezone_masking", asked, NO_EXIT)
    if asked != "custom":
        return
    zone = str(draft.wishes("timezone").get("zone") or "")
    if zone in available_timezones():
        draft.environment["TZ"] = zone
    else:
        draft.decline("timezone_masking", zone or asked, "this time zone is unknown")


def mask_localization(draft: Draft) -> None:
    """Set languages by switch and preference, number and date formats by emulation."""
    asked = draft.flag("localization_masking")
    languages = _languages(draft.wishes("localization")) if asked == "custom" else []
    if asked == "mask":
        draft.decline("localization_masking", asked, NO_EXIT)
    elif asked == "custom" and not languages:
        draft.decline("localization_masking", asked, NO_VALUE)
    listed = ",".join(languages or ["en-US", "en"])
    draft.preferences["intl.accept_languages"] = listed
    draft.preferences["intl.selected_languages"] = listed
    if not languages:
        return
    draft.switches.append(f"--accept-lang={listed}")
    locale = str(draft.wishes("localization").get("locale") or languages[0])
    draft.emulation.append(
        Emulation("Emulation.setLocaleOverride", {"locale": locale}, PAGES)
    )


def _languages(wishes: Mapping[str, Any]) -> list[str]:
    said = wishes.get("accept_languages") or wishes.get("languages")
    named = str(said or wishes.get("locale") or "").split(",")
    plain = [one.partition(";")[0].strip() for one in named]
    return list(dict.fromkeys(one for one in plain if _is_language(one)))


def _is_language(tag: str) -> bool:
    return tag.isascii() and tag.replace("-", "").isalnum()


def mask_geolocation(draft: Draft) -> None:
    """Set the place by emulation, and whether pages must ask by preference."""
    popup = draft.flag("geolocation_popup", "prompt")
    setting = _CONTENT_SETTINGS.get(popup, _CONTENT_SETTINGS["prompt"])
    name = "profile.default_content_setting_values.geolocation"
    draft.preferences[name] = setting
    asked = draft.flag("geolocation_masking")
    if asked == "mask":
        draft.decline("geolocation_masking", asked, NO_EXIT)
    if asked != "custom":
        return
    place = draft.wishes("geolocation")
    if place.get("latitude") is None or place.get("longitude") is None:
        draft.decline("geolocation_masking", asked, NO_VALUE)
        return
    where = {
        "latitude": place["latitude"],
        "longitude": place["longitude"],
        "accuracy": place.get("accuracy") or 100,
    }
    draft.emulation.append(Emulation("Emulation.setGeolocationOverride", where, PAGES))


def mask_web_rtc(draft: Draft) -> None:
    """Keep WebRTC's own traffic within the proxy, or off where there is none."""
    asked = draft.flag("webrtc_masking")
    policy = "default" if asked == "natural" else UDP_POLICY
    draft.preferences["webrtc.ip_handling_policy"] = policy
    if asked == "natural":
        return
    # The switch with `force` in its name does nothing in this Chromium (measured).
    draft.switches.append(f"--webrtc-ip-handling-policy={policy}")
    if asked != "disabled":
        reason = "no invented address is shown: traffic outside the proxy is off"
        draft.decline("webrtc_masking", asked, reason, applied=UDP_POLICY)


def mask_fonts(draft: Draft) -> None:
    """Show only the wished ones of the installed fonts."""
    asked = draft.flag("fonts_masking")
    if asked == "mask":
        draft.decline("fonts_masking", asked, NO_MASK)
    if asked != "custom":
        return
    wished = draft.wish("fonts")
    names = [str(one) for one in wished] if isinstance(wished, list) else []
    installed = draft.machine.fonts
    kept = [one for one in names if one.lower() in installed]
    missing = [one for one in names if one.lower() not in installed]
    if not kept:
        reason = "none of them is installed here" if names else NO_VALUE
        draft.decline("fonts_masking", ", ".join(names) or asked, reason)
        return
    draft.files["fonts.conf"] = _font_rules(kept)
    draft.environment["FONTCONFIG_FILE"] = str(draft.folder / "fonts.conf")
    if missing:
        reason = "these are not installed here"
        draft.decline("fonts_masking", ", ".join(missing), reason, applied="the others")


def _font_rules(families: list[str]) -> str:
    """Return fontconfig's own rules: nothing but these families (fonts-conf(5))."""
    accepted = "".join(
        f'<pattern><patelt name="family"><string>{_escape(one)}</string></patelt>'
        "</pattern>"
        for one in families
    )
    return (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        '<include ignore_missing="yes">/etc/fonts/fonts.conf</include><selectfont>'
        f"<rejectfont><glob>*</glob></rejectfont><acceptfont>{accepted}</acceptfont>"
        "</selectfont></fontconfig>"
    )


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def mask_media_devices(draft: Draft) -> None:
    """Show a number of cameras that are plainly false; nothing else can be counted."""
    asked = draft.flag("media_devices_masking")
    if asked == "mask":
        draft.decline("media_devices_masking", asked, NO_MASK)
    if asked != "custom":
        return
    wished = draft.wishes("media_devices")
    cameras = wished.get("video_inputs")
    if not isinstance(cameras, int) or cameras < 1:
        draft.decline("media_devices_masking", dict(wished) or asked, NO_VALUE)
        return
    switch = f"--use-fake-device-for-media-stream=device-count={cameras}"
    draft.switches.append(switch)
    draft.decline(
        "media_devices_masking",
        dict(wished),
        "the number of microphones and loudspeakers cannot be set, and all devices are "
        "called fake",
        applied=f"{cameras} cameras",
    )


def mask_drawing(draft: Draft) -> None:
    """Switch off reading a canvas if asked; noise and other hardware do not exist."""
    if draft.flag("canvas_noise") == "disabled":
        draft.switches.append("--disable-reading-from-canvas")
    elif draft.flag("canvas_noise") == "mask":
        draft.decline("canvas_noise", "mask", NO_MASK)
    for flag in ("audio_masking", "graphics_masking", "graphics_noise"):
        asked = draft.flag(flag)
        if asked != "natural":
            draft.decline(flag, asked, NO_MASK)


def mask_ports(draft: Draft) -> None:
    """Rely on Chromium, which keeps public pages off local ports; no list exists."""
    asked = draft.flag("ports_masking")
    if asked != "natural":
        draft.decline(
            "ports_masking",
            asked,
            "there is no list of ports; pages are kept off local addresses as a whole",
            applied="local network access checks",
        )


def set_quic(draft: Draft) -> None:
    """Switch QUIC off unless it is wished for."""
    if draft.flag("quic_mode", "disabled") != "natural":
        draft.switches.append("--disable-quic")


MASKS = (
    mask_time_zone,
    mask_localization,
    mask_geolocation,
    mask_web_rtc,
    mask_fonts,
    mask_media_devices,
    mask_drawing,
    mask_ports,
    set_quic,
)
