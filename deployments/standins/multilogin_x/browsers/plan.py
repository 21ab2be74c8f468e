"""Pure: with what a browser profile is started, and what it will not get."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from deployments.standins.multilogin_x.browsers.machine import Machine
from deployments.standins.multilogin_x.browsers.order import (
    BrowserNotStartedError,
    BrowserOrder,
    Unsupported,
)

PAGES = frozenset({"page", "iframe"})
EVERYWHERE = PAGES | {"worker", "shared_worker", "service_worker"}

QUIET_SWITCHES = (
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-client-side-phishing-detection",
    "--disable-component-update",
    "--disable-crash-reporter",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-pings",
    "--disable-search-engine-choice-screen",
    "--disable-sync",
    "--metrics-recording-only",
    "--password-store=basic",
    "--use-mock-keychain",
    "--gaia-url=http://127.0.0.1:1/",
    "--component-updater=url-source=http://127.0.0.1:1/x",
)
"""No host of the vendor was asked within 12 s with these (measured)."""

SWITCHED_OFF_FEATURES = (
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationGuideModelDownloading",
    "OptimizationHints",
    "Translate",
)
VENDOR_HOSTS = frozenset(
    {
        "clients1.google.com",
        "clients2.google.com",
        "clients4.google.com",
        "content-autofill.googleapis.com",
        "gvt1.com",
        "optimizationguide-pa.googleapis.com",
        "safebrowsing.googleapis.com",
        "update.googleapis.com",
    }
)
"""Asked by the browser itself and by no page; a forwarder refuses them."""

QUIET_PREFERENCES: Mapping[str, Any] = MappingProxyType(
    {
        "profile.exit_type": "Normal",
        "profile.exited_cleanly": True,
        "safebrowsing.enabled": False,
        "search.suggest_enabled": False,
        "signin.allowed": False,
        "signin.allowed_on_next_startup": False,
        "credentials_enable_service": False,
        "net.network_prediction_options": 2,
        "alternate_error_pages.enabled": False,
    }
)
_LONGEST_SHOWN = 200


class Emulation(NamedTuple):
    """One DevTools command for every new target of some types."""

    method: str
    parameters: Mapping[str, Any]
    targets: frozenset[str]


@dataclass(frozen=True)
class BrowserPlan:
    """Everything that is decided before a process is started."""

    switches: tuple[str, ...]
    environment: Mapping[str, str]
    files: Mapping[str, str]
    """Name within the browser profile's folder -> content."""

    preferences: Mapping[str, Any]
    local_state: Mapping[str, Any]
    emulation: tuple[Emulation, ...]
    start_urls: tuple[str, ...]
    keeps_service_workers: bool
    unsupported: tuple[Unsupported, ...]


@dataclass
class Draft:
    """A plan in the making: the wishes, and what has been found for them so far."""

    order: BrowserOrder
    machine: Machine
    has_proxy: bool
    has_earlier_tabs: bool
    switches: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    preferences: dict[str, Any] = field(default_factory=dict)
    emulation: list[Emulation] = field(default_factory=list)
    start_urls: list[str] = field(default_factory=list)
    unsupported: list[Unsupported] = field(default_factory=list)

    def flag(self, name: str, otherwise: str = "natural") -> str:
        """Return what a masking flag says."""
        flags = self.order.parameters.get("flags") or {}
        return str(flags.get(name) or otherwise)

    def wish(self, name: str) -> Any:
        """Return a member of the fingerprint; None if it is not there."""
        return (self.order.parameters.get("fingerprint") or {}).get(name)

    def wishes(self, name: str) -> Mapping[str, Any]:
        """Return a member of the fingerprint that has members of its own."""
        found = self.wish(name)
        return found if isinstance(found, Mapping) else {}

    def decline(
        self, flag: str, asked: object, reason: str, *, applied: str = "natural"
    ) -> None:
        """Tell that a wish is not fulfilled, and what holds instead."""
        said = str(asked)[:_LONGEST_SHOWN]
        self.unsupported.append(Unsupported(flag, said, applied, reason))

    @property
    def folder(self) -> Path:
        """The browser profile's folder."""
        return self.order.folder


def finish(draft: Draft) -> BrowserPlan:
    """Return the plan that a draft has become."""
    storage = draft.order.parameters.get("storage") or {}
    off = ",".join(SWITCHED_OFF_FEATURES)
    switches = [*QUIET_SWITCHES, f"--disable-features={off}", *draft.switches]
    if draft.machine.is_root:
        switches.append("--no-sandbox")
    return BrowserPlan(
        switches=tuple(switches),
        environment=draft.environment,
        files=draft.files,
        preferences={**QUIET_PREFERENCES, **draft.preferences},
        local_state={"dns_over_https.mode": "off"},
        emulation=tuple(draft.emulation),
        start_urls=tuple(draft.start_urls),
        keeps_service_workers=storage.get("save_service_worker") is not False,
        unsupported=tuple(draft.unsupported),
    )


def require_chromium(order: BrowserOrder) -> None:
    """
    Refuse what is no Chromium at all.

    Raises:
        BrowserNotStartedError: The browser profile is made for another browser.
    """
    if order.browser_type != "mimic":
        raise BrowserNotStartedError(
            f"a browser profile of type {order.browser_type} needs another browser "
            "than the Chromium of this machine; make one of type mimic"
        )
