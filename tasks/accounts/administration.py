"""What administrators do with the accounts of others; each change is audited."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from pydantic.alias_generators import to_camel

from config.clock import now as present
from config.errors import StaleError
from config.vocabulary import LoginActivityKind, Role
from tasks.accounts import repository
from tasks.accounts.activity import record_activity
from tasks.accounts.logins import announce_change, forget_logins
from tasks.accounts.own_account import NoSuchLoginError, list_logins
from tasks.accounts.permissions import PERMISSIONS
from tasks.accounts.schemas import (
    AccountChange,
    AccountEntry,
    AccountsWanted,
    Caller,
    Device,
    LoginEntry,
    RoleEntry,
)
from tasks.audit import AuditAnswer, list_changes, record_change
from tasks.database import transaction
from tasks.pages import Page, PageWish


def list_accounts(wish: PageWish, *, wanted: AccountsWanted) -> Page[AccountEntry]:
    """Return one page of the accounts that fit."""
    with transaction() as session:
        return repository.list_accounts(session, wish, wanted=wanted)


def show_account(account_id: UUID) -> AccountEntry:
    """
    Return one account.

    Raises:
        NotFoundError: There is none with this id.
    """
    with transaction() as session:
        account = repository.get_account(session, account_id)
        return repository.describe_accounts(session, [account])[0]


def change_account(
    actor: Caller,
    account_id: UUID,
    asked: AccountChange,
    *,
    seen: Collection[int] | None,
) -> AccountEntry:
    """
    Change roles, name or state of an account; its logins end with its being active.

    Args:
        actor: The administrator.
        account_id: The account.
        asked: What is to change.
        seen: Versions the change is meant for; None for whichever it is.

    Raises:
        NotFoundError: There is no such account.
        StaleError: It has changed since it was seen.
        LastAdministratorError: Nobody would be left to administer Muster.
    """
    wish = asked.values()
    with transaction() as session:
        repository.lock_administrators(session)
        account = repository.get_account(session, account_id, lock=True)
        if seen is not None and account.version not in seen:
            raise StaleError(account.version)
        changed = differences({name: getattr(account, name) for name in wish}, wish)
        was_administrator = is_administrator(account.roles, is_active=account.is_active)
        for name, new in wish.items():
            setattr(account, name, new)
        stays = is_administrator(account.roles, is_active=account.is_active)
        if was_administrator and not stays:
            repository.leave_an_administrator(session, without=account_id)
        login_ids = repository.login_ids_of(session, account_id)
        if not account.is_active:
            repository.end_logins_of(session, account_id, now=present())
        if changed:
            account.version += 1
            record_change(
                session,
                actor,
                action="account.changed",
                subject=str(account_id),
                details=changed,
            )
        entry = repository.describe_accounts(session, [account])[0]
    tell_others = announce_change if entry.is_active else forget_logins
    tell_others(login_ids)
    return entry


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return what differs of the values before, by the names the API uses."""
    return {
        to_camel(name): {"from": old, "to": after[name]}
        for name, old in before.items()
        if old != after[name]
    }


def is_administrator(roles: Iterable[str], *, is_active: bool) -> bool:
    """Tell whether an account counts as one that can administer Muster."""
    return is_active and Role.ADMINISTRATOR in roles


def remove_account(actor: Caller, account_id: UUID) -> None:
    """
    Remove an account with its logins; what it decided and made stays.

    Raises:
        NotFoundError: There is no such account.
        LastAdministratorError: Nobody would be left to administer Muster.
    """
    with transaction() as session:
        repository.lock_administrators(session)
        account = repository.get_account(session, account_id, lock=True)
        if is_administrator(account.roles, is_active=account.is_active):
            repository.leave_an_administrator(session, without=account_id)
        login_ids = repository.login_ids_of(session, account_id)
        record_change(
            session,
            actor,
            action="account.removed",
            subject=str(account_id),
            details={"email": account.email, "roles": list(account.roles)},
        )
        repository.remove_account(session, account_id)
    forget_logins(login_ids)


def list_logins_of(account_id: UUID) -> tuple[LoginEntry, ...]:
    """
    Return the logins of somebody that stand.

    Raises:
        NotFoundError: There is no such account.
    """
    show_account(account_id)
    return list_logins(account_id)


def end_login_of(
    actor: Caller, account_id: UUID, login_id: UUID, *, device: Device
) -> None:
    """
    End a login of somebody.

    Raises:
        NoSuchLoginError: The account has no such login, or it has ended.
    """
    with transaction() as session:
        owner = repository.end_login(session, login_id, now=present(), owner=account_id)
        if owner is None:
            raise NoSuchLoginError
        record_activity(
            session,
            LoginActivityKind.LOGIN_ENDED,
            account_id=owner,
            device=device,
            login_id=login_id,
        )
        record_change(
            session,
            actor,
            action="login.ended",
            subject=str(account_id),
            details={"loginId": str(login_id)},
        )
    forget_logins([login_id])


def list_roles() -> tuple[RoleEntry, ...]:
    """Return every role with what it allows."""
    return tuple(
        RoleEntry(name=role, permissions=tuple(sorted(granted)))
        for role, granted in PERMISSIONS.items()
    )


def list_audit(wish: PageWish) -> Page[AuditAnswer]:
    """Return one page of what administrators changed."""
    with transaction() as session:
        return list_changes(session, wish)
