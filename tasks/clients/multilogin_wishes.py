"""Pure: browser profiles as we want them, and as Multilogin X is told."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from pydantic import SecretStr

from config.errors import InvalidError

BrowserType = Literal["mimic", "stealthfox"]
OsType = Literal["linux", "macos", "windows", "android"]
AutomationType = Literal["selenium", "puppeteer", "playwright"]

MOST_AT_ONCE = 10
"""Copies that one create or clone makes at most."""

_THREE = frozenset(("natural", "custom", "mask"))
_TWO = frozenset(("natural", "mask"))
FLAG_WORDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "navigator_masking": _THREE,
        "audio_masking": _TWO,
        "localization_masking": _THREE,
        "geolocation_popup": frozenset(("prompt", "allow", "block")),
        "geolocation_masking": _THREE,
        "timezone_masking": _THREE,
        "graphics_noise": _TWO,
        "graphics_masking": _THREE,
        "webrtc_masking": _THREE | {"disabled"},
        "fonts_masking": _THREE,
        "media_devices_masking": _THREE,
        "screen_masking": _THREE,
        "proxy_masking": frozenset(("custom", "disabled")),
        "ports_masking": _THREE,
        "quic_mode": frozenset(("natural", "disabled")),
        "canvas_noise": _TWO | {"disabled"},
        "startup_behavior": frozenset(("recover", "custom")),
    }
)
"""What each masking flag may be. Source: Multilogin X API, `POST /profile/create`."""

DEFAULT_FLAGS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(FLAG_WORDS, "mask"),
        "audio_masking": "natural",
        "media_devices_masking": "natural",
        "geolocation_popup": "prompt",
        "proxy_masking": "disabled",
        "quic_mode": "disabled",
        "startup_behavior": "recover",
    }
)
"""The API's own defaults, sent in full so that a change over there changes nothing."""

