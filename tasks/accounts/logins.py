"""Open, refresh, check and close a login."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from threading import Lock
from time import monotonic
from typing import NamedTuple
from uuid import UUID

from config.clock import now as present
from config.errors import UnauthenticatedError
from config.settings import settings
from config.vocabulary import LoginActivityKind
from tasks.accounts import deny_list, repository
from tasks.accounts.activity import forget_activity, record_activity
from tasks.accounts.passwords import check_password, hash_password
from tasks.accounts.schemas import (
    UNKNOWN_DEVICE,
    Caller,
    Device,
    IssuedTokens,
    LoginRequest,
)
from tasks.accounts.throttle import forgive_try, take_try
from tasks.accounts.tokens import (
    Claims,
    InvalidTokenError,
    RefreshToken,
    issue_access_token,
    next_refresh_token,
    read_refresh_token,
    read_token,
    write_refresh_token,
)
from tasks.database import transaction

log = logging.getLogger(__name__)

REMEMBERED_SECONDS = 3.0
"""A login ended by another process is noticed here after so long at the latest."""

_MOST_REMEMBERED = 10_000


class InvalidCredentialsError(UnauthenticatedError):
    """Unknown account, wrong password or inactive account: nobody learns which."""

    code = "invalid_credentials"

    def __init__(self) -> None:
        super().__init__("email or password is wrong")


class OpenedLogin(NamedTuple):
    """A login that was opened or refreshed: who it speaks for, and its tokens."""

    caller: Caller
    tokens: IssuedTokens


def open_login(request: LoginRequest, *, device: Device) -> OpenedLogin:
    """
    Open a login for whoever knows the password.

    Whoever comes too early after wrong ones is refused like everybody else: in the
    same words, after the same work.

    Raises:
        InvalidCredentialsError: They do not, may not sign in, or come too early.
        ThrottleAwayError: Tries cannot be counted, so there are none.
    """
    is_early = take_try(account=request.email, address=device.counted_as)
    with transaction() as session:
        account = repository.find_account_by_email(session, request.email)
        account_id = account.id if account else None
        stored = account.password_hash if account and account.is_active else None
    check = check_password(request.password, password_hash=stored)
    if is_early or account_id is None or not check.is_right:
        _write_down_failure(account_id, device)
        raise InvalidCredentialsError
    forgive_try(account=request.email, address=device.counted_as)
    fresh_hash = hash_password(request.password) if check.is_outdated else None
    return open_login_of(account_id, device=device, password_hash=fresh_hash)


def open_login_of(
    account_id: UUID, *, device: Device, password_hash: str | None = None
) -> OpenedLogin:
    """Open a login for an account whose owner has proved who they are."""
    now, section = present(), settings().accounts
    expires_at = now + section.login_lifetime
    with transaction() as session:
        if password_hash is not None:
            repository.set_password_hash(session, account_id, password_hash)
        token = repository.add_login(
            session,
            account_id=account_id,
            device=device,
            now=now,
            expires_at=expires_at,
        )
        caller = repository.find_caller(
            session,
            token.login_id,
            now=now,
            used_since=now - section.login_idle_lifetime,
        )
        if caller is None:
            raise InvalidCredentialsError
        record_activity(
            session,
            LoginActivityKind.SIGNED_IN,
            account_id=account_id,
            device=device,
            login_id=token.login_id,
        )
        forget_activity(session, before=now - section.activity_retention)
    return _issue(caller, token, expires_at, now=now)


def refresh_login(text: str, *, device: Device = UNKNOWN_DEVICE) -> OpenedLogin:
    """
    Change a refresh token for its successor and a fresh access token.

    A token younger than the grace is kept, and for so long its predecessor is still
    taken and leads to the same successor: tabs that refresh together stay together.
    An older one that comes back was stolen or copied: the login ends.

    Raises:
        InvalidTokenError: The token is not, or no longer, good.
        UncertainLoginError: Redis does not answer, so nobody knows.
    """
    token, now, section = read_refresh_token(text), present(), settings().accounts
    if not deny_list.is_login_welcome(token.login_id):
        raise InvalidTokenError
    with transaction() as session:
        login = repository.lock_login(session, token.login_id)
        caller = repository.find_caller(
            session,
            token.login_id,
            now=now,
            used_since=now - section.login_idle_lifetime,
        )
        if login is None or caller is None:
            raise InvalidTokenError
        in_grace = now - login.rotated_at <= section.refresh_grace
        previous = login.previous_hash if in_grace else None
        held = _held_token(token, current=login.refresh_hash, previous=previous)
        if held is None:
            login.revoked_at = now
            record_activity(
                session,
                LoginActivityKind.REFRESH_REUSED,
                account_id=login.account_id,
                device=device,
                login_id=login.id,
            )
        elif not in_grace:
            held = next_refresh_token(held)
            login.previous_hash, login.refresh_hash = token.hash, held.hash
            login.rotated_at = now
        expires_at = login.expires_at
    if held is None:
        log.warning("a used refresh token came back; its login was ended")
        forget_logins([token.login_id])
        raise InvalidTokenError("this login was used from two places and was ended")
    return _issue(caller, held, expires_at, now=now)


def close_login(
    login_id: UUID, *, token: Claims | None = None, device: Device = UNKNOWN_DEVICE
) -> None:
    """
    End a login at its owner's wish: its tokens are worth nothing from now on.

    Args:
        login_id: The login.
        token: The access token the wish came with; it is put on the deny-list.
        device: Where the wish came from.
    """
    now = present()
    with transaction() as session:
        account_id = repository.end_login(session, login_id, now=now)
        if account_id is not None:
            record_activity(
                session,
                LoginActivityKind.SIGNED_OUT,
                account_id=account_id,
                device=device,
                login_id=login_id,
            )
    if token is not None:
        deny_list.deny_token(token, now_seconds=now.timestamp())
    if account_id is not None:
        forget_logins([login_id])


def identify(token: str) -> Caller:
    """
    Return who an access token, or a console's token, speaks for.

    Raises:
        InvalidTokenError: The token or its login is not, or no longer, good.
    """
    return caller_of(read_token(token))


def caller_of(claims: Claims) -> Caller:
    """
    Return who a token's claims speak for, by a look-up of some seconds ago at most.

    Raises:
        InvalidTokenError: The login has ended, or the account is not active.
    """
    remembered = find_remembered(claims.login_id)
    caller = remembered.caller if remembered else look_up(claims.login_id)
    if caller is None or caller.account_id != claims.account_id:
        raise InvalidTokenError
    return caller


class Remembered(NamedTuple):
    """What the last look-up of a login found, and when it is too old."""

    caller: Caller | None
    until: float


_remembered: dict[UUID, Remembered] = {}
_remembering = Lock()


def find_remembered(login_id: UUID) -> Remembered | None:
    """Return a look-up young enough to rely on, or None: a database must be asked."""
    found = _remembered.get(login_id)
    return found if found is not None and found.until > monotonic() else None


def look_up(login_id: UUID) -> Caller | None:
    """Ask the database who a login speaks for, and remember it for some seconds."""
    now, idle = present(), settings().accounts.login_idle_lifetime
    asked_at = monotonic()
    with transaction() as session:
        caller = repository.find_caller(
            session, login_id, now=now, used_since=now - idle
        )
    with _remembering:
        if len(_remembered) >= _MOST_REMEMBERED:
            _remembered.clear()
        _remembered[login_id] = Remembered(caller, asked_at + REMEMBERED_SECONDS)
    return caller


def forget_logins(login_ids: Iterable[UUID]) -> None:
    """Have every process know at once that these logins have ended."""
    ended = list(login_ids)
    look_again_at(ended)
    deny_list.deny_logins(ended)


def announce_change(login_ids: Iterable[UUID]) -> None:
    """Have every process ask the database what these logins may do now."""
    changed = list(login_ids)
    look_again_at(changed)
    remembered = timedelta(seconds=2 * REMEMBERED_SECONDS)
    deny_list.announce_change(changed, lasting=remembered)


def look_again_at(login_ids: Iterable[UUID]) -> None:
    """Have the next check of these logins ask the database."""
    with _remembering:
        for login_id in login_ids:
            _remembered.pop(login_id, None)


def _write_down_failure(account_id: UUID | None, device: Device) -> None:
    log.info("a sign-in failed")
    with transaction() as session:
        record_activity(
            session,
            LoginActivityKind.SIGN_IN_FAILED,
            account_id=account_id,
            device=device,
        )


def _held_token(
    token: RefreshToken, *, current: str, previous: str | None
) -> RefreshToken | None:
    """Return the token whose hash is current, if this one is it or leads to it."""
    if token.hash == current:
        return token
    return next_refresh_token(token) if token.hash == previous else None


def _issue(
    caller: Caller, token: RefreshToken, expires_at: datetime, *, now: datetime
) -> OpenedLogin:
    section = settings().accounts
    claims = Claims(account_id=caller.account_id, login_id=caller.login_id)
    tokens = IssuedTokens(
        access=issue_access_token(claims, now=now),
        access_seconds=int(section.access_token_lifetime.total_seconds()),
        refresh=write_refresh_token(token),
        refresh_until=min(expires_at, now + section.login_idle_lifetime),
    )
    return OpenedLogin(caller, tokens)
