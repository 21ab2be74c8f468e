"""Lists about people and their accounts, as the API answers them."""

from config.schema import Schema
from tasks.accounts.schemas import (
    AccountEntry,
    ActivityEntry,
    InvitationEntry,
    LoginEntry,
    RoleEntry,
)
from tasks.audit import AuditAnswer


class LoginList(Schema):
    """The logins of one person that stand, the one used last first."""

    items: tuple[LoginEntry, ...]


class ActivityList(Schema):
    """What happened to an account; `next` goes into `after`, `null` at the end."""

    items: tuple[ActivityEntry, ...]
    next: str | None


class AccountList(Schema):
    """Some of the accounts; `next` goes into `after`, `null` at the end."""

    items: tuple[AccountEntry, ...]
    next: str | None


class InvitationList(Schema):
    """Some of the open invitations; `next` goes into `after`, `null` at the end."""

    items: tuple[InvitationEntry, ...]
    next: str | None


class RoleList(Schema):
    """Every role with what it allows."""

    items: tuple[RoleEntry, ...]


class AuditList(Schema):
    """What administrators changed; `next` goes into `after`, `null` at the end."""

    items: tuple[AuditAnswer, ...]
    next: str | None
