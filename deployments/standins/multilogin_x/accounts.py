"""Accounts, their workspaces, and the tokens they were given."""

import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from deployments.standins.multilogin_x.envelope import (
    FORBIDDEN,
    Refusal,
    unauthorized,
    wrong_body,
    wrong_values,
)
from deployments.standins.multilogin_x.kept import Document, Kept
from deployments.standins.multilogin_x.tokens import (
    PERIODS,
    SIGN_IN_SECONDS,
    Caller,
    make_token,
    read_token,
)
from deployments.standins.multilogin_x.words import new_id, written

ROLES = ("owner", "manager", "user", "launcher")
DEFAULT_FOLDER = "Default folder"
TEAM_OWNER = "team@multilogin.example"
_PASSWORD = re.compile(r"[0-9a-f]{32}")
_REFRESH_TOKEN = re.compile(r"[0-9a-f]{16}")


def digest_password(password: str) -> str:
    """Return what the API calls a password: the MD5 of it in lower-case hex."""
    return hashlib.md5(password.encode(), usedforsecurity=False).hexdigest()


class Accounts:
    """Who may sign in, and into which workspaces."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        made = kept.find("state", "cloud")
        if made is None:
            made = {
                "signing_key": secrets.token_hex(64),
                "machine_id": secrets.token_hex(32),
            }
            kept.put("state", "cloud", made)
        self._key: str = made["signing_key"]
        self.machine_id: str = made["machine_id"]

    def settle(
        self, email: str, password: str, *, team_role: str, at: datetime
    ) -> None:
        """
        See to it that this account exists with this password.

        It owns a workspace, and is a member of one that somebody else owns.
        """
        account = self.find_account(email)
        if account is None:
            account = self.open_account(email, digest_password(password), at=at)
            team = self.open_account(TEAM_OWNER, secrets.token_hex(16), at=at)
            self.join(team["workspace_id"], account["id"], team_role)
        account["password"] = digest_password(password)
        self._kept.put("account", account["id"], account)

    def open_account(self, email: str, password: str, *, at: datetime) -> Document:
        """Make an account with a workspace and its first folder."""
        account: Document = {
            "id": new_id(),
            "email": email.lower(),
            "password": password,
            "workspace_id": new_id(),
        }
        workspace: Document = {
            "id": account["workspace_id"],
            "name": f"Workspace of {email}",
            "members": {account["id"]: "owner"},
            "created_at": written(at),
        }
        with self._kept.together():
            self._kept.put("account", account["id"], account)
            self._kept.put("workspace", workspace["id"], workspace)
            self.make_folder(
                workspace["id"], DEFAULT_FOLDER, "", at=at, is_default=True
            )
        return account

    def make_folder(
        self,
        workspace_id: str,
        name: str,
        comment: str,
        *,
        at: datetime,
        is_default: bool = False,
    ) -> str:
        """Keep a new folder; return its id."""
        folder_id = new_id()
        folder = {
            "id": folder_id,
            "workspace_id": workspace_id,
            "name": name,
            "comment": comment,
            "is_default": is_default,
            "created_at": written(at),
        }
        self._kept.put("folder", folder_id, folder)
        return folder_id

    def find_account(self, email: str) -> Document | None:
        """Return the account of an email."""
        matching = (
            one
            for one in self._kept.list_all("account")
            if one["email"] == email.lower()
        )
        return next(matching, None)

    def join(self, workspace_id: str, user_id: str, role: str) -> None:
        """Make somebody a member of a workspace."""
        workspace = self.workspace(workspace_id)
        workspace["members"][user_id] = role
        self._kept.put("workspace", workspace_id, workspace)

    def leave(self, workspace_id: str, user_id: str) -> bool:
        """End a membership; tell whether there was one."""
        workspace = self._kept.find("workspace", workspace_id)
        if workspace is None or workspace["members"].pop(user_id, None) is None:
            return False
        self._kept.put("workspace", workspace_id, workspace)
        return True

    def workspace(self, workspace_id: str) -> Document:
        """Return a workspace that is known to be there."""
        workspace = self._kept.find("workspace", workspace_id)
        if workspace is None:
            raise unauthorized()
        return workspace

    def workspaces_of(self, user_id: str) -> list[Document]:
        """Return the workspaces somebody is a member of."""
        everything = self._kept.list_all("workspace")
        return [one for one in everything if user_id in one["members"]]

    def sign_in(self, email: str, password: str, *, at: datetime) -> dict[str, str]:
        """
        Return a token and a refresh token for the account's own workspace.

        Raises:
            Refusal: There is no such account, or its password is another.
        """
        account = self.find_account(email)
        expected = account["password"] if account else ""
        if account is None or not _is_same(expected, password):
            raise wrong_values("Incorrect credentials")
        return self._give_tokens(account, account["workspace_id"], at=at)

    def refresh(
        self, email: str, refresh_token: str, workspace_id: str, *, at: datetime
    ) -> dict[str, str]:
        """
        Exchange a refresh token, which ends with it, for new tokens.

        Args:
            email: Of the account it was given to.
            refresh_token: As last handed out.
            workspace_id: Workspace the token shall open; empty for the same as before.
            at: The present.

        Raises:
            Refusal: The token is not this account's, or the workspace is not.
        """
        if not _REFRESH_TOKEN.fullmatch(refresh_token):
            raise wrong_body("invalid refresh token")
        given = self._kept.find("refresh", refresh_token)
        account = self.find_account(email)
        if given is None or account is None or given["user_id"] != account["id"]:
            raise wrong_values("Incorrect credentials")
        wanted = workspace_id or given["workspace_id"]
        if wanted not in {one["id"] for one in self.workspaces_of(account["id"])}:
            raise wrong_values("Wrong workspace user")
        self._kept.forget("refresh", [refresh_token])
        return self._give_tokens(account, wanted, at=at)

    def automation_token(self, caller: Caller, period: str, *, at: datetime) -> str:
        """Return a token for unattended work in the caller's present workspace."""
        automation = caller._replace(is_automation=True, token_id=new_id())
        return self._keep_token(automation, PERIODS[period], at=at)

    def identify(self, authorization: str) -> Caller:
        """
        Return who a request is from.

        Raises:
            Refusal: The Bearer is missing, wrong, expired or revoked.
        """
        scheme, _, token = authorization.partition(" ")
        caller = read_token(token.strip(), key=self._key)
        if scheme.lower() != "bearer" or caller is None:
            raise unauthorized()
        if self._kept.find("token", caller.token_id) is None:
            raise unauthorized()
        return caller

    def tokens_of(self, user_id: str) -> list[Document]:
        """Return the tokens of somebody that still hold."""
        return [
            one
            for one in self._kept.list_all("token")
            if one["user_id"] == user_id and read_token(one["token"], key=self._key)
        ]

    def revoke(self, user_id: str, *, token: str = "", automation: bool | None) -> None:
        """End one token, all of a kind, or (automation None) every one of somebody."""
        ended = [
            one["id"]
            for one in self.tokens_of(user_id)
            if (one["token"] == token if token else True)
            and (automation is None or one["is_automation"] == automation)
        ]
        self._kept.forget("token", ended)
        if not token and automation is None:
            self._end_refreshing(user_id)

    def change_password(self, user_id: str, old: str, new: str) -> None:
        """
        Change a password, which ends every token.

        Raises:
            Refusal: The old one is wrong, or the new one is not an MD5 in hex.
        """
        account = self._kept.find("account", user_id) or {}
        if not _is_same(account.get("password", ""), old):
            raise wrong_values("Incorrect credentials")
        check_password(new)
        self._kept.put("account", user_id, {**account, "password": new})
        self.revoke(user_id, automation=None)

    def _give_tokens(
        self, account: Document, workspace_id: str, *, at: datetime
    ) -> dict[str, str]:
        role = self.workspace(workspace_id)["members"][account["id"]]
        caller = Caller(
            user_id=account["id"],
            email=account["email"],
            workspace_id=workspace_id,
            role=role,
            is_automation=False,
            token_id=new_id(),
        )
        self._forget_expired()
        lasting = timedelta(seconds=SIGN_IN_SECONDS)
        token = self._keep_token(caller, lasting, at=at)
        refresh_token = secrets.token_hex(8)
        self._kept.put(
            "refresh",
            refresh_token,
            {
                "id": refresh_token,
                "user_id": account["id"],
                "workspace_id": workspace_id,
            },
        )
        return {"refresh_token": refresh_token, "token": token}

    def _keep_token(
        self, caller: Caller, lasting: timedelta | None, *, at: datetime
    ) -> str:
        token = make_token(
            caller, key=self._key, at=at, lasting=lasting, machine=self.machine_id
        )
        kept: dict[str, Any] = {
            "id": caller.token_id,
            "user_id": caller.user_id,
            "is_automation": caller.is_automation,
            "token": token,
        }
        self._kept.put("token", caller.token_id, kept)
        return token

    def _forget_expired(self) -> None:
        ended = [
            one["id"]
            for one in self._kept.list_all("token")
            if read_token(one["token"], key=self._key) is None
        ]
        self._kept.forget("token", ended)

    def _end_refreshing(self, user_id: str) -> None:
        given = self._kept.list_all("refresh")
        self._kept.forget(
            "refresh", [one["id"] for one in given if one["user_id"] == user_id]
        )


def check_password(password: str) -> None:
    """Refuse a new password that is not an MD5 in lower-case hex."""
    if not _PASSWORD.fullmatch(password):
        raise wrong_body("Password not valid")


def check_may_change(caller: Caller) -> None:
    """Refuse somebody whose role is only to start browsers."""
    if caller.role == "launcher":
        raise forbidden("your role in this workspace does not allow this")


def check_is_owner(caller: Caller) -> None:
    """Refuse somebody who does not own the workspace."""
    if caller.role != "owner":
        raise forbidden("only the owner of the workspace may do this")


def forbidden(message: str) -> Refusal:
    """Return the refusal of somebody known, who may not."""
    return Refusal(HTTPStatus.FORBIDDEN, FORBIDDEN, message)


def _is_same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode())
