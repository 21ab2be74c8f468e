"""What crosses a boundary about proxies; secrets are masked or sealed."""

import re
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Annotated, Any, Literal, NamedTuple
from uuid import UUID

from annotated_types import Ge, Le, Len
from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    SecretStr,
    StrictBool,
    StrictInt,
    StringConstraints,
)

from config.schema import Schema
from config.vocabulary import (
    AccountSessionStatus,
    HistoryStep,
    PinPolicy,
    ProxyProtocol,
    ProxyState,
)

MASK = "••••"
"""What stands in place of a secret; a proxy without a password shows none."""

LARGEST_ID = 2**31 - 1
_NAME = r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9])?"


def _known_address(text: str) -> str:
    """Return a host as it is compared: small letters, IPv6 in its short form."""
    bare = text.strip("[]").lower()
    if ":" in bare or re.fullmatch(r"[0-9.]+", bare):
        return str(ip_address(bare))
    return bare


def _without_doubles(tags: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tags))


ProxyHost = Annotated[
    str,
    StringConstraints(
        max_length=253, pattern=rf"^(\[?[0-9A-Fa-f:.]{{2,45}}\]?|{_NAME})$"
    ),
    AfterValidator(_known_address),
]
Port = Annotated[StrictInt, Ge(1), Le(65_535)]
Credential = Annotated[
    str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]+$")
]
SessionCookie = Annotated[
    str,
    StringConstraints(min_length=1, max_length=8_192, pattern=r"^[^\x00-\x1f\x7f]+$"),
]
Country = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z]{2}$"),
    AfterValidator(str.upper),
]
Place = Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00-\x1f]*$")]
Tag = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,39}$", max_length=40)
]
Tags = Annotated[tuple[Tag, ...], Len(0, 20), AfterValidator(_without_doubles)]
Notes = Annotated[str, StringConstraints(max_length=2_000, pattern=r"^[^\x00]*$")]
ProxyId = Annotated[int, Ge(1), Le(LARGEST_ID)]


class DocumentSchema(Schema):
    """Names with underscores, as the document about proxies writes them."""

    model_config = ConfigDict(alias_generator=None)


class ProxyLabels(DocumentSchema):
    """What people note about a proxy beside how to reach it."""

    protocol: ProxyProtocol = ProxyProtocol.HTTP
    country: Country | None = None
    region: Place | None = None
    city: Place | None = None
    tags: Tags = ()
    notes: Notes = ""


class NewProxy(ProxyLabels):
    """A proxy that is to be kept."""

    ip: ProxyHost
    port: Port
    username: Credential | None = None
    password: Credential | None = Field(default=None, repr=False)


class ProxyRequest(NewProxy):
    """A new proxy and the account session that belongs to it."""

    session: SessionCookie = Field(repr=False)


class SessionRequest(DocumentSchema):
    """Another account session of a proxy."""

    session: SessionCookie = Field(repr=False)


class StatusRequest(DocumentSchema):
    """Whether a proxy, or an account session, is to be used."""

    status: AccountSessionStatus


class AccountSessionAnswer(DocumentSchema):
    """A session cookie of a proxy."""

    id: int
    session: str
    status: AccountSessionStatus


class ProxyStatusAnswer(DocumentSchema):
    """A proxy as the document shows it."""

    id: int
    ip: str
    port: int
    username: str | None
    password: str | None
    is_active: bool
    total_requests: int
    failed_requests: int
    requests_this_hour: int
    error_count: int
    created_at: datetime
    updated_at: datetime


class ProxyAnswer(ProxyStatusAnswer):
    """A proxy with its account sessions, as the document shows it."""

    sessions: tuple[AccountSessionAnswer, ...]


class PoolEntry(ProxyStatusAnswer):
    """A proxy with all that is known of it."""

    protocol: ProxyProtocol
    country: str | None
    region: str | None
    city: str | None
    tags: tuple[str, ...]
    notes: str
    source: str
    state: ProxyState
    disabled_reason: str | None
    retired_at: datetime | None
    exit_address: str | None
    exit_country: str | None
    check_latency_ms: int | None
    check_error: str | None
    checked_at: datetime | None
    sessions: tuple[AccountSessionAnswer, ...]
    pins: int
    """Account sessions that go out by this proxy and no other."""


