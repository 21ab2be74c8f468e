"""The routes about people and for administrators: accounts, errors, limits."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

from tasks.accounts.schemas import AccountEntry, InvitationLink, LoginEntry
from tasks.public_profiles.forget_schemas import Forgotten
from ui.console.answers import (
    AccountPage,
    ActivityPage,
    FailurePage,
    HandedLink,
    InvitationPage,
    LoginList,
    RoleAnswer,
    RoleList,
    ViolationPage,
)
from ui.console.api_door import Door, ProblemError


class People(Door):
    """One's own logins and password; and what an administrator sees and changes."""

    def list_own_logins(self) -> tuple[LoginEntry, ...]:
        """Return where the person is signed in."""
        return self.ask("GET", "/auth/logins", LoginList).items

    def end_own_login(self, login_id: UUID) -> None:
        """End one of the person's logins; one that has ended already stays so."""
        self._end(f"/auth/logins/{login_id}")

    def list_own_activity(self, *, limit: int) -> ActivityPage:
        """Return what happened to the person's account, newest first."""
        return self.ask("GET", "/auth/activity", ActivityPage, query={"limit": limit})

    def change_password(self, current: str, new: str) -> None:
        """Set a new password, proving that one knows the current one."""
        body = {"currentPassword": current, "newPassword": new}
        self.tell("POST", "/auth/password", json=body)

    def list_accounts(
        self, *, words: str = "", is_active: bool | None = None, limit: int
    ) -> AccountPage:
        """Return people by name, whose name or address holds `words`."""
        standing = None if is_active is None else str(is_active).lower()
        query = {
            "q": words,
            "isActive": standing,
            "sort": "displayName",
            "limit": limit,
        }
        return self.ask("GET", "/admin/accounts", AccountPage, query=query)

    def get_account(self, account_id: UUID) -> AccountEntry:
        """Return one person who may sign in."""
        return self.ask("GET", f"/admin/accounts/{account_id}", AccountEntry)

    def change_account(
        self, account_id: UUID, changes: Mapping[str, Any], *, version: int
    ) -> None:
        """
        Change roles, name or activity of an account.

        Raises:
            StaleError: It has another version by now.
        """
        self.tell(
            "PATCH",
            f"/admin/accounts/{account_id}",
            json=dict(changes),
            headers={"If-Match": f'"{version}"'},
        )

    def make_reset_link(self, account_id: UUID) -> HandedLink:
        """Return a link by which a person can set a new password, once."""
        path = f"/admin/accounts/{account_id}/reset-link"
        return self.ask("POST", path, HandedLink)

    def list_logins_of(self, account_id: UUID) -> tuple[LoginEntry, ...]:
        """Return where a person is signed in."""
        return self.ask("GET", f"/admin/accounts/{account_id}/logins", LoginList).items

    def end_login_of(self, account_id: UUID, login_id: UUID) -> None:
        """End a login of a person; one that has ended already stays so."""
        self._end(f"/admin/accounts/{account_id}/logins/{login_id}")

    def list_roles(self) -> tuple[RoleAnswer, ...]:
        """Return all roles with what each allows."""
        return self.ask("GET", "/admin/roles", RoleList).items

    def invite(self, email: str, roles: Sequence[str]) -> InvitationLink:
        """Return a link by which somebody can make an account, once."""
        body = {"email": email, "roles": list(roles)}
        return self.ask("POST", "/admin/invitations", InvitationLink, json=body)

    def list_invitations(self, *, limit: int) -> InvitationPage:
        """Return invitations that wait."""
        query = {"limit": limit}
        return self.ask("GET", "/admin/invitations", InvitationPage, query=query)

    def withdraw_invitation(self, invitation_id: UUID) -> None:
        """Make an invitation useless; one that is gone already stays so."""
        self._end(f"/admin/invitations/{invitation_id}")

    def forget_person(self, wish: Mapping[str, str], *, dry_run: bool) -> Forgotten:
        """Remove all that names somebody, or only count it; safe to repeat."""
        body = {**wish, "dryRun": dry_run}
        return self.ask("POST", "/admin/persons/forget", Forgotten, json=body)

    def list_failures(self, *, sort: str, limit: int) -> FailurePage:
        """Return unexpected errors, one of a kind."""
        query = {"sort": sort, "limit": limit}
        return self.ask("GET", "/admin/errors", FailurePage, query=query)

    def list_violations(self, *, limit: int) -> ViolationPage:
        """Return who went over a limit, newest first."""
        query = {"limit": limit}
        return self.ask("GET", "/admin/limit-violations", ViolationPage, query=query)

    def _end(self, path: str) -> None:
        try:
            self.tell("DELETE", path)
        except ProblemError as problem:
            if problem.status != HTTPStatus.NOT_FOUND:
                raise
