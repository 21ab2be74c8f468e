"""
Ask documented JSON interfaces: one request at a time, at their pace, keys kept safe.

robots.txt is for those who wander through pages; a documented interface states its own
rules, which the recipe and the service's headers hold.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from ipaddress import IPv4Network
from time import monotonic
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import aiohttp
from pydantic import SecretStr

from config.clock import now
from config.errors import BusyError, RefusedError, UnreachableError, UnreadableError
from config.sections.public_profiles import PublicProfilesSettings
from tasks.clients.inner_networks import InnerAddressError, guarded_sockets
from tasks.clients.json_answers import (
    JsonAnswer,
    NotYet,
    ReadError,
    SaidInError,
    TryAgain,
    is_safe_for_keys,
    judge_answer,
    next_link,
    unreadable,
    wish_of,
)
from tasks.clients.page_answers import is_redirect
from tasks.clients.page_manners import is_among, origin_of

MOST_REDIRECTS = 5
MOST_LIMITS_IN_A_ROW = 12
FIRST_WAIT_SECONDS = 0.25
"""Wait before the second try of a request; doubled for each further one."""

FIRST_LIMIT_SECONDS = 1.0
"""Wait after a 429 that does not say how long; doubled for each further one."""

_CHUNK_BYTES = 65_536
_LOOPBACK = IPv4Network("127.0.0.1/32")
_ACCEPT = "application/json, */*;q=0.1"
_OK = 200


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key, how it is shown, and to whom."""

    value: SecretStr
    hosts: Sequence[str]
    """Nobody else is ever shown it, whatever a redirect or a link says."""

    place: str = "header"
    name: str = "Authorization"
    form: str = "Bearer ${secret}"

    def shown(self) -> str:
        """Return what is sent."""
        return self.form.replace("${secret}", self.value.get_secret_value())


@dataclass(frozen=True, slots=True)
class ApiManners:
    """How the interface wants to be asked."""

    hosts: Sequence[str]
    seconds_between: float = 0.0
    key: ApiKey | None = None
    read_error: ReadError = field(default=lambda _document: SaidInError())


@dataclass(slots=True)
class _Host:
    free_at: float = 0.0
    """No request before this moment of the monotonic clock."""

    limits_in_a_row: int = 0
    paused_until: float = 0.0
    """The same, as far as the host itself asked for it."""


