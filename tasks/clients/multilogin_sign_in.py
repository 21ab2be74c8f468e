"""Signing in at Multilogin X: once for all workers, refreshed, never in a loop."""

from collections.abc import Sequence
from http import HTTPMethod, HTTPStatus

from redis.asyncio import Redis

from config.clock import now
from config.errors import SetupError
from config.sections.multilogin import MultiloginSettings
from tasks.clients.multilogin_door import MultiloginDoor, Wish
from tasks.clients.multilogin_errors import (
    MultiLoginAuthError,
    MultiLoginRefusedError,
)
from tasks.clients.multilogin_keys import account_key, one_at_a_time
from tasks.clients.multilogin_tokens import (
    Step,
    Tokens,
    TokenStore,
    hash_password,
    next_step,
    read_tokens,
    workspace_of,
)


class MultiloginSignIn:
    """
    Has a token for whoever asks; all workers of one account share it in Redis.

    Source: Multilogin X API, `POST /user/signin` and `POST /user/refresh_token`. The
    token names the workspace, and a refresh is the only way to another one.
    """

    def __init__(
        self, door: MultiloginDoor, redis: Redis, section: MultiloginSettings
    ) -> None:
        self._door, self._redis, self._section = door, redis, section
        self._automation_token = (
            section.automation_token.get_secret_value()
            if section.automation_token
            else ""
        )
        self._lock = self._key("sign-in")
        self._store = TokenStore(redis, key=self._key("tokens"))

    async def token(self, *, refused: Sequence[str] = ()) -> str:
        """
        Return a token, from the cache if it is good for another minute.

        Args:
            refused: Tokens that were not taken for the request at hand.

        Raises:
            MultiLoginAuthError: The credentials, or the automation token, are wrong.
            MultiLoginServiceError: The cloud does not answer.
            SharedStateAwayError: Redis does not answer.
            SetupError: There are no credentials.
        """
        if self._automation_token:
            return self._use_automation_token(refused)
        tokens = await self._store.load()
        if next_step(tokens, refused=refused, now=now()) is not Step.USE:
            tokens = await self._renew(refused)
        assert tokens is not None  # noqa: S101 - nothing is never used
        return tokens.access.get_secret_value()

    async def workspace_id(self) -> str:
        """Return the workspace that we work in."""
        return workspace_of(await self.token())

    async def forget(self) -> None:
        """Have the next caller sign in again."""
        await self._store.forget()

    def _use_automation_token(self, refused: Sequence[str]) -> str:
        if refused:
            raise MultiLoginAuthError(
                "Multilogin X does not take MUSTER_MULTILOGIN__AUTOMATION_TOKEN; it "
                "has ended, or the password was changed: make a new one"
            )
        return self._automation_token

    async def _renew(self, refused: Sequence[str]) -> Tokens:
        """Refresh or sign in, unless another process did so while we waited."""
        longest = self._section.longest_wait
        async with one_at_a_time(self._redis, self._lock, longest=longest):
            tokens = await self._store.load()
            step = next_step(tokens, refused=refused, now=now())
            if tokens is not None and step is Step.USE:
                return tokens
            fresh = None
            if tokens is not None and step is Step.REFRESH:
                fresh = await self._refresh(tokens)
            fresh = fresh or await self._sign_in()
            await self._store.save(fresh)
            return fresh

    async def _refresh(self, tokens: Tokens) -> Tokens | None:
        """Return new tokens, or None if these are of no use any more."""
        workspace_id = self._section.workspace_id or tokens.workspace_id
        try:
            return await self._switch(tokens, workspace_id)
        except (MultiLoginAuthError, MultiLoginRefusedError):
            return None

    async def _sign_in(self) -> Tokens:
        if not self._section.email or not self._section.password.get_secret_value():
            raise SetupError(
                "no Multilogin X account: set MUSTER_MULTILOGIN__EMAIL and "
                "MUSTER_MULTILOGIN__PASSWORD, or MUSTER_MULTILOGIN__AUTOMATION_TOKEN"
            )
        if await self._store.was_refused():
            raise MultiLoginAuthError
        credentials = {
            "email": self._section.email,
            "password": hash_password(self._section.password),
        }
        try:
            answer = await self._door.ask(
                Wish(HTTPMethod.POST, "/user/signin", credentials, may_repeat=True)
            )
        except MultiLoginRefusedError as wrong:
            if wrong.http_status != HTTPStatus.BAD_REQUEST:
                raise
            await self._store.note_refusal()
            raise MultiLoginAuthError(said=wrong.said) from None
        tokens = read_tokens(answer.data)
        wanted = self._section.workspace_id
        if not wanted or wanted == tokens.workspace_id:
            return tokens
        return await self._enter_workspace(tokens, wanted)

    async def _enter_workspace(self, tokens: Tokens, workspace_id: str) -> Tokens:
        try:
            return await self._switch(tokens, workspace_id)
        except MultiLoginRefusedError as wrong:
            await self._store.note_refusal()
            raise MultiLoginAuthError(
                "Multilogin X does not let this account into the workspace that "
                "MUSTER_MULTILOGIN__WORKSPACE_ID names",
                said=wrong.said,
            ) from None

    async def _switch(self, tokens: Tokens, workspace_id: str) -> Tokens:
        wish = {
            "email": self._section.email,
            "refresh_token": tokens.refresh.get_secret_value(),
        }
        if workspace_id:
            wish["workspace_id"] = workspace_id
        answer = await self._door.ask(
            Wish(HTTPMethod.POST, "/user/refresh_token", wish),
            token=tokens.access.get_secret_value(),
        )
        return read_tokens(answer.data)

    def _key(self, what: str) -> str:
        return account_key(
            what,
            cloud_url=self._section.cloud_url,
            email=self._section.email,
            workspace_id=self._section.workspace_id or "",
        )
