"""Pure: the fingerprint's members, each checked for its fields and ranges."""

from collections.abc import Callable, Mapping
from typing import Any

from deployments.standins.multilogin_x.envelope import wrong_body

RESOLUTIONS = (
    (1280, 720),
    (1280, 800),
    (1280, 1024),
    (1360, 768),
    (1366, 768),
    (1440, 900),
    (1536, 864),
    (1600, 900),
    (1600, 1200),
    (1680, 1050),
    (1920, 1080),
    (1920, 1200),
    (2048, 1152),
    (2560, 1080),
    (2560, 1440),
    (3840, 2160),
    (5120, 2880),
)
"""Width and height in pixels: seventeen, from the smallest to the largest told."""

_PROCESSORS = frozenset({2, 4, 6, 8, 12, 16, 32})
_LARGEST_PORT = 65_535
_LATITUDE, _LONGITUDE = 90, 180

Number = int | float


def check_fingerprint(fingerprint: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return the known members of a fingerprint; unknown ones are left out.

    Raises:
        Refusal: A member is of the wrong kind, or a number out of its range.
    """
    known: dict[str, Any] = {}
    for member, check in _CHECKS.items():
        value = fingerprint.get(member)
        if value is not None:
            check(value)
            known[member] = value
    return known


def _wrong(member: str, field: str = "") -> Exception:
    words = f"{member} {field}".strip().replace("_", " ")
    return wrong_body(f"wrong {words} in fingerprint")


def _object(member: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _wrong(member)
    return value


def _text(
    member: str, values: Mapping[str, Any], field: str, *, required: bool = True
) -> None:
    value = values.get(field)
    if value is None and not required:
        return
    if not isinstance(value, str) or (required and not value):
        raise _wrong(member, field)


def _number(
    member: str, values: Mapping[str, Any], field: str, low: Number, high: Number
) -> None:
    value = values.get(field)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or value is None or not low <= value <= high:
        raise _wrong(member, field)


def _whole(
    member: str, values: Mapping[str, Any], field: str, low: int, high: int
) -> None:
    _number(member, values, field, low, high)
    if not isinstance(values[field], int):
        raise _wrong(member, field)


def _check_navigator(value: Any) -> None:
    navigator = _object("navigator", value)
    _whole("navigator", navigator, "hardware_concurrency", 2, 32)
    if navigator["hardware_concurrency"] not in _PROCESSORS:
        raise _wrong("navigator", "hardware_concurrency")
    _text("navigator", navigator, "platform")
    _text("navigator", navigator, "user_agent")
    _text("navigator", navigator, "os_cpu", required=False)
    if navigator.get("max_touch_points") is not None:
        _whole("navigator", navigator, "max_touch_points", 1, 10)


def _check_localization(value: Any) -> None:
    localization = _object("localization", value)
    for field in ("languages", "locale", "accept_languages"):
        _text("localization", localization, field)


def _check_timezone(value: Any) -> None:
    _text("timezone", _object("timezone", value), "zone")


def _check_graphic(value: Any) -> None:
    graphic = _object("graphic", value)
    for field in ("renderer", "vendor"):
        _text("graphic", graphic, field)


def _check_webrtc(value: Any) -> None:
    _text("webrtc", _object("webrtc", value), "public_ip")


def _check_media_devices(value: Any) -> None:
    devices = _object("media_devices", value)
    for field in ("audio_inputs", "audio_outputs", "video_inputs"):
        _whole("media_devices", devices, field, 0, 10)


def _check_screen(value: Any) -> None:
    screen = _object("screen", value)
    _whole("screen", screen, "width", 360, 5000)
    _whole("screen", screen, "height", 640, 3000)
    _number("screen", screen, "pixel_ratio", 1.0, 5.0)


def _check_geolocation(value: Any) -> None:
    geolocation = _object("geolocation", value)
    _number("geolocation", geolocation, "accuracy", 100, 30_000)
    _number("geolocation", geolocation, "altitude", -28, 8850)
    _number("geolocation", geolocation, "latitude", -_LATITUDE, _LATITUDE)
    _number("geolocation", geolocation, "longitude", -_LONGITUDE, _LONGITUDE)


def _check_ports(value: Any) -> None:
    if not isinstance(value, list):
        raise _wrong("ports")
    for port in value:
        _whole("ports", {"port": port}, "port", 0, _LARGEST_PORT)


def _check_fonts(value: Any) -> None:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _wrong("fonts")


def _check_cmd_params(value: Any) -> None:
    parameters = _object("cmd_params", value).get("params")
    if not isinstance(parameters, list):
        raise _wrong("cmd_params")
    for one in parameters:
        parameter = _object("cmd_params", one)
        _text("cmd_params", parameter, "flag")
        _text("cmd_params", parameter, "value", required=False)
        if parameter["flag"].startswith("-"):
            raise _wrong("cmd_params", "flag")


_CHECKS: Mapping[str, Callable[[Any], None]] = {
    "navigator": _check_navigator,
    "localization": _check_localization,
    "timezone": _check_timezone,
    "graphic": _check_graphic,
    "webrtc": _check_webrtc,
    "media_devices": _check_media_devices,
    "screen": _check_screen,
    "geolocation": _check_geolocation,
    "ports": _check_ports,
    "fonts": _check_fonts,
    "cmd_params": _check_cmd_params,
}
