"""What crosses a boundary about the keys of interfaces; answers never hold one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from annotated_types import Len
from pydantic import AfterValidator, Field, SecretStr

from config.schema import Schema

MASK = "••••"

SecretName = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9_-]{1,64}$"),
    AfterValidator(str.lower),
]
"""Upper and lower case are the same."""

Host = Annotated[str, Field(pattern=r"^[A-Za-z0-9.:_\[\]-]{1,255}$")]


def _on_one_line(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value().strip()
    if not text or not text.isprintable():
        raise ValueError("a secret is one line of printable characters")
    return SecretStr(text)


class ApiSecretRequest(Schema):
    """A key and who may be shown it."""

    value: Annotated[
        SecretStr, Field(min_length=1, max_length=8192), AfterValidator(_on_one_line)
    ]
    """The key itself; it is sealed, and never answered again."""

    hosts: Annotated[tuple[Host, ...], Len(0, 50)] = ()
    """Hosts that may be shown it, besides those that a recipe names itself."""


class ApiSecretAnswer(Schema):
    """A key by its name."""

    name: str
    value: str = MASK
    """Always masked."""

    hosts: tuple[str, ...]
    changed_at: datetime
    changed_by: str
    """Who set it last, by email."""


@dataclass(frozen=True, slots=True)
class OpenedSecret:
    """A key that was unsealed, and who may be shown it."""

    value: SecretStr
    hosts: tuple[str, ...]
