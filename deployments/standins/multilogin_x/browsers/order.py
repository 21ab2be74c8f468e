"""What is asked of a local browser, what it cannot do, and why one did not start."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from config.errors import ConflictError, OutsideError, UnreachableError

Automation = Literal["selenium", "puppeteer", "playwright"]


@dataclass(frozen=True)
class BrowserOrder:
    """
    One browser profile that is to be opened.

    `folder` is the browser profile's own; everything is made below it. `parameters`
    are `flags`, `fingerprint`, `proxy`, `custom_start_urls` and `storage` as the API
    stores them. `allow_local` lets pages behind a proxy reach loopback and private
    addresses, which is only right where sites under test live there.
    """

    browser_profile_id: str
    folder: Path
    browser_type: str = "mimic"
    os_type: str = "linux"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    automation: Automation | None = "selenium"
    headless: bool = True
    allow_local: bool = False


@dataclass(frozen=True)
class Unsupported:
    """A wish that plain Chromium cannot fulfil: asked, what holds instead, and why."""

    flag: str
    asked: str
    applied: str
    reason: str


class BrowserNotStartedError(OutsideError):
    """The browser did not come up; the message says why."""

    code = "browser_not_started"


class ProxyUnreachableError(UnreachableError):
    """The proxy of the browser profile does not answer, or does not let us in."""

    code = "proxy_unreachable"


class AlreadyRunningError(ConflictError):
    """A browser is open on this folder."""

    code = "browser_already_running"
