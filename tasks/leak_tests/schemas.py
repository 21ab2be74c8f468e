"""What crosses a boundary about leak tests."""

import ipaddress
from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple, Self
from urllib.parse import quote
from uuid import UUID

from annotated_types import Ge, Le, Len
from pydantic import AfterValidator, Field, SecretStr, StrictInt, model_validator

from config.schema import Schema
from config.vocabulary import LeakKind, LeakScope, LeakSubject, LeakVerdict

LARGEST_PORT = 65_535
MOST_EXPECTED = 50


def _address_or_block(text: str) -> str:
    try:
        block = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        raise ValueError(
            "an address such as 203.0.113.5 or a block such as 203.0.113.0/24 is wanted"
        ) from None
    whole = block.max_prefixlen
    return str(block.network_address if block.prefixlen == whole else block)


def _host(text: str) -> str:
    """Refuse what no resolver could be asked for: a part too long, or empty."""
    if ":" in text:
        ipaddress.IPv6Address(text)  # its ValueError says what is wrong
        return text
    try:
        text.encode("idna")
    except UnicodeError:
        raise ValueError("no part of a name is empty, or longer than 63") from None
    return text


Host = Annotated[
    str, Len(1, 255), Field(pattern=r"^[A-Za-z0-9._:\-]+$"), AfterValidator(_host)
]
Block = Annotated[str, Len(1, 60), AfterValidator(_address_or_block)]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Location = Annotated[str, Len(1, 100), Field(pattern=r"^[^\x00-\x1f/\\]+$")]


class LeakProxy(Schema):
    """A proxy whose exit is tested without a browser; it is not kept."""

    type: Literal["http", "https", "socks5"]
    host: Host
    port: Annotated[StrictInt, Ge(1), Le(LARGEST_PORT)]
    username: Annotated[str, Len(0, 255)] = ""
    password: Annotated[SecretStr, Len(0, 255)] = SecretStr("")

    @property
    def name(self) -> str:
        """How it is shown: without what it takes to get in."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.type}://{host}:{self.port}"

    def url_with(self, password: SecretStr) -> SecretStr:
        """Return its address with user name and password, percent-encoded."""
        if not self.username:
            return SecretStr(self.name)
        word = quote(password.get_secret_value(), safe="")
        signed_in = f"{quote(self.username, safe='')}:{word}"
        return SecretStr(self.name.replace("://", f"://{signed_in}@", 1))


class Expected(Schema):
    """What the exit is expected to be; what is left out is not held against it."""

    exit_addresses: Annotated[tuple[Block, ...], Len(0, MOST_EXPECTED)] = ()
    """Addresses or blocks, of either family, that a web server may see."""

    country: Country | None = None
    """Where the exit is, as ISO 3166-1 alpha-2; else its registry's word is taken."""

    resolvers: Annotated[tuple[Block, ...], Len(0, MOST_EXPECTED)] = ()
    """Addresses or blocks of resolvers that may ask for a name."""


class SubjectWish(Schema):
    """What is tested; none of the three: this machine itself, without an exit."""

    browser_profile_id: UUID | None = None
    proxy: LeakProxy | None = None
    vpn: Location | Literal[True] | None = None
    """Location of a tunnel; true: the one that is connected."""

    expected: Expected = Expected()

    @model_validator(mode="after")
    def _names_one_subject(self) -> Self:
        named = (self.browser_profile_id, self.proxy, self.vpn)
        if sum(one is not None for one in named) > 1:
            raise ValueError(
                "name one subject only: browserProfileId, proxy or vpn; none of them "
                "tests this machine itself"
            )
        return self

    @property
    def kind(self) -> LeakSubject:
        """What kind of subject it is."""
        if self.browser_profile_id is not None:
            return LeakSubject.BROWSER_PROFILE
        if self.proxy is not None:
            return LeakSubject.PROXY
        return LeakSubject.DIRECT if self.vpn is None else LeakSubject.VPN


class LeakTestRequest(SubjectWish):
    """A leak test that a person wants."""


class LeakScheduleRequest(SubjectWish):
    """A leak test that is to be repeated."""

    every_minutes: Annotated[StrictInt, Ge(5), Le(10_080)]

    @model_validator(mode="after")
    def _keeps_no_password(self) -> Self:
        if self.proxy is not None and self.proxy.password.get_secret_value():
            raise ValueError(
                "a schedule keeps no password; make a browser profile with this proxy "
                "and schedule its test"
            )
        return self


class VerdictReason(Schema):
    """Why a verdict is as it is."""

    code: str
    message: str


class Finding(Schema):
    """The verdict about one kind of leak."""

    kind: LeakKind
    verdict: LeakVerdict
    expected: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()
    means: str
    """How it was looked at."""

    reasons: tuple[VerdictReason, ...] = ()
    took_ms: float | None = None


class SubjectShown(Schema):
    """What was tested."""

    kind: LeakSubject
    id: UUID | None = None
    name: str | None = None


class LeakProblem(Schema):
    """Why a leak test could not be carried out."""

    error: str
    message: str


class LeakTestAnswer(Schema):
    """A leak test: true is a leak, false is none, null could not be known."""

    id: UUID
    ip_leak: bool | None
    dns_leak: bool | None
    webrtc_leak: bool | None
    verdict: LeakVerdict
    """Of the three together: a leak if one leaks, clean if all are."""

    passed: bool
    """Whether it satisfies a campaign: none of the three leaks, the address is sure."""

    scope: LeakScope
    subject: SubjectShown
    expected: Expected
    findings: tuple[Finding, ...]
    fix: tuple[str, ...]
    """What can be put right from here: `webrtc`."""

    exit_address: str | None
    exit_country: str | None
    """Of the address' registration; an exit may be rented elsewhere."""

    problem: LeakProblem | None
    started_at: datetime
    took_ms: int
    details: dict[str, Any]


class LastLeakTest(Schema):
    """The latest leak test of a subject, in short."""

    id: UUID
    at: datetime
    ip_leak: bool | None
    dns_leak: bool | None
    webrtc_leak: bool | None


class LeakFixAnswer(Schema):
    """A leak test before and after the browser profile's WebRTC policy changed."""

    before: LeakTestAnswer
    after: LeakTestAnswer
    changed: dict[str, tuple[str, str]]
    """Flag -> what it was, what it is."""


class LeakScheduleAnswer(Schema):
    """A leak test that is repeated."""

    id: UUID
    subject: SubjectShown
    expected: Expected
    every_minutes: int
    next_at: datetime
    last_test_id: UUID | None
    problem: LeakProblem | None
    """Why the last one was not carried out."""

    created_at: datetime


class DueSchedule(NamedTuple):
    """A schedule whose time has come, in the hands of whoever runs it."""

    schedule_id: UUID
    request: LeakTestRequest
    requested_by: UUID | None


class EndedTest(NamedTuple):
    """A leak test that came to its end, ready to be kept."""

    subject: SubjectShown
    scope: LeakScope
    expected: Expected
    findings: tuple[Finding, ...]
    exit_address: str | None
    exit_country: str | None
    problem: LeakProblem | None
    started_at: datetime
    took_ms: int
    details: dict[str, Any]
    requested_by: UUID | None = None
    schedule_id: UUID | None = None


VERDICTS_SHOWN: dict[LeakVerdict, bool | None] = {
    LeakVerdict.LEAK: True,
    LeakVerdict.CLEAN: False,
    LeakVerdict.INCONCLUSIVE: None,
}
"""How the documented answer writes the three states."""
