"""Passwords, logins and tokens."""

from datetime import timedelta
from typing import Annotated

from annotated_types import Ge
from pydantic import SecretStr

from config.sections.base import Section


class AccountsSettings(Section):
    """Read from `MUSTER_ACCOUNTS__*`."""

    signing_key: SecretStr = SecretStr("")
    """Key of the access tokens, 32 characters or more. The stack makes its own."""

    access_token_lifetime: timedelta = timedelta(minutes=15)
    """How long an access token is valid."""

    login_idle_lifetime: timedelta = timedelta(days=7)
    """A login that is not used for so long ends."""

    login_lifetime: timedelta = timedelta(days=30)
    """The longest a login lasts, however often it is used."""

    refresh_grace: timedelta = timedelta(seconds=10)
    """A refresh token just used is taken for so long: two tabs may refresh at once."""

    argon2_memory_kib: Annotated[int, Ge(8)] = 19456
    """Memory of one password hash, in KiB (OWASP's minimum for Argon2id)."""

    argon2_passes: Annotated[int, Ge(1)] = 2
    """Passes over that memory."""

    free_tries: Annotated[int, Ge(1)] = 5
    """Wrong passwords in a row without a wait, per account and per address."""

    longest_wait: timedelta = timedelta(minutes=15)
    """The wait after each further one starts at 1 s and doubles up to this."""

    tries_remembered: timedelta = timedelta(hours=1)
    """Wrong passwords are forgotten when none came for so long."""

    invitation_lifetime: timedelta = timedelta(days=7)
    """How long an invitation can be accepted."""

    reset_link_lifetime: timedelta = timedelta(hours=1)
    """How long a link to set a new password works."""

    activity_retention: timedelta = timedelta(days=90)
    """How long sign-ins, failures and the like are kept."""

    secure_cookies: bool = True
    """Send cookies only over HTTPS, or to this machine itself."""
