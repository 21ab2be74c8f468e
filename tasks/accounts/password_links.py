"""A forgotten password: a one-time link that an administrator hands out."""

from uuid import UUID

from config.clock import now as present
from config.settings import settings
from config.vocabulary import LoginActivityKind
from tasks.accounts import links, repository
from tasks.accounts.activity import record_activity
from tasks.accounts.logins import forget_logins
from tasks.accounts.password_rules import check_new_password
from tasks.accounts.passwords import hash_password
from tasks.accounts.schemas import Caller, Device, OneTimeLink, PasswordResetRequest
from tasks.accounts.throttle import forgive_try
from tasks.audit import record_change
from tasks.database import transaction

PAGE = "/password-reset"


def make_reset_link(actor: Caller, account_id: UUID) -> OneTimeLink:
    """
    Return a link by which a person sets a new password; earlier ones end.

    Raises:
        NotFoundError: There is no such account.
    """
    token = links.new_link_token()
    expires_at = present() + settings().accounts.reset_link_lifetime
    with transaction() as session:
        account = repository.get_account(session, account_id, lock=True)
        links.add_password_reset(
            session,
            account_id=account_id,
            token=token,
            made_by=actor.account_id,
            expires_at=expires_at,
        )
        record_change(
            session,
            actor,
            action="account.reset_link_made",
            subject=str(account_id),
            details={"email": account.email},
        )
    return OneTimeLink(token=token, path=f"{PAGE}#token={token}", expires_at=expires_at)


def reset_password(asked: PasswordResetRequest, *, device: Device) -> None:
    """
    Set a new password by a one-time link; all logins of the account end.

    The link is used up only if the password is taken.

    Raises:
        LinkIsOverError: The link does not work any more.
        WeakPasswordError: The password is tried early by attackers.
    """
    check_new_password(asked.new_password)
    new_hash, now = hash_password(asked.new_password), present()
    with transaction() as session:
        account_id = links.take_password_reset(session, asked.token, now=now)
        account = repository.get_account(session, account_id)
        email = account.email
        check_new_password(asked.new_password, about=(email, account.display_name))
        repository.set_password_hash(session, account_id, new_hash)
        ended = repository.end_logins_of(session, account_id, now=now)
        record_activity(
            session,
            LoginActivityKind.PASSWORD_RESET,
            account_id=account_id,
            device=device,
        )
    forget_logins(ended)
    forgive_try(account=email, address=device.counted_as)
