"""What crosses a boundary about browser profiles."""

from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple
from uuid import UUID

from annotated_types import Ge, Le, Len
from pydantic import Field, SecretStr, StrictBool, StrictInt

from config.schema import Schema
from config.vocabulary import BrowserState
from tasks.clients.multilogin_wishes import BrowserType, OsType

LARGEST_PORT = 65_535
MOST_START_URLS = 5

Name = Annotated[str, Len(1, 100), Field(pattern=r"^[^\x00-\x1f]*\S[^\x00-\x1f]*$")]
Word = Annotated[str, Len(1, 40)]


class ProxyWish(Schema):
    """The proxy that a browser profile is to use."""

    type: Literal["http", "https", "socks5"]
    host: Annotated[str, Len(1, 255), Field(pattern=r"^[^\s/@\x00]+$")]
    port: Annotated[StrictInt, Ge(1), Le(LARGEST_PORT)]
    username: Annotated[str, Len(0, 255)] = ""
    password: Annotated[SecretStr, Len(0, 255)] = SecretStr("")
    save_traffic: StrictBool = False
    """Whether pictures and videos are left out."""


class ParametersWish(Schema):
    """What a browser profile shows of itself, where it differs from its template."""

    flags: dict[Word, Word] = Field(default_factory=dict, max_length=30)
    """Masking flag -> how, in Multilogin X's own words."""

    fingerprint: dict[Word, Any] = Field(default_factory=dict, max_length=20)
    """Values for the flags that are `custom`."""

    start_urls: Annotated[
        tuple[Annotated[str, Len(1, 2_000)], ...], Len(0, MOST_START_URLS)
    ] = ()
    """Pages that open with a browser that a person starts."""

    is_local: StrictBool = True
    """Whether its data stays on the machine of the agent."""


class BrowserProfileRequest(Schema):
    """A browser profile that a person wants."""

    name: Name
    """No other browser profile of the folder may have it."""

    folder_id: UUID | None = None
    """Left out: the default folder."""

    template: Word = "documented"
    parameters: ParametersWish = ParametersWish()
    browser_type: BrowserType = "mimic"
    os_type: OsType = "windows"
    notes: Annotated[str, Len(0, 400)] = ""
    proxy: ProxyWish | None = None


class FolderRequest(Schema):
    """A folder that a person wants."""

    name: Name
    comment: Annotated[str, Len(0, 400)] = ""


class StartRequest(Schema):
    """How a browser is to be started."""

    headless: StrictBool | None = None
    """Whether without a window; left out: as the setting says."""


class Reason(Schema):
    """Why a browser did not start, or is gone."""

    error: str
    message: str


class UnsupportedFlag(Schema):
    """A flag that could not be honoured: asked, what holds instead, and why."""

    flag: str
    asked: str
    applied: str
    reason: str


class ShownProxy(Schema):
    """A proxy without what it takes to get in."""

    type: str
    host: str
    port: int
    is_authenticated: bool
    save_traffic: bool


class ShownParameters(Schema):
    """What a browser profile shows of itself."""

    flags: dict[str, str]
    fingerprint: dict[str, Any]
    start_urls: tuple[str, ...]
    is_local: bool


class BrowserAnswer(Schema):
    """An open browser, or one that is coming or going."""

    selenium_url: str | None
    """Where it is driven; None until it answers."""

    started_at: datetime | None
    last_seen_at: datetime
    worker: str
    """The machine it runs on."""

    headless: bool
    leased_by: str | None
    leased_until: datetime | None
    """It is stopped then, unless the lease is renewed; None: it runs until stopped."""

    unsupported: tuple[UnsupportedFlag, ...]


class BrowserProfileAnswer(Schema):
    """A browser profile, as the API shows it."""

    id: UUID
    name: str
    folder_id: UUID
    state: BrowserState
    reason: Reason | None
    state_changed_at: datetime
    browser_type: str
    os_type: str
    template: str | None
    notes: str
    parameters: ShownParameters
    proxy: ShownProxy | None
    created_at: datetime
    updated_at: datetime
    last_started_at: datetime | None
    browser: BrowserAnswer | None


class StartAnswer(Schema):
    """What came of a start or a stop."""

    id: UUID
    state: BrowserState
    selenium_url: str | None = None
    started_at: datetime | None = None
    unsupported: tuple[UnsupportedFlag, ...] = ()


class FolderAnswer(Schema):
    """A folder with how many browser profiles are in it, and how many are open."""

    id: UUID
    name: str
    comment: str
    profiles_count: int
    running_count: int


class TemplateAnswer(Schema):
    """A template of masking flags, all of them."""

    name: str
    title: str
    description: str
    flags: dict[str, str]


class StopFailure(Schema):
    """A browser that could not be stopped, and why."""

    id: UUID
    error: str
    message: str


class StopAllAnswer(Schema):
    """What came of stopping all."""

    stopped: tuple[UUID, ...]
    failed: tuple[StopFailure, ...]


class SweepAnswer(Schema):
    """What a sweep did, by browser profile."""

    steps: dict[UUID, str]


class Lease(NamedTuple):
    """Who has use for a browser, and until when if they do not say so again."""

    holder: str
    until: datetime


class StartOrder(NamedTuple):
    """A browser that is being started, by the holder of its lock."""

    browser_profile_id: UUID
    folder_id: UUID
    headless: bool
    fence: int


class OpenBrowser(NamedTuple):
    """A browser of the registry."""

    browser_profile_id: UUID
    state: BrowserState
    worker: str
    port: int | None
    selenium_url: str | None
    started_at: datetime | None
    state_changed_at: datetime
    last_seen_at: datetime
    leased_until: datetime | None
    unsupported: tuple[UnsupportedFlag, ...]

    def as_answer(self) -> StartAnswer:
        """Return what a start that finds it is answered with."""
        return StartAnswer(
            id=self.browser_profile_id,
            state=self.state,
            selenium_url=self.selenium_url,
            started_at=self.started_at,
            unsupported=self.unsupported,
        )


class KnownBrowserProfile(NamedTuple):
    """What a record says that others must know before they act."""

    browser_profile_id: UUID
    folder_id: UUID
    name: str
    state: BrowserState
    fence: int
