"""Set, list, open and remove the keys of interfaces; each change is written down."""

from pydantic import SecretStr

from config.clock import now
from config.errors import NotFoundError
from tasks.api_secrets.repository import (
    delete_api_secret,
    describe_api_secret,
    find_api_secret,
    list_api_secrets,
    put_api_secret,
)
from tasks.api_secrets.schemas import ApiSecretAnswer, ApiSecretRequest, OpenedSecret
from tasks.audit import Actor, record_change
from tasks.database import transaction
from tasks.sealing import seal, unseal


class ApiSecretNotFoundError(NotFoundError):
    """There is no key of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no secret {name!r}; PUT /secrets/{name} sets one")


def list_secrets() -> tuple[ApiSecretAnswer, ...]:
    """Return all keys by name, masked."""
    with transaction() as session:
        return tuple(describe_api_secret(row) for row in list_api_secrets(session))


def set_secret(name: str, asked: ApiSecretRequest, actor: Actor) -> ApiSecretAnswer:
    """Keep a key under a name, in place of the one before if there is one."""
    sealed = seal(asked.value.get_secret_value(), purpose=_purpose(name))
    with transaction() as session:
        before = find_api_secret(session, name)
        old_hosts = None if before is None else before.hosts
        row = put_api_secret(
            session,
            name,
            value_sealed=sealed,
            hosts=asked.hosts,
            changed_by=actor.email,
            now=now(),
        )
        record_change(
            session,
            actor,
            action="secret.set",
            subject=name,
            details={"hosts": list(asked.hosts), "hosts_before": old_hosts},
        )
        return describe_api_secret(row)


def remove_secret(name: str, actor: Actor) -> None:
    """
    Remove a key; campaigns that name it cannot be started any more.

    Raises:
        ApiSecretNotFoundError: There is none of this name.
    """
    with transaction() as session:
        if not delete_api_secret(session, name):
            raise ApiSecretNotFoundError(name)
        record_change(session, actor, action="secret.removed", subject=name)


def open_secret(name: str) -> OpenedSecret | None:
    """
    Return the key of a name, None if there is none.

    Raises:
        SealBrokenError: It was sealed with another key than ours.
    """
    with transaction() as session:
        row = find_api_secret(session, name.lower())
        if row is None:
            return None
        value = unseal(row.value_sealed, purpose=_purpose(row.name))
        return OpenedSecret(SecretStr(value), tuple(row.hosts))


def _purpose(name: str) -> str:
    """Return what a key is sealed as; in the row of another name it does not open."""
    return f"api_secret.{name}"