_MEMBERS: Mapping[str, str] = MappingProxyType(
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
"""Flag -> the member of the fingerprint that `custom` takes its values from."""


@dataclass(frozen=True, slots=True)
class ProxyAddress:
    """A proxy and how to get in; the password does not show in a text of it."""

    kind: Literal["http", "https", "socks5"]
    host: str
    port: int
    username: str = ""
    password: SecretStr = field(default_factory=lambda: SecretStr(""))
    save_traffic: bool = False
    """Whether pictures and videos are not loaded."""

    def as_sent(self) -> dict[str, Any]:
        """Return it as the API takes it."""
        told: dict[str, Any] = {
            "type": self.kind,
            "host": self.host,
            "port": self.port,
            "save_traffic": self.save_traffic,
        }
        if self.username:
            told["username"] = self.username
            told["password"] = self.password.get_secret_value()
        return told


@dataclass(frozen=True, kw_only=True)
class QuickBrowser:
    """A browser that is thrown away when it is stopped."""

    browser_type: BrowserType = "mimic"
    os_type: OsType = "windows"
    flags: Mapping[str, str] = field(default_factory=dict)
    """Masking flags that differ from the defaults."""

    fingerprint: Mapping[str, Any] = field(default_factory=dict)
    """Values for the flags that are `custom`."""

    proxy: ProxyAddress | None = None
    custom_start_urls: tuple[str, ...] = ()
    core_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class NewBrowserProfile(QuickBrowser):
    """A browser profile that is to be made; its name should be used for it alone."""

    name: str
    folder_id: str
    is_local: bool = True
    """Whether its data stays on the agent's machine."""

    auto_update_core: bool = True
    notes: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class BrowserProfileChanges:
    """What is to be different; None leaves a thing as it is."""

    name: str | None = None
    notes: str | None = None
    tags: Sequence[str] | None = None
    flags: Mapping[str, str] = field(default_factory=dict)
    fingerprint: Mapping[str, Any] = field(default_factory=dict)
    is_local: bool | None = None
    proxy: ProxyAddress | None = None
    without_proxy: bool = False
    custom_start_urls: Sequence[str] | None = None
    auto_update_core: bool | None = None


def unique_name(name: str, *, mark: str) -> str:
    """Return a name that no other wish has, so that what it made can be found."""
    return f"{name[: 49 - len(mark)]} {mark}"


def complete_flags(
    chosen: Mapping[str, str], *, has_proxy: bool, has_start_urls: bool = False
) -> dict[str, str]:
    """
    Return all masking flags: those chosen, the defaults for the rest.

    Raises:
        InvalidError: There is no such flag, or it cannot be that.
    """
    for name, word in chosen.items():
        if name not in FLAG_WORDS:
            raise InvalidError(
                f"there is no masking flag {name}", field=f"flags.{name}"
            )
        if word not in FLAG_WORDS[name]:
            allowed = ", ".join(sorted(FLAG_WORDS[name]))
            raise InvalidError(f"{name} is one of {allowed}", field=f"flags.{name}")
    usual = dict(DEFAULT_FLAGS)
    if "graphics_noise" in chosen:
        usual["canvas_noise"] = chosen["graphics_noise"]
    if has_start_urls:
        usual["startup_behavior"] = "custom"
    return (
        usual | dict(chosen) | {"proxy_masking": "custom" if has_proxy else "disabled"}
    )


def require_values(flags: Mapping[str, str], fingerprint: Mapping[str, Any]) -> None:
    """
    Refuse a flag that is custom and says not what.

    Raises:
        InvalidError: The fingerprint lacks its member.
    """
    for name, member in _MEMBERS.items():
        if flags[name] == "custom" and not fingerprint.get(member):
            raise InvalidError(
                f"{name} is custom, so fingerprint.{member} has to say what it shows",
                field=f"fingerprint.{member}",
            )


def create_body(wish: NewBrowserProfile, *, times: int) -> dict[str, Any]:
    """
    Return the body of `POST /profile/create`.

    Raises:
        InvalidError: A value is one that Multilogin X does not take.
    """
    if not 1 <= times <= MOST_AT_ONCE:
        raise InvalidError(f"from 1 to {MOST_AT_ONCE} at once", field="times")
    storage = {"is_local": wish.is_local, "save_service_worker": True}
    body: dict[str, Any] = {
        "name": wish.name,
        "browser_type": wish.browser_type,
        "folder_id": wish.folder_id,
        "os_type": wish.os_type,
        "auto_update_core": wish.auto_update_core,
        "times": times,
        "notes": wish.notes,
        "parameters": _parameters(wish) | {"storage": storage},
    }
    if wish.tags:
        body["tags"] = list(wish.tags)
    if wish.core_version is not None:
        body["core_version"] = wish.core_version
    return body


def quick_body(
    wish: QuickBrowser, *, automation: AutomationType, headless: bool
) -> dict[str, Any]:
    """Return the body of `POST /api/v3/profile/quick`, whose words differ."""
    body: dict[str, Any] = {
        "browser_type": wish.browser_type,
        "os_type": wish.os_type,
        "automation": automation,
        "is_headless": headless,
        "parameters": _parameters(wish),
    }
    if wish.core_version is not None:
        body["core_version"] = wish.core_version
    return body


def whole_update(
    meta: Mapping[str, Any], changes: BrowserProfileChanges
) -> dict[str, Any]:
    """
    Return the body of `POST /profile/update`: all there is, with the changes.

    What such a body leaves out is reset over there, so everything read is sent back. A
    version is named only where it does not follow the latest: an old one is refused.
    """
    parameters = deepcopy(dict(meta.get("parameters") or {}))
    parameters["fingerprint"] = {
        **(parameters.get("fingerprint") or {}),
        **changes.fingerprint,
    }
    storage = dict(parameters.get("storage") or {})
    if changes.is_local is not None:
        storage["is_local"] = changes.is_local
    parameters["storage"] = storage
    if changes.proxy is not None:
        parameters["proxy"] = changes.proxy.as_sent()
    elif changes.without_proxy:
        parameters.pop("proxy", None)
    if changes.custom_start_urls is not None:
        parameters["custom_start_urls"] = list(changes.custom_start_urls)
    flags = {**(parameters.get("flags") or {}), **changes.flags}
    parameters["flags"] = complete_flags(flags, has_proxy=bool(parameters.get("proxy")))
    require_values(parameters["flags"], parameters["fingerprint"])
    follows = _either(changes.auto_update_core, meta.get("is_auto_update", True))
    body = {
        "profile_id": meta["id"],
        "name": _either(changes.name, meta.get("name") or ""),
        "notes": _either(changes.notes, meta.get("notes") or ""),
        "tags": list(_either(changes.tags, meta.get("tags") or [])),
        "auto_update_core": follows,
        "parameters": parameters,
    }
    if not follows and meta.get("core_version"):
        body["core_version"] = meta["core_version"]
    return body


def partial_body(
    browser_profile_id: str, changes: BrowserProfileChanges
) -> dict[str, Any]:
    """
    Return the body of `POST /profile/partial_update`.

    Proxy and start pages stand at its top: within `parameters` a proxy is passed over
    without a word.

    Raises:
        InvalidError: It cannot take a proxy away; a whole update can.
    """
    if changes.without_proxy:
        raise InvalidError("only a whole update takes a proxy away", field="proxy")
    body: dict[str, Any] = {"profile_id": browser_profile_id}
    for name in ("name", "notes", "auto_update_core"):
        if (value := getattr(changes, name)) is not None:
            body[name] = value
    for name in ("tags", "custom_start_urls"):
        if (value := getattr(changes, name)) is not None:
            body[name] = list(value)
    if changes.proxy is not None:
        body["proxy"] = changes.proxy.as_sent()
    parameters = _changed_parameters(changes)
    return body | ({"parameters": parameters} if parameters else {})


def _changed_parameters(changes: BrowserProfileChanges) -> dict[str, Any]:
    parameters: dict[str, Any] = {}
    if changes.flags:
        parameters["flags"] = dict(changes.flags)
    if changes.fingerprint:
        parameters["fingerprint"] = dict(changes.fingerprint)
    if changes.is_local is not None:
        parameters["storage"] = {"is_local": changes.is_local}
    return parameters


def _parameters(wish: QuickBrowser) -> dict[str, Any]:
    flags = complete_flags(
        wish.flags,
        has_proxy=wish.proxy is not None,
        has_start_urls=bool(wish.custom_start_urls),
    )
    require_values(flags, wish.fingerprint)
    parameters: dict[str, Any] = {"flags": flags, "fingerprint": dict(wish.fingerprint)}
    if wish.proxy is not None:
        parameters["proxy"] = wish.proxy.as_sent()
    if wish.custom_start_urls:
        parameters["custom_start_urls"] = list(wish.custom_start_urls)
    return parameters


def _either(new: Any, old: Any) -> Any:
    return old if new is None else new
