"""What crosses a boundary about accounts; never a hash."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from annotated_types import Ge, Le, Len
from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
    model_validator,
)

from config.schema import Schema
from config.vocabulary import LoginActivityKind, Permission, PlexPinStatus, Role


def _in_lower_case(email: str) -> str:
    return email.casefold()


Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        min_length=3,
        max_length=254,
        pattern=r"^[^\s@\x00-\x1f\x7f-\x9f]+@[^\s@\x00-\x1f\x7f-\x9f]+$",
    ),
    AfterValidator(_in_lower_case),
]


def _without_doubles(roles: tuple[Role, ...]) -> tuple[Role, ...]:
    return tuple(sorted(set(roles)))


TypedPassword = Annotated[str, Len(1, 1_024)]
"""What somebody typed."""

ChosenPassword = Annotated[
    TypedPassword, Field(json_schema_extra={"minLength": 8, "maxLength": 128})
]
"""Whether it may be chosen is decided, in its own words, by `password_rules`."""

DisplayName = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        min_length=1,
        max_length=100,
        pattern=r"^[^\x00-\x1f]*[^\s\x00-\x1f][^\x00-\x1f]*$",
    ),
]
Roles = Annotated[tuple[Role, ...], Len(1, len(Role)), AfterValidator(_without_doubles)]
LinkToken = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]
PlexToken = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,500}$")]
PlexPinId = Annotated[int, Ge(1), Le(2**53)]
Version = Annotated[StrictInt, Ge(1), Le(2**31 - 1)]


class LoginRequest(Schema):
    """What a person signs in with."""

    email: Email
    password: TypedPassword


class SignInRequest(Schema):
    """One of three ways in: email and password, a Plex token, or a linked PIN."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {"required": ["email", "password"], "maxProperties": 2},
                {"required": ["plexToken"], "maxProperties": 1},
                {"required": ["plexPinId"], "maxProperties": 1},
            ]
        }
    )

    email: Email = ""
    password: TypedPassword = ""
    plex_token: PlexToken = ""
    plex_pin_id: PlexPinId = 0

    @model_validator(mode="after")
    def _is_one_way(self) -> Self:
        if self.model_fields_set not in _WAYS_IN:
            raise ValueError("give email and password, or plexToken, or plexPinId")
        return self


_WAYS_IN = ({"email", "password"}, {"plex_token"}, {"plex_pin_id"})


class AccountAnswer(Schema):
    """A person who may sign in, as the API shows them."""

    id: UUID
    email: str
    display_name: str
    roles: tuple[Role, ...]
    permissions: tuple[Permission, ...]


class AccessAnswer(Schema):
    """A fresh access token."""

    token: str
    expires_in: int
    """Seconds until it is over."""


class LoginAnswer(AccessAnswer):
    """A fresh access token, and whose it is."""

    user: AccountAnswer


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking: an active account by way of a login that stands."""

    account_id: UUID
    login_id: UUID
    email: str
    display_name: str
    roles: tuple[Role, ...]
    permissions: frozenset[Permission]

    def describe(self) -> AccountAnswer:
        """Return what the API shows of the account."""
        return AccountAnswer(
            id=self.account_id,
            email=self.email,
            display_name=self.display_name,
            roles=self.roles,
            permissions=tuple(sorted(self.permissions)),
        )


@dataclass(frozen=True, slots=True)
class AccountsWanted:
    """Which accounts a list is to hold; None for all."""

    text: str | None = None
    """Part of the email or the name."""

    role: Role | None = None
    is_active: bool | None = None


@dataclass(frozen=True, slots=True)
class Device:
    """Where a login was opened from, for its owner to recognise."""

    user_agent: str
    address: str
    household: str = ""
    """What the tries of this address are counted under, if not the address."""

    @property
    def counted_as(self) -> str:
        """What wrong passwords from here are counted under."""
        return self.household or self.address


UNKNOWN_DEVICE = Device(user_agent="", address="")


@dataclass(frozen=True, slots=True)
class IssuedTokens:
    """Both tokens of a login, and until when each is good."""

    access: str
    access_seconds: int
    refresh: str
    refresh_until: datetime


class PasswordChange(Schema):
    """A new password, by who knows the old one."""

    current_password: TypedPassword
    new_password: ChosenPassword


class PasswordResetRequest(Schema):
    """A new password, by who was handed a link."""

    token: LinkToken
    new_password: ChosenPassword


class LoginEntry(Schema):
    """A login that stands, as its owner and administrators see it."""

    id: UUID
    user_agent: str
    address: str
    created_at: datetime
    last_used_at: datetime
    is_current: bool


class ActivityEntry(Schema):
    """One thing that happened to an account."""

    id: UUID
    at: datetime
    kind: LoginActivityKind
    address: str
    user_agent: str


class AccountEntry(Schema):
    """An account, as administrators see it."""

    id: UUID
    email: str
    display_name: str
    roles: tuple[Role, ...]
    is_active: bool
    has_password: bool
    uses_plex: bool
    created_at: datetime
    last_seen_at: datetime | None
    """When one of its logins was last used."""

    version: int
    """To be sent back with a change."""


class AccountChange(Schema):
    """What an administrator changes of an account; what is left out stays."""

    roles: Roles | None = None
    is_active: StrictBool | None = None
    display_name: DisplayName | None = None
    version: Version | None = None
    """Of the account as it was seen; the header `If-Match` says the same."""

    def values(self) -> dict[str, Any]:
        """Return what is to change, by the names of the table."""
        return self.model_dump(
            mode="json", by_alias=False, exclude_none=True, exclude={"version"}
        )


class InvitationRequest(Schema):
    """Whom to invite, and as what."""

    email: Email
    roles: Roles


class InvitationEntry(Schema):
    """An invitation that nobody has accepted or withdrawn yet."""

    id: UUID
    email: str
    roles: tuple[Role, ...]
    created_at: datetime
    expires_at: datetime


class OneTimeLink(Schema):
    """A link to hand to a person; it is shown once and works once."""

    token: str
    path: str
    """To be put after the address that people use for Muster."""

    expires_at: datetime


class InvitationLink(OneTimeLink):
    """An invitation, with the link to hand over."""

    id: UUID
    email: str
    roles: tuple[Role, ...]


class InvitationToken(Schema):
    """An invitation, named by who was handed its link."""

    token: LinkToken


class InvitationAcceptance(InvitationToken):
    """What an invited person makes their account of."""

    display_name: DisplayName
    password: ChosenPassword


class RoleEntry(Schema):
    """A role, and what it allows."""

    name: Role
    permissions: tuple[Permission, ...]


class PlexPinAnswer(Schema):
    """A sign-in through Plex that was begun; the person goes to `authUrl`."""

    pin_id: int
    code: str
    auth_url: str
    expires_at: datetime


class PlexPinState(Schema):
    """Where a sign-in through Plex is."""

    status: PlexPinStatus = Field(description="Once `linked`, sign in with the PIN.")
