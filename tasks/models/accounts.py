"""People who sign in, their logins, and what becomes of both."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from tasks.models.base import Record


class Account(Record):
    """
    A person who may sign in; `email` is stored in lower case.

    Plex knows them by `plex_id`; without a `password_hash` Plex is the only way in.
    """

    __tablename__ = "accounts"

    email: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    password_hash: Mapped[str | None]
    plex_id: Mapped[str | None] = mapped_column(unique=True)
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    is_active: Mapped[bool] = mapped_column(server_default=text("true"))
    version: Mapped[int] = mapped_column(server_default=text("1"))


class Login(Record):
    """
    One sign-in on one device: the family of its rotating refresh tokens.

    Only SHA-256 hashes of tokens are stored; the previous one is kept for the grace
    period, after which its use ends the login.
    """

    __tablename__ = "logins"
    __table_args__ = (Index(None, "account_id"),)

    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE")
    )
    refresh_hash: Mapped[str] = mapped_column(unique=True)
    previous_hash: Mapped[str | None] = mapped_column(unique=True)
    rotated_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    user_agent: Mapped[str]
    address: Mapped[str]


class LoginActivity(Record):
    """What happened to an account or a login; `account_id` is null for an unknown."""

    __tablename__ = "login_activity"
    __table_args__ = (Index(None, "account_id", "id"), Index(None, "created_at"))

    account_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE")
    )
    login_id: Mapped[UUID | None]
    kind: Mapped[str]
    user_agent: Mapped[str]
    address: Mapped[str]


class Invitation(Record):
    """A one-time link by which a person makes their account; only its hash is kept."""

    __tablename__ = "invitations"
    __table_args__ = (Index(None, "email"),)

    email: Mapped[str]
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    token_hash: Mapped[str] = mapped_column(unique=True)
    invited_by: Mapped[UUID | None]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class PasswordReset(Record):
    """A one-time link by which a person sets a new password; only its hash is kept."""

    __tablename__ = "password_resets"
    __table_args__ = (Index(None, "account_id"),)

    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE")
    )
    token_hash: Mapped[str] = mapped_column(unique=True)
    made_by: Mapped[UUID | None]
    expires_at: Mapped[datetime]