class HistoryPoint(DocumentSchema):
    """What a proxy did in one minute, hour or day."""

    starts_at: datetime
    step: HistoryStep
    requests: int
    failures: int
    """Those that were the proxy's own."""

    bans: int
    waits: int
    latency_p50_ms: int | None
    latency_p95_ms: int | None


class ProxyDetail(PoolEntry):
    """A proxy with its history, oldest point first."""

    history: tuple[HistoryPoint, ...]


class ProxyFilter(NamedTuple):
    """Which proxies of the pool are wanted."""

    state: ProxyState | None = None
    country: str | None = None
    tag: str | None = None
    search: str = ""


class UsableProxy(NamedTuple):
    """A proxy that may be given out, with how to get in."""

    id: int
    protocol: ProxyProtocol
    host: str
    port: int
    username: str | None
    password: SecretStr | None
    country: str | None


class Attempt(NamedTuple):
    """One request through a proxy; `outcome` is a word of `rotation.Outcome`."""

    proxy_id: int
    host: str
    at: datetime
    outcome: str
    latency: timedelta | None
    why: dict[str, Any]
    """What the choice was made of."""

    waited: bool = False
    """Whether it waited because the budget was spent."""


class AttemptAnswer(DocumentSchema):
    """One request through a proxy, and why this proxy."""

    id: UUID
    proxy_id: int
    host: str
    at: datetime
    outcome: str
    latency_ms: int | None
    why: dict[str, Any]


class ImportRequest(ProxyLabels):
    """
    A list of proxies, in any of the usual forms.

    One a line as `host:port`, `host:port:user:password`, `user:password@host:port` or a
    URL; or CSV whose first line names its columns. What a line does not say is taken
    from the other fields.
    """

    text: Annotated[
        str,
        StringConstraints(min_length=1, max_length=1_000_000, pattern=r"^[^\x00]*$"),
    ] = Field(repr=False)


class RefusedLine(DocumentSchema):
    """A line that was not taken; it is not repeated, for it may hold a password."""

    line: int
    message: str


class ImportAnswer(DocumentSchema):
    """What came of a list."""

    added: tuple[int, ...]
    known: int
    """Lines whose address and user name were there already."""

    refused: tuple[RefusedLine, ...]


class GenerateRequest(DocumentSchema):
    """Proxies that Multilogin X is to make."""

    country: Annotated[str, StringConstraints(pattern=r"^(any|[A-Za-z]{2})$")] = "any"
    region: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{0,60}$")] = ""
    city: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{0,60}$")] = ""
    protocol: Literal["http", "socks5"] = "http"
    session_type: Literal["sticky", "rotating"] = "sticky"
    ip_lifetime_seconds: Annotated[StrictInt, Ge(0), Le(86_400)] | None = None
    """How long an exit is kept; needed for `rotating`."""

    count: Annotated[StrictInt, Ge(1), Le(100)] = 1
    tags: Tags = ()
    notes: Notes = ""


class CheckAnswer(DocumentSchema):
    """What a check through the real exit found."""

    proxy_id: int
    ok: bool
    latency_ms: int | None
    exit_address: str | None
    exit_country: str | None
    error: str | None
    message: str | None
    checked_at: datetime


class TrafficAnswer(DocumentSchema):
    """Traffic of the generated proxies as Multilogin X reports it."""

    bytes: int
    billing_id: str


class PinRequest(DocumentSchema):
    """What goes out together, and who may move it."""

    browser_profile_id: UUID | None = None
    policy: PinPolicy = PinPolicy.PERSON
    patience_minutes: Annotated[StrictInt, Ge(1), Le(10_080)] = 30
    """How long its proxy must be out of use before the policy moves it."""


class MoveRequest(DocumentSchema):
    """Where a pin is to go."""

    proxy_id: Annotated[StrictInt, Ge(1), Le(LARGEST_ID)]


class PinAnswer(DocumentSchema):
    """An account session, its proxy and its browser profile."""

    account_session_id: int
    proxy_id: int
    proxy_state: ProxyState
    browser_profile_id: UUID | None
    policy: PinPolicy
    patience_minutes: int
    waits: StrictBool
    """It waits: its proxy is out of use, or it is being moved."""

    moving_to: int | None
    down_since: datetime | None
    moved_at: datetime | None
    created_at: datetime


class PinMove(NamedTuple):
    """A move that was begun: from where, to where, and with what."""

    account_session_id: int
    old: UsableProxy
    new: UsableProxy
    browser_profile_id: UUID | None
