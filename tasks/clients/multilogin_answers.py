"""Pure: what Multilogin X tells of folders, browser profiles and running browsers."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, TypeVar

from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

from tasks.clients.multilogin_envelope import Answer
from tasks.clients.multilogin_errors import MultiLoginUnreadableError
from tasks.clients.multilogin_wishes import ProxyAddress

LARGEST_PORT = 65_535
_DIGITS = re.compile(r"(?<!\d)\d{2,5}(?!\d)")
_OVER = frozenset(("stopped",))
_HERE = frozenset(("browser_running",))
_FETCHED = frozenset(
    (
        *("download_finished", "download_meta_finished", "download_data_finished"),
        "download_core_finished",
    )
)


class Told(BaseModel):
    """As it is told; what is null or an empty text counts as not told."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _leave_out_nothings(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        return {name: value for name, value in data.items() if value not in (None, "")}


Kind = TypeVar("Kind", bound=Told)


class Folder(Told):
    """A folder of browser profiles."""

    id: str = Field(validation_alias=AliasChoices("folder_id", "id"))
    name: str = ""
    comment: str = ""
    profiles_count: int = 0
    created_at: datetime | None = None


class BrowserProfileRow(Told):
    """A browser profile as a search shows it."""

    id: str
    name: str = ""
    folder_id: str = ""
    browser_type: str = ""
    os_type: str = ""
    core_version: int | None = None
    is_local: bool = False
    notes: str = ""
    in_use_by: str = ""
    locked_by: str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    last_launched_at: datetime | None = None
    removed_at: datetime | None = None

    @property
    def is_open_somewhere(self) -> bool:
        """Whether somebody uses it, here or elsewhere."""
        return bool(self.in_use_by or self.locked_by)


class WorkspaceFigures(Told):
    """How much of the plan is used; what is in the bin counts as well."""

    profiles_cloud_count: int = 0
    profiles_cloud_limit: int = 0
    profiles_local_count: int = 0
    profiles_local_limit: int = 0
    users_count: int = 0
    users_limit: int = 0


class RateLimit(Told):
    """So many requests in so long a time, such as 50 in `60s`."""

    limit_size: int
    operation: str = "all"
    window_size: str = "60s"


class PlanRestrictions(Told):
    """What the plan allows."""

    plan_name: str = ""
    automation_available: bool = False
    allowed_browser_types: tuple[str, ...] = ()
    cloud_profiles_count: int = 0
    local_profiles_count: int = 0
    folders_count: int = 0
    team_members_count: int = 0
    expires_at: int | None = None
    ratelimit: tuple[RateLimit, ...] = ()


class Workspace(Told):
    """A workspace that the account is let into."""

    id: str = Field(validation_alias="workspace_id")
    name: str = ""
    role: str = ""


class Place(Told):
    """A region or a city that proxies are in."""

    name: str = ""
    code: str = Field(
        default="",
        validation_alias=AliasChoices("code", "region_code", "city_code", "id"),
    )


class StartedBrowser(Told):
    """A running browser and where it is driven."""

    browser_profile_id: str
    port: int
    webdriver_url: str
    """WebDriver's address after a start for selenium, DevTools' for the others."""

    browser_type: str = ""
    core_version: int | None = None
    is_quick: bool = False


class BrowserStatus(Told):
    """Where a browser stands; the message of a running one is its port."""

    status: str
    message: str = ""
    browser_profile_id: str = Field(default="", validation_alias="profile_id")
    name: str = ""
    folder_id: str = ""
    browser_type: str = ""
    is_quick: bool = False
    in_use_by: str = ""
    timestamp: int | None = None
    unsupported: tuple[Mapping[str, str], ...] = ()
    """Flags the local Multilogin X could not honour; the vendor's does not say."""

    @property
    def is_running(self) -> bool:
        """Whether it is there to be driven."""
        return self.status in _HERE

    @property
    def is_over(self) -> bool:
        """Whether it has stopped, or never came up."""
        return self.status in _OVER or self.has_failed

    @property
    def has_failed(self) -> bool:
        """Whether a step of its start went wrong."""
        return self.status.endswith("_error")

    @property
    def is_fetching(self) -> bool:
        """Whether something is being downloaded for it."""
        begun = self.status.startswith("download_")
        return begun and self.status not in _FETCHED and not self.has_failed

    @property
    def port(self) -> int | None:
        """Its port, while it runs."""
        return read_port(self.message) if self.is_running else None