class JsonDoor:
    """
    An open door to the hosts of one interface; close it at the end.

    With an `exit_proxy`, an HTTP proxy of our own on loopback, all requests leave
    through it, and names are asked at its far end.
    """

    def __init__(
        self,
        *,
        limits: PublicProfilesSettings,
        manners: ApiManners,
        exit_proxy: str | None = None,
    ) -> None:
        self.limits = limits
        self.manners = manners
        self.exit_proxy = exit_proxy
        self.requests = 0
        self._hosts: dict[str, _Host] = {}
        self._runner = asyncio.Runner()
        self._session: aiohttp.ClientSession | None = None

    def close(self) -> None:
        """Close the connections and the event loop."""
        if self._session is not None:
            self._runner.run(self._session.close())
            self._session = None
        self._runner.close()

    def pauses(self) -> dict[str, str]:
        """Return until when hosts want to be left alone: origin -> ISO moment."""
        moment, present = monotonic(), now()
        return {
            origin: (
                present + timedelta(seconds=host.paused_until - moment)
            ).isoformat()
            for origin, host in self._hosts.items()
            if host.paused_until > moment
        }

    def hold(self, url: str, until: datetime) -> None:
        """Let no request to this host begin before a moment, as it once asked."""
        self._pause(url, (until - now()).total_seconds())

    def ask(
        self, url: str, *, headers: Mapping[str, str] | None = None, ends_at: float
    ) -> JsonAnswer | NotYet:
        """
        Return what the interface answers, or until when it wants to be left alone.

        Args:
            url: Address without any key.
            headers: Further headers.
            ends_at: Moment of the monotonic clock until which a turn is waited for.

        Raises:
            NotThereError: There is no such record.
            RefusedError: We may not ask this, or not there.
            BusyError: It wants more patience than a run has.
            UnreachableError: It did not answer at the last try either.
            UnreadableError: What it answers is no JSON.
        """
        if not _is_address(url):
            raise RefusedError(f"{url} is no valid address")
        return self._runner.run(self._ask(url, dict(headers or {}), ends_at))

    async def _ask(
        self, url: str, headers: dict[str, str], ends_at: float
    ) -> JsonAnswer | NotYet:
        tries = 0
        while True:
            not_yet = await self._wait_for_turn(url, ends_at)
            if not_yet is not None:
                return not_yet
            tries += 1
            answer = await self._try_once(url, headers, ends_at)
            if isinstance(answer, NotYet):
                return answer
            if isinstance(answer, JsonAnswer):
                self._host(url).limits_in_a_row = 0
                return answer
            if isinstance(answer, UnreadableError):
                again, failure = answer.message, True
            else:
                again, failure = answer.reason, False
                if answer.is_limit:
                    tries -= 1  # a rate-limited request is not a failed one
                    continue
            if tries >= self.limits.tries:
                said = f"{again}, at the last of {tries} tries"
                raise (
                    UnreadableError(said)
                    if failure
                    else UnreachableError(f"{url} was not read: {said}")
                )
            await asyncio.sleep(FIRST_WAIT_SECONDS * 2 ** (tries - 1))

    async def _wait_for_turn(self, url: str, ends_at: float) -> NotYet | None:
        host = self._host(url)
        ahead = host.free_at - monotonic()
        longest = self.limits.longest_api_wait.total_seconds()
        if ahead > longest:
            raise BusyError(
                f"{origin_of(url)} wants no request for {ahead:.0f} s; start the "
                "campaign again then",
                retry_after_seconds=ahead,
            )
        left = max(0.0, ends_at - monotonic())
        if ahead > left:
            await asyncio.sleep(left)
            return NotYet(now() + timedelta(seconds=ahead - left))
        if ahead > 0:
            await asyncio.sleep(ahead)
        host.free_at = monotonic() + self.manners.seconds_between
        return None

    async def _try_once(
        self, url: str, headers: dict[str, str], ends_at: float
    ) -> JsonAnswer | TryAgain | UnreadableError | NotYet:
        here = url
        for number in range(MOST_REDIRECTS + 1):
            self._check_address(here, asked=url)
            not_yet = await self._wait_for_turn(here, ends_at) if number else None
            if not_yet is not None:
                return not_yet
            try:
                got = await self._get(here, headers)
            except TimeoutError:
                seconds = self.limits.request_timeout.total_seconds()
                return TryAgain(f"no answer within {seconds:g} s")
            except (aiohttp.InvalidURL, ValueError) as wrong:
                raise RefusedError(f"{here} is no valid address: {wrong}") from None
            except (aiohttp.ClientError, OSError) as wrong:
                _raise_if_shut_out(wrong)
                said = str(wrong) or type(wrong).__name__
                return TryAgain(f"the connection failed: {said}")
            if not isinstance(got, str):
                return got
            here = got
        raise RefusedError(f"{url} redirects more than {MOST_REDIRECTS} times")

    def _check_address(self, here: str, *, asked: str) -> None:
        if is_among(here, tuple(self.manners.hosts)):
            return
        host = urlsplit(here).netloc or here
        where = "is" if here == asked else "redirects to a page"
        raise RefusedError(
            f"{asked} {where} on {host}, which this source does not name; add the "
            "host to it if it belongs there"
        )

    async def _get(
        self, url: str, headers: dict[str, str]
    ) -> JsonAnswer | TryAgain | UnreadableError | str:
        """Make one request; return what came, or the address it moved to."""
        self.requests += 1
        sent, parameters = self._with_key(url, headers)
        async with self._open().get(
            url, headers=sent, params=parameters, allow_redirects=False
        ) as response:
            wish = wish_of(response.headers, status=response.status, now=now)
            if wish is not None:
                self._pause(url, wish)
            if is_redirect(response.status):
                return urljoin(url, response.headers.get("Location", ""))
            body = await self._read(response, url)
            document, fault = _parse(body)
            said = self._without_key(self.manners.read_error(document))
            verdict = judge_answer(
                status=response.status, url=url, said=said, retry_after=wish
            )
            if isinstance(verdict, TryAgain):
                if verdict.is_limit:
                    self._take_in_limit(url, wish, verdict)
                return verdict
            if verdict is not None:
                raise verdict
            if fault:
                return unreadable(url, fault)
            onward = next_link(response.links, url=url)
            return JsonAnswer(url, document, self._without_parameter(onward))

    def _with_key(
        self, url: str, headers: dict[str, str]
    ) -> tuple[dict[str, str], dict[str, str]]:
        key = self.manners.key
        if key is None or not is_among(url, tuple(key.hosts)):
            return headers, {}
        if not is_safe_for_keys(url):
            raise RefusedError(
                f"{origin_of(url)} is not encrypted, so the secret is not sent there: "
                "use https"
            )
        if key.place == "query":
            return headers, {key.name: key.shown()}
        return headers | {key.name: key.shown()}, {}

    def _without_key(self, said: SaidInError) -> SaidInError:
        """Return an error's words without our key, which some services repeat."""
        key = self.manners.key
        if key is None or said.message is None:
            return said
        secret = key.value.get_secret_value()
        return replace(said, message=said.message.replace(secret, "(the secret)"))

    def _without_parameter(self, url: str | None) -> str | None:
        """Return an address without our key, for it is stored with the position."""
        key = self.manners.key
        if url is None or key is None or key.place != "query":
            return url
        split = urlsplit(url)
        pairs = parse_qsl(split.query, keep_blank_values=True)
        kept = [pair for pair in pairs if pair[0] != key.name]
        return url if kept == pairs else split._replace(query=urlencode(kept)).geturl()

    def _take_in_limit(self, url: str, wish: float | None, verdict: TryAgain) -> None:
        host = self._host(url)
        host.limits_in_a_row += 1
        if host.limits_in_a_row > MOST_LIMITS_IN_A_ROW:
            raise BusyError(
                f"{origin_of(url)} has asked us {host.limits_in_a_row} times in a row "
                f"to slow down ({verdict.reason}); start the campaign again later",
                retry_after_seconds=wish,
            )
        if wish is None:
            self._pause(url, FIRST_LIMIT_SECONDS * 2 ** (host.limits_in_a_row - 1))

    def _pause(self, url: str, seconds: float) -> None:
        host = self._host(url)
        host.paused_until = max(host.paused_until, monotonic() + seconds)
        host.free_at = max(host.free_at, host.paused_until)

    def _host(self, url: str) -> _Host:
        return self._hosts.setdefault(origin_of(url), _Host())

    async def _read(self, response: aiohttp.ClientResponse, url: str) -> bytes:
        largest, size, chunks = self.limits.largest_page_bytes, 0, []
        async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
            size += len(chunk)
            if size > largest:
                raise unreadable(url, f"it is larger than {largest} bytes")
            chunks.append(chunk)
        return b"".join(chunks)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            # Beyond it are no inner networks of ours: a tunnel leads nowhere else.
            inner = () if self.exit_proxy is None else (_LOOPBACK,)
            seconds = self.limits.request_timeout.total_seconds()
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    socket_factory=guarded_sockets(
                        (*self.limits.inner_networks, *inner)
                    )
                ),
                proxy=self.exit_proxy,
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"Accept": _ACCEPT, "User-Agent": self.limits.user_agent},
                timeout=aiohttp.ClientTimeout(total=seconds),
            )
        return self._session


def _is_address(url: str) -> bool:
    try:
        return bool(urlsplit(url).hostname)
    except ValueError:  # such as a broken IPv6 address
        return False


def _parse(body: bytes) -> tuple[Any, str]:
    """Return the document, and what is wrong with it."""
    if not body.strip():
        return None, "it is empty"
    try:
        return json.loads(body), ""
    except (ValueError, RecursionError) as wrong:
        return None, f"it is no JSON: {wrong}"


def _raise_if_shut_out(wrong: BaseException) -> None:
    inner: BaseException | None = wrong
    while inner is not None:
        if isinstance(inner, InnerAddressError):
            raise RefusedError(str(inner)) from None
        inner = inner.__cause__ or inner.__context__
