"""Sign-in through Plex: for people who may use our Plex server, and nobody else."""

from typing import NamedTuple
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from config.clock import now as present
from config.errors import ConflictError, ForbiddenError, UnauthenticatedError
from config.settings import settings
from config.vocabulary import PlexPinStatus
from tasks.accounts import repository
from tasks.accounts.logins import OpenedLogin, open_login_of
from tasks.accounts.schemas import Device, DisplayName, Email
from tasks.accounts.throttle import forgive_try, take_try
from tasks.clients.plex_accounts import (
    PlexPerson,
    PlexPin,
    PlexTokenRefusedError,
    plex_accounts,
)
from tasks.database import transaction

_EMAIL: TypeAdapter[str] = TypeAdapter(Email)
_NAME: TypeAdapter[str] = TypeAdapter(DisplayName)


class InvalidPlexTokenError(UnauthenticatedError):
    """Plex does not know the token, or somebody tries one after the other."""

    code = "invalid_plex_token"

    def __init__(self) -> None:
        super().__init__("Plex does not take this token; sign in at Plex again")


class PinExpiredError(UnauthenticatedError):
    """The PIN was not used in time."""

    code = "plex_pin_expired"

    def __init__(self) -> None:
        super().__init__("this took too long; start the sign-in through Plex again")


class PinPendingError(ConflictError):
    """Nobody has signed in at Plex with the code of this PIN yet."""

    code = "plex_pin_pending"

    def __init__(self) -> None:
        super().__init__("finish signing in at Plex first")


class NoPlexAccessError(ForbiddenError):
    """They have a Plex account, as everybody may; our server is not open to it."""

    code = "no_plex_access"

    def __init__(self) -> None:
        super().__init__(
            "this Plex account may not use our Plex server; ask its owner to share it "
            "with you"
        )


class PlexAccountClosedError(ForbiddenError):
    """An administrator has closed the account that belongs to the Plex account."""

    code = "account_closed"

    def __init__(self) -> None:
        super().__init__("your account here is closed; ask an administrator")


class PlexEmailTakenError(ConflictError):
    """Somebody with the email of the Plex account has an account without it."""

    code = "email_taken"

    def __init__(self) -> None:
        super().__init__(
            "there is an account here with the email of this Plex account; sign in "
            "with its password"
        )


class _Known(NamedTuple):
    account_id: UUID
    is_active: bool


def begin_plex_sign_in() -> PlexPin:
    """
    Return a new PIN for a person to link their Plex account to.

    Raises:
        PlexNotSetUpError: This installation knows no Plex.
        UnreachableError: Plex does not answer.
    """
    return plex_accounts().create_pin()


def look_at_pin(pin_id: int) -> PlexPinStatus:
    """Return where a sign-in through Plex is."""
    return _status_of(plex_accounts().read_pin(pin_id))


def open_login_by_pin(pin_id: int, *, device: Device) -> OpenedLogin:
    """
    Open a login for whoever has linked their Plex account to a PIN.

    Raises:
        PinPendingError: Nobody has yet.
        PinExpiredError: Nobody has in time.
        NoPlexAccessError: They may not use our Plex server.
    """
    pin = plex_accounts().read_pin(pin_id)
    if pin is None or _status_of(pin) is PlexPinStatus.EXPIRED:
        raise PinExpiredError
    if pin.auth_token is None:
        raise PinPendingError
    return open_login_by_token(pin.auth_token, device=device)


def open_login_by_token(token: str, *, device: Device) -> OpenedLogin:
    """
    Open a login for the owner of a Plex token; their account is made or brought up.

    The account goes by Plex's number for the person, never by the email: that may
    change hands. The token is not kept.

    Raises:
        InvalidPlexTokenError: Plex does not know the token, or it comes too early
            after others that Plex did not know.
        NoPlexAccessError: They may not use our Plex server.
        PlexAccountClosedError: Their account here is not active.
        PlexEmailTakenError: Their email belongs to an account without Plex.
        UnreachableError: Plex does not answer.
    """
    if take_try(account="", address=device.counted_as):
        raise InvalidPlexTokenError
    plex = plex_accounts()
    try:
        person = plex.read_person(token)
        servers = plex.list_servers(token)
    except PlexTokenRefusedError:
        raise InvalidPlexTokenError from None
    forgive_try(account="", address=device.counted_as)
    if settings().plex.machine_identifier not in servers:
        raise NoPlexAccessError
    known = _bring_up(person)
    if not known.is_active:
        raise PlexAccountClosedError
    return open_login_of(known.account_id, device=device)


def _bring_up(person: PlexPerson) -> _Known:
    """Make the account of a Plex person, or take over what Plex says of them now."""
    plex_id = str(person.id)
    email, name = _readable_email(person), _readable_name(person)
    with transaction() as session:
        account = repository.find_account_by_plex(session, plex_id)
        holder = repository.find_account_by_email(session, email)
        if account is None:
            if holder is not None:
                raise PlexEmailTakenError
            account = repository.add_account(
                session,
                email=email,
                display_name=name,
                roles=[settings().plex.default_role],
                plex_id=plex_id,
            )
        elif holder is None and account.password_hash is None:
            account.email = email
        return _Known(account.id, account.is_active)


def _readable_email(person: PlexPerson) -> str:
    try:
        return _EMAIL.validate_python(person.email)
    except ValidationError:  # managed home users have none
        return f"plex-{person.id}@plex.invalid"


def _readable_name(person: PlexPerson) -> str:
    for name in (person.title, person.username):
        try:
            return _NAME.validate_python(name[:100])
        except ValidationError:
            continue
    return f"Plex {person.id}"


def _status_of(pin: PlexPin | None) -> PlexPinStatus:
    if pin is None or (pin.auth_token is None and pin.expires_at <= present()):
        return PlexPinStatus.EXPIRED
    return PlexPinStatus.LINKED if pin.auth_token else PlexPinStatus.PENDING
