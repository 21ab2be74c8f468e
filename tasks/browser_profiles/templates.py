"""Pure: templates of masking flags, and a browser profile made of one."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

from config.errors import InvalidError
from tasks.browser_profiles.schemas import (
    BrowserProfileRequest,
    ProxyWish,
    TemplateAnswer,
)
from tasks.clients.multilogin_wishes import (
    NewBrowserProfile,
    ProxyAddress,
    complete_flags,
)


@dataclass(frozen=True, slots=True)
class Template:
    """A name for some flags; what it does not name is as Multilogin X has it."""

    name: str
    title: str
    description: str
    flags: Mapping[str, str]


_NATURAL = MappingProxyType(
    dict.fromkeys(
        (
            *("navigator_masking", "audio_masking", "localization_masking"),
            *("timezone_masking", "graphics_noise", "graphics_masking"),
            *("webrtc_masking", "fonts_masking", "media_devices_masking"),
            *("screen_masking", "ports_masking", "quic_mode", "canvas_noise"),
        ),
        "natural",
    )
)

TEMPLATES = (
    Template(
        "documented",
        "Documented defaults",
        "Every flag as Multilogin X has it by default: values of the vendor's making.",
        {},
    ),
    Template(
        "natural",
        "Natural",
        "What the machine shows by itself; the local Multilogin X can honour all of it "
        "but the place, which follows the exit address.",
        _NATURAL,
    ),
    Template(
        "quiet-exit",
        "Quiet exit",
        "Nothing leaves beside the proxy: no WebRTC, no QUIC, no question for the "
        "place; time zone and language follow the exit address.",
        {
            **_NATURAL,
            "webrtc_masking": "disabled",
            "quic_mode": "disabled",
            "geolocation_popup": "block",
            "timezone_masking": "mask",
            "localization_masking": "mask",
        },
    ),
    Template(
        "closed-canvas",
        "Closed canvas",
        "As quiet exit, and a page cannot read back what it draws; some need to.",
        {
            **_NATURAL,
            "webrtc_masking": "disabled",
            "quic_mode": "disabled",
            "geolocation_popup": "block",
            "timezone_masking": "mask",
            "localization_masking": "mask",
            "canvas_noise": "disabled",
        },
    ),
)


def find_template(name: str) -> Template:
    """
    Return a template by its name.

    Raises:
        InvalidError: There is none of this name.
    """
    for template in TEMPLATES:
        if template.name == name:
            return template
    known = ", ".join(one.name for one in TEMPLATES)
    raise InvalidError(
        f"there is no template {name}; there are {known}", field="template"
    )


def list_templates() -> tuple[TemplateAnswer, ...]:
    """Return every template with all its flags."""
    return tuple(
        TemplateAnswer(
            name=one.name,
            title=one.title,
            description=one.description,
            flags=complete_flags(one.flags, has_proxy=False),
        )
        for one in TEMPLATES
    )


def wish_of(request: BrowserProfileRequest, *, folder_id: UUID) -> NewBrowserProfile:
    """
    Return what Multilogin X is asked for: the template, and what differs from it.

    Raises:
        InvalidError: There is no such template.
    """
    asked = request.parameters
    return NewBrowserProfile(
        name=request.name,
        folder_id=str(folder_id),
        browser_type=request.browser_type,
        os_type=request.os_type,
        flags={**find_template(request.template).flags, **asked.flags},
        fingerprint=asked.fingerprint,
        proxy=_address_of(request.proxy) if request.proxy else None,
        custom_start_urls=asked.start_urls,
        is_local=asked.is_local,
        notes=request.notes,
    )


def _address_of(proxy: ProxyWish) -> ProxyAddress:
    return ProxyAddress(
        kind=proxy.type,
        host=proxy.host,
        port=proxy.port,
        username=proxy.username,
        password=proxy.password,
        save_traffic=proxy.save_traffic,
    )
