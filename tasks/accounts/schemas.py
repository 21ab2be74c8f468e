"""What crosses a boundary about accounts; never a hash."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from annotated_types import Len
from pydantic import AfterValidator, StringConstraints

from config.schema import Schema
from config.vocabulary import Permission, Role


def _in_lower_case(email: str) -> str:
    return email.casefold()


Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        min_length=3,
        max_length=254,
        pattern=r"^[^\s@\x00-\x1f]+@[^\s@\x00-\x1f]+$",
    ),
    AfterValidator(_in_lower_case),
]


class LoginRequest(Schema):
    """What a person signs in with."""

    email: Email
    password: Annotated[str, Len(1, 1_024)]


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
class Device:
    """Where a login was opened from, for its owner to recognise."""

    user_agent: str
    address: str


@dataclass(frozen=True, slots=True)
class IssuedTokens:
    """Both tokens of a login, and until when each is good."""

    access: str
    access_seconds: int
    refresh: str
    refresh_until: datetime
