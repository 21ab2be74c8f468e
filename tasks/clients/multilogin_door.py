"""The one way to a host of Multilogin X: token, turn, repeats, failures named."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPMethod
from ipaddress import ip_address
from typing import Any, Protocol
from urllib.parse import urlsplit

import anyio
import httpx

from config.clock import now
from config.errors import SetupError
from tasks.clients.multilogin_envelope import (
    Answer,
    Host,
    name_failure,
    read_answer,
)
from tasks.clients.multilogin_errors import (
    AgentNotRunningError,
    MultiLoginBusyError,
    MultiLoginServiceError,
    MultiLoginUnreachableError,
    OutcomeUnknownError,
)
from tasks.clients.multilogin_pace import (
    Patience,
    RequestBucket,
    wait_before_repeat,
    wait_when_busy,
)

MOST_REFUSALS = 2
"""Refused once, the token is refreshed; twice, there is a sign-in; then it is over."""

_CONNECT_SECONDS = 10.0
_SAY_WHERE = (
    "no Multilogin X: start the stack with deployments/up, or set "
    "MUSTER_MULTILOGIN__{}_URL"
)


@dataclass(frozen=True, slots=True)
class Wish:
    """One request."""

    method: HTTPMethod
    path: str
    json: Any = field(default=None, repr=False)
    params: Mapping[str, Any] | None = None
    may_repeat: bool = False
    """Whether a second one does no harm: what only reads, and signing in."""

    browser_profile_id: str | None = None
    """The browser profile it is about; an error names it."""


class Bearer(Protocol):
    """Who has a token for us."""

    async def token(self, *, refused: Sequence[str] = ()) -> str:
        """Return a token that none of those refused is."""


class MultiloginDoor:
    """Everything that is sent to one host passes here."""

    def __init__(
        self,
        client: httpx.AsyncClient | None,
        host: Host,
        patience: Patience,
        *,
        bearer: Bearer | None = None,
        bucket: RequestBucket | None = None,
    ) -> None:
        self._client, self._host, self._patience = client, host, patience
        self._bearer, self._bucket = bearer, bucket

    async def ask(self, wish: Wish, *, token: str | None = None) -> Answer:
        """
        Return the answer to a request that did what it was asked.

        Args:
            wish: The request.
            token: Used instead of the bearer's, once.

        Raises:
            MultiLoginAuthError: Not even the token of a new sign-in is taken.
            MultiLoginServiceError: It failed; see the finer ones.
            SetupError: No address is set, and no stack runs; or it cannot be one.
        """
        refused: list[str] = []
        while True:
            used = token or await self._token(refused)
            answer = await self._ask_patiently(wish, used)
            if not answer.is_unauthorized:
                return answer
            if token or not used or len(refused) == MOST_REFUSALS:
                raise name_failure(answer)
            refused.append(used)

    async def get(
        self,
        path: str,
        params: Mapping[str, Any] | None = None,
        *,
        about: str | None = None,
    ) -> Any:
        """Return the data of something that is only read; `about` as in a wish."""
        wish = Wish(
            HTTPMethod.GET,
            path,
            params=params,
            may_repeat=True,
            browser_profile_id=about,
        )
        return (await self.ask(wish)).data

    async def _token(self, refused: Sequence[str]) -> str | None:
        if self._bearer is None:
            return None
        return await self._bearer.token(refused=tuple(refused))

    async def _ask_patiently(self, wish: Wish, token: str | None) -> Answer:
        tries = 0
        while True:
            tries += 1
            try:
                return await self._ask_once(wish, token)
            except MultiLoginServiceError as failure:
                wait = self._wait_after(failure, wish, tries)
                if wait is None:
                    raise
            await anyio.sleep(wait)

    def _wait_after(
        self, failure: MultiLoginServiceError, wish: Wish, tries: int
    ) -> float | None:
        """Return the seconds until the next try, None to give up."""
        chance = random.random()  # noqa: S311 - spreads workers, guards nothing
        wait = wait_before_repeat(
            failure, tries_made=tries, host=self._host, now=now(), chance=chance
        )
        if isinstance(failure, MultiLoginBusyError):
            told = wait_when_busy(failure, host=self._host, now=now())
            failure.ask_again_in(told)
        is_over = tries >= self._patience.tries or not wish.may_repeat
        longest = self._patience.longest_wait.total_seconds()
        return None if wait is None or is_over or wait > longest else wait

    async def _ask_once(self, wish: Wish, token: str | None) -> Answer:
        if self._bucket is not None:
            await self._bucket.take()
        answer = await self._send(wish, token)
        if answer.is_success and answer.is_readable:
            return answer
        if answer.is_unauthorized:
            return answer
        raise name_failure(answer, browser_profile_id=wish.browser_profile_id)

    async def _send(self, wish: Wish, token: str | None) -> Answer:
        if self._client is None:
            raise SetupError(_SAY_WHERE.format(self._host.upper()))
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            response = await self._client.request(
                wish.method,
                wish.path,
                json=wish.json,
                params=wish.params,
                headers=headers,
            )
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            raise SetupError(
                f"MUSTER_MULTILOGIN__{self._host.upper()}_URL is no address"
            ) from None
        except httpx.TransportError as silent:
            raise self._name_silence(silent, wish) from silent
        return read_answer(
            response.status_code, response.headers, response.content, now=now()
        )

    def _name_silence(self, silent: httpx.TransportError, wish: Wish) -> Exception:
        if "CERTIFICATE_VERIFY_FAILED" in str(silent):
            return SetupError(
                f"the certificate of Multilogin X's {self._host} cannot be verified; "
                "for the agent see MUSTER_MULTILOGIN__VERIFY_LAUNCHER_CERTIFICATE"
            )
        was_sent = not isinstance(
            silent, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout
        )
        kind = MultiLoginUnreachableError
        if self._host is Host.LAUNCHER and not was_sent:
            kind = AgentNotRunningError
        elif was_sent and not wish.may_repeat:
            kind = OutcomeUnknownError
        return kind(browser_profile_id=wish.browser_profile_id)


def open_client(
    url: str, host: Host, *, seconds: float, verify: bool = True
) -> httpx.AsyncClient:
    """
    Return the connections to one host, which open when first used.

    The agent is on this machine or beside it, so no proxy of the environment is asked.
    """
    is_near = host is Host.LAUNCHER or _is_on_this_machine(url)
    return httpx.AsyncClient(
        base_url=url,
        headers={"Accept": "application/json"},
        timeout=httpx.Timeout(seconds, connect=min(seconds, _CONNECT_SECONDS)),
        verify=verify and url.startswith("https://"),
        trust_env=not is_near,
    )


def _is_on_this_machine(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