class BrowserCounts(Told):
    """Running browsers by where their data is."""

    cloud: int = 0
    local: int = 0
    quick: int = 0


class BrowserStatuses(Told):
    """All that the agent knows of since it was started; some keys are core versions."""

    active_counter: BrowserCounts = BrowserCounts()
    states: Mapping[str, BrowserStatus] = Field(default_factory=dict)


class AgentVersion(Told):
    """Which agent answers."""

    version: str = ""
    env: str = ""


class ProxyPlace(Told):
    """Where the world takes us to be behind a proxy."""

    ip: str
    country_code: str = ""
    timezone: str = ""
    latitude: float | None = None
    longitude: float | None = None
    accuracy: float | None = None
    altitude: float | None = None


class TransferJob(Told):
    """An export or import of a browser profile that is under way."""

    id: str = Field(validation_alias=AliasChoices("export_id", "import_id"))
    status: str = ""
    message: str = ""
    export_path: str = ""
    import_path: str = ""
    browser_profile_id: str = Field(
        default="", validation_alias=AliasChoices("new_profile_id", "profile_id")
    )

    @property
    def is_done(self) -> bool:
        """Whether it is over and went well."""
        return self.status == "done"


class ProxyTraffic(Told):
    """Traffic as the proxy host reports it; it does not say used or left."""

    traffic: float = 0
    billing_id: str = Field(default="", validation_alias="billingId")


def read_one(kind: type[Kind], data: Any) -> Kind:
    """
    Return one thing that is told.

    Raises:
        MultiLoginUnreadableError: It lacks what we cannot do without.
    """
    try:
        return kind.model_validate(data)
    except ValidationError:
        raise MultiLoginUnreadableError from None  # its message would show the values


def read_many(kind: type[Kind], data: Any) -> list[Kind]:
    """Return all things of a list; null is an empty one."""
    if data is None:
        return []
    if not isinstance(data, list):
        raise MultiLoginUnreadableError
    return [read_one(kind, one) for one in data]


def member(data: Any, name: str) -> Any:
    """Return a member of an answer's data, None if either is not there."""
    return data.get(name) if isinstance(data, Mapping) else None


def read_ids(data: Any, name: str = "ids") -> list[str]:
    """Return a list of ids; null is an empty one."""
    found = member(data, name)
    if found is None:
        return []
    if not isinstance(found, list):
        raise MultiLoginUnreadableError
    return [str(one) for one in found]


def read_port(value: Any) -> int | None:
    """Return a port, from a number or from the only digits in a text."""
    if isinstance(value, bool) or value is None:
        return None
    found = _DIGITS.findall(str(value))
    if len(found) != 1 or not 0 < int(found[0]) <= LARGEST_PORT:
        return None
    return int(found[0])


def read_started(
    answer: Answer, browser_profile_id: str | None, *, browser_host: str
) -> StartedBrowser:
    """
    Return a browser that was started.

    The port is `data.port`, a text or a number; old agents put it in the message.

    Raises:
        MultiLoginUnreadableError: There is no port, or no id for a quick one.
    """
    port = read_port(member(answer.data, "port")) or read_port(answer.message)
    named = browser_profile_id or member(answer.data, "id")
    if port is None or not named:
        raise MultiLoginUnreadableError(
            "the agent started a browser and did not name its port", said=answer.said
        )
    told = answer.data if isinstance(answer.data, Mapping) else {}
    place = {
        "browser_profile_id": named,
        "port": port,
        "webdriver_url": f"http://{browser_host}:{port}",
    }
    return read_one(StartedBrowser, {**told, **place})


def read_connection(text: Any, kind: Literal["http", "socks5"]) -> ProxyAddress:
    """
    Return a proxy from `host:port:username:password`.

    Split three times at most: the password may hold colons.

    Raises:
        MultiLoginUnreadableError: It is not of that form.
    """
    parts = str(text).strip().split(":", 3)
    port = read_port(parts[1]) if len(parts) == 4 else None  # noqa: PLR2004 - four parts
    if port is None or not parts[0]:
        raise MultiLoginUnreadableError("the proxies come in an unknown form")
    return ProxyAddress(kind, parts[0], port, parts[2], SecretStr(parts[3]))


def created_by_wish(
    rows: Sequence[BrowserProfileRow], *, name: str, since: datetime
) -> list[str]:
    """Return the ids of what a wish of this name has made since a moment."""
    return [
        row.id
        for row in rows
        if row.name == name and (row.created_at is None or row.created_at >= since)
    ]
