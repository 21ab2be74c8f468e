"""How many pages of one host a run may still ask for."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from config.settings import settings
from tasks.public_profiles.schemas import JsonApiSource, PagesSource

COUNTED = "pages_by_host"
"""Where the counts stand in a position, so that they outlive whoever counted."""


class PageQuota:
    """Counts the pages of each host of a run; retries and redirects are not counted."""

    def __init__(self, most: int, counted: Mapping[str, int]) -> None:
        self.most = most
        self.counted = dict(counted)

    def take(self, url: str) -> bool:
        """Count a page; return False, and count nothing, if its host has had all."""
        host = _host_of(url)
        had = self.counted.get(host, 0)
        if had >= self.most:
            return False
        self.counted[host] = had + 1
        return True

    def give_back(self, url: str) -> None:
        """Take a page out of the count again, because it was not asked for."""
        self.counted[_host_of(url)] -= 1

    def reason(self, url: str) -> str:
        """Return why a page is not asked for, in one sentence."""
        return (
            f"the limit of {self.most} pages of {_host_of(url)} in one run is reached; "
            "raise pagesPerHost, or MUSTER_PUBLIC_PROFILES__PAGES_PER_HOST"
        )


def quota_of(
    source: PagesSource | JsonApiSource, position: Mapping[str, Any]
) -> PageQuota:
    """Return what a run may still ask for: the settings' limit, or a lower one."""
    most = settings().public_profiles.pages_per_host
    if source.pages_per_host is not None:
        most = min(most, source.pages_per_host)
    return PageQuota(most, position.get(COUNTED, {}))


def _host_of(url: str) -> str:
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:  # such as a broken IPv6 address; it is told when it is asked
        return ""
