"""Browser cores: which versions there are, which are loaded, which are on their way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from deployments.standins.multilogin_x.bodies import take_number
from deployments.standins.multilogin_x.envelope import problem_of, wrong_values
from deployments.standins.multilogin_x.words import milliseconds

BROWSER_TYPES: Mapping[str, str] = MappingProxyType(
    {"mimic": "chromium", "stealthfox": "firefox"}
)
VERSIONS_KEPT = 6
"""A core this many versions older than the latest is refused."""


@dataclass
class Cores:
    """
    The cores of this agent.

    All are there from the start, since one real Chromium stands for them; deleting one,
    or a fault, makes the next start download it.
    """

    latest: int
    polls_to_download: int = 1
    """How often the states are asked for until a download is over."""
    missing: set[str] = field(default_factory=set)
    _polls_left: dict[str, int] = field(default_factory=dict)

    def versions(self) -> list[int]:
        """Return the major versions that may be asked for, the latest first."""
        return list(range(self.latest, self.latest - VERSIONS_KEPT, -1))

    def read_version(self, body: Mapping[str, Any]) -> int:
        """
        Return the major version a body asks for, or the latest.

        Raises:
            Refusal: It is too old, or not out yet.
        """
        version = take_number(
            body, "core_version", self.latest, within=range(1, 10_000)
        )
        if version not in self.versions():
            raise wrong_values("wrong core version")
        return version

    def demand(self, browser_type: str) -> None:
        """
        Refuse a start until the core is there; the first refusal begins the download.

        Raises:
            Refusal: `CORE_DOWNLOADING_STARTED` or `CORE_DOWNLOADING_ALREADY_STARTED`.
        """
        if browser_type in self._polls_left:
            raise problem_of("CORE_DOWNLOADING_ALREADY_STARTED")
        if browser_type in self.missing:
            self.start_download(browser_type)
            raise problem_of("CORE_DOWNLOADING_STARTED")

    def is_downloading(self, browser_type: str) -> bool:
        """Tell whether a core is on its way."""
        return browser_type in self._polls_left

    def start_download(self, browser_type: str) -> None:
        """Begin to download a core."""
        self._polls_left[browser_type] = self.polls_to_download

    def poll(self, at: datetime) -> dict[str, dict[str, Any]]:
        """Return the states of cores on their way; each question brings them nearer."""
        states = {}
        for browser_type, left in list(self._polls_left.items()):
            state = "download_browser_core" if left > 0 else "download_finished"
            states[f"{browser_type}_{self.latest}"] = {
                "browser_type": browser_type,
                "core_version": self.latest,
                "message": "",
                "status": state,
                "timestamp": milliseconds(at),
            }
            self._polls_left[browser_type] = left - 1
            if left <= 0:
                del self._polls_left[browser_type]
                self.missing.discard(browser_type)
        return states

    def loaded(self) -> list[dict[str, Any]]:
        """Return the cores that are there, as the launcher lists them."""
        return [
            {
                "is_latest": True,
                "latest_version": str(self.latest),
                "type": browser_type,
                "versions": [str(self.latest)],
            }
            for browser_type in BROWSER_TYPES
            if browser_type not in self.missing
        ]
