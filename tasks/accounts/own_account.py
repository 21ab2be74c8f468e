"""What a person does with their own account: logins, activity, password."""

from uuid import UUID

from config.clock import now as present
from config.errors import InvalidError, NotFoundError
from config.settings import settings
from config.vocabulary import LoginActivityKind
from tasks.accounts import activity, links, repository
from tasks.accounts.logins import forget_logins
from tasks.accounts.password_rules import check_new_password
from tasks.accounts.passwords import check_password, hash_password
from tasks.accounts.schemas import (
    ActivityEntry,
    Caller,
    Device,
    LoginEntry,
    PasswordChange,
)
from tasks.accounts.throttle import forgive_try, take_try
from tasks.database import transaction
from tasks.pages import Page, PageWish


class NoSuchLoginError(NotFoundError):
    """There is no such login, it has ended, or it is somebody else's."""

    def __init__(self) -> None:
        super().__init__("there is no such login, or it has ended already")


class WrongPasswordError(InvalidError):
    """The current password is wrong, or tried too early after wrong ones."""

    code = "wrong_password"

    def __init__(self) -> None:
        super().__init__("this is not your current password", field="currentPassword")


def list_logins(
    account_id: UUID, *, current: UUID | None = None
) -> tuple[LoginEntry, ...]:
    """Return the logins of an account that stand, the one used last first."""
    now, idle = present(), settings().accounts.login_idle_lifetime
    with transaction() as session:
        return repository.list_logins_of(
            session, account_id, now=now, used_since=now - idle, current=current
        )


def end_own_login(caller: Caller, login_id: UUID, *, device: Device) -> None:
    """
    End one of a person's own logins.

    Raises:
        NoSuchLoginError: It is not theirs, or has ended.
    """
    with transaction() as session:
        owner = repository.end_login(
            session, login_id, now=present(), owner=caller.account_id
        )
        if owner is None:
            raise NoSuchLoginError
        activity.record_activity(
            session,
            LoginActivityKind.LOGIN_ENDED,
            account_id=owner,
            device=device,
            login_id=login_id,
        )
    forget_logins([login_id])


def list_own_activity(caller: Caller, wish: PageWish) -> Page[ActivityEntry]:
    """Return one page of what happened to a person's account, newest first."""
    with transaction() as session:
        return activity.list_activity(session, caller.account_id, wish)


def change_password(caller: Caller, asked: PasswordChange, *, device: Device) -> None:
    """
    Set a new password; all other logins of the person end.

    A wrong current password costs time as at the sign-in.

    Raises:
        WrongPasswordError: The current password is not that.
        WeakPasswordError: The new one is tried early by attackers.
        ThrottleAwayError: Tries cannot be counted, so there are none.
    """
    check_new_password(asked.new_password, about=(caller.email, caller.display_name))
    is_early = take_try(account=caller.email, address=device.counted_as)
    with transaction() as session:
        stored = repository.get_account(session, caller.account_id).password_hash
    check = check_password(asked.current_password, password_hash=stored)
    if is_early or not check.is_right:
        raise WrongPasswordError
    forgive_try(account=caller.email, address=device.counted_as)
    new_hash, now = hash_password(asked.new_password), present()
    with transaction() as session:
        repository.set_password_hash(session, caller.account_id, new_hash)
        links.forget_password_resets(session, caller.account_id)
        ended = repository.end_logins_of(
            session, caller.account_id, now=now, keep=caller.login_id
        )
        activity.record_activity(
            session,
            LoginActivityKind.PASSWORD_CHANGED,
            account_id=caller.account_id,
            device=device,
            login_id=caller.login_id,
        )
    forget_logins(ended)
