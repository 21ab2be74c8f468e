"""Pure: the masking flags, what each may be, and what it is when nobody says."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from deployments.standins.multilogin_x.envelope import wrong_body

NATURAL, CUSTOM, MASK, DISABLED = "natural", "custom", "mask", "disabled"


class Flag(NamedTuple):
    """What a flag may be; `is_required` in strict mode."""

    allowed: frozenset[str]
    default: str
    is_required: bool = True


def _flag(*allowed: str, default: str, is_required: bool = True) -> Flag:
    return Flag(frozenset(allowed), default, is_required)


FLAGS: Mapping[str, Flag] = MappingProxyType(
    {
        "navigator_masking": _flag(NATURAL, CUSTOM, MASK, default=MASK),
        "audio_masking": _flag(MASK, NATURAL, default=NATURAL),
        "localization_masking": _flag(NATURAL, CUSTOM, MASK, default=MASK),
        "geolocation_popup": _flag("prompt", "allow", "block", default="prompt"),
        "geolocation_masking": _flag(NATURAL, CUSTOM, MASK, default=MASK),
        "timezone_masking": _flag(NATURAL, CUSTOM, MASK, default=MASK),
        "graphics_noise": _flag(MASK, NATURAL, default=MASK),
        "graphics_masking": _flag(NATURAL, CUSTOM, MASK, default=MASK),
        "webrtc_masking": _flag(NATURAL, CUSTOM, MASK, DISABLED, default=MASK),
        "fonts_masking": _flag(NATURAL, CUSTOM, MASK, default=MASK),
        "media_devices_masking": _flag(NATURAL, CUSTOM, MASK, default=NATURAL),
        "screen_masking": _flag(NATURAL, CUSTOM, MASK, default=MASK),
        "proxy_masking": _flag(CUSTOM, DISABLED, default=DISABLED),
        "ports_masking": _flag(MASK, NATURAL, CUSTOM, default=MASK),
        "quic_mode": _flag(NATURAL, DISABLED, default=DISABLED, is_required=False),
        "canvas_noise": _flag(MASK, NATURAL, DISABLED, default=MASK, is_required=False),
        "startup_behavior": _flag(
            "recover", CUSTOM, default="recover", is_required=False
        ),
    }
)
"""Facts, 2.3."""

MEMBER_OF_FLAG: Mapping[str, str] = MappingProxyType(
    {
        "navigator_masking": "navigator",
        "localization_masking": "localization",
        "geolocation_masking": "geolocation",
        "timezone_masking": "timezone",
        "graphics_masking": "graphic",
        "webrtc_masking": "webrtc",
        "fonts_masking": "fonts",
        "media_devices_masking": "media_devices",
        "screen_masking": "screen",
        "ports_masking": "ports",
    }
)
"""Member of the fingerprint that `custom` takes its values from."""


def complete_flags(
    given: Mapping[str, Any], *, is_strict: bool, has_proxy: bool
) -> dict[str, str]:
    """
    Return every flag, with what was given and the vendor's defaults for the rest.

    Unknown flags are left out.

    Raises:
        Refusal: A flag is not one of its words, or is missing in strict mode.
    """
    flags: dict[str, str] = {}
    for name, flag in FLAGS.items():
        value = given.get(name)
        if value is None and is_strict and flag.is_required:
            raise wrong_body(f"{name} is required")
        if value is None:
            value = _default(name, flag, flags, has_proxy=has_proxy)
        if not isinstance(value, str) or value not in flag.allowed:
            raise wrong_body(f"wrong {name.replace('_', ' ')} flag")
        flags[name] = value
    return flags


def check_custom_flags(
    flags: Mapping[str, str], fingerprint: Mapping[str, Any], *, has_proxy: bool
) -> None:
    """
    Refuse a custom flag whose values are missing.

    Raises:
        Refusal: The fingerprint, or the proxy, lacks what a flag takes from it.
    """
    for name, member in MEMBER_OF_FLAG.items():
        if flags[name] == CUSTOM and not fingerprint.get(member):
            words = name.replace("_", " ")
            raise wrong_body(f"wrong {words} flag: custom needs fingerprint.{member}")
    if flags["proxy_masking"] == CUSTOM and not has_proxy:
        raise wrong_body("wrong proxy masking flag: custom needs a proxy")


def _default(
    name: str, flag: Flag, earlier: Mapping[str, str], *, has_proxy: bool
) -> str:
    if name == "proxy_masking" and has_proxy:
        return CUSTOM
    if name == "canvas_noise":
        return earlier["graphics_noise"]
    return flag.default
