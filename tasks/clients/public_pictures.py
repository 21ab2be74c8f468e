"""
Fetch one picture that a public profile shows, with the manners of `public_pages`.

Its address comes from a page of somebody else's, so it leads nowhere that the campaign
itself may not go: into an inner network only where the campaign's own hosts are.
"""

import asyncio
from collections.abc import Sequence
from urllib.parse import urljoin, urlsplit

import aiohttp

from config.errors import OutsideError, RefusedError, UnreachableError
from config.sections.pictures import PicturesSettings
from config.sections.public_profiles import PublicProfilesSettings
from tasks.clients.inner_networks import InnerAddressError, guarded_sockets
from tasks.clients.page_answers import is_redirect
from tasks.clients.page_manners import (
    LARGEST_ROBOTS_BYTES,
    HostManners,
    RobotsRules,
    delay_of,
    is_among,
    learn_robots,
    refusal_of,
    take_turn,
)

MOST_REDIRECTS = 5
_CHUNK_BYTES = 65_536
_OK = 200
_SERVER_ERRORS = 500
_WEB = frozenset({"http", "https"})


class PublicPictures:
    """What fetches pictures, and knows the rules of the hosts it has been to."""

    def __init__(
        self,
        *,
        limits: PublicProfilesSettings,
        pictures: PicturesSettings,
        rules: RobotsRules,
    ) -> None:
        self._limits, self._pictures, self._rules = limits, pictures, rules

    async def fetch(self, url: str, *, own_hosts: Sequence[str]) -> bytes:
        """
        Return the bytes at an address; what they are is not looked at.

        Args:
            url: The address, as a page states it.
            own_hosts: `host` or `host:port` of the campaign; only these may be in an
                inner network that the settings open.

        Raises:
            RefusedError: It is not there, too large, or not to be fetched.
            UnreachableError: Its host does not answer in time.
        """
        seconds = self._pictures.request_timeout.total_seconds()
        try:
            async with asyncio.timeout(seconds):
                return await self._follow(url, own_hosts)
        except TimeoutError:
            raise UnreachableError(f"no answer within {seconds:g} s") from None
        except (aiohttp.InvalidURL, ValueError) as wrong:
            raise RefusedError(f"its address is not valid: {wrong}") from None
        except (aiohttp.ClientError, OSError) as wrong:
            raise _named(wrong) from wrong

    async def _follow(self, url: str, own_hosts: Sequence[str]) -> bytes:
        here = url
        for _ in range(MOST_REDIRECTS + 1):
            split = urlsplit(here)
            if split.scheme not in _WEB or not split.hostname or split.username:
                raise RefusedError("it does not lie on the web")
            hosts = (*self._limits.own_hosts, *own_hosts)
            # Every step is judged anew: a host may send us on, and not inwards.
            async with self._open(here, hosts) as web:
                await self._mind_host(web, here)
                got = await self._ask(web, here)
            if isinstance(got, bytes):
                return got
            here = got
        raise RefusedError(f"it redirects more than {MOST_REDIRECTS} times")

    async def _ask(self, web: aiohttp.ClientSession, url: str) -> bytes | str:
        """Make one request; return the bytes, or the address they moved to."""
        async with web.get(url, allow_redirects=False) as answer:
            if is_redirect(answer.status):
                return urljoin(url, answer.headers.get("Location", ""))
            if answer.status >= _SERVER_ERRORS:
                raise UnreachableError(f"its host answered {answer.status}")
            if answer.status != _OK:
                raise RefusedError(f"its host answered {answer.status}")
            return await self._read(answer)

    async def _read(self, answer: aiohttp.ClientResponse) -> bytes:
        largest, content = self._pictures.largest_bytes, bytearray()
        too_large = RefusedError(f"it is larger than {largest} bytes")
        if (answer.content_length or 0) > largest:
            raise too_large
        async for chunk in answer.content.iter_chunked(_CHUNK_BYTES):
            content += chunk
            if len(content) > largest:
                raise too_large
        return bytes(content)

    async def _mind_host(self, web: aiohttp.ClientSession, url: str) -> None:
        """Keep to the host's robots.txt and pace."""
        if is_among(url, self._limits.own_hosts):
            return
        manners, agent = self._rules.of(url), self._limits.user_agent
        moment = asyncio.get_running_loop().time
        if moment() >= manners.known_until:
            await _learn(web, url, manners)
        refusal = refusal_of(manners, url, user_agent=agent)
        if refusal:
            raise RefusedError(refusal.reason)
        delay = delay_of(manners, user_agent=agent)
        if manners.free_at - moment() > self._pictures.request_timeout.total_seconds():
            raise UnreachableError("its host asks for more patience than there is")
        await asyncio.sleep(take_turn(manners, delay=delay, now_seconds=moment()))

    def _open(self, url: str, own_hosts: Sequence[str]) -> aiohttp.ClientSession:
        is_own = is_among(url, tuple(own_hosts))
        networks = self._limits.inner_networks if is_own else ()
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(socket_factory=guarded_sockets(networks)),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={
                "User-Agent": self._limits.user_agent,
                "Accept": "image/webp,image/png,image/jpeg,image/gif",
            },
        )


async def _learn(web: aiohttp.ClientSession, url: str, manners: HostManners) -> None:
    try:
        async with web.get(
            urljoin(url, "/robots.txt"), allow_redirects=False
        ) as answer:
            raw = await answer.content.read(LARGEST_ROBOTS_BYTES)
            status = answer.status
    except aiohttp.ClientError as wrong:
        if isinstance(_named(wrong), RefusedError):
            raise
        status, raw = None, b""
    learn_robots(
        manners,
        status=status,
        text=raw.decode("utf-8", "replace"),
        now_seconds=asyncio.get_running_loop().time(),
    )


def _named(wrong: Exception) -> OutsideError:
    cause = getattr(wrong, "os_error", wrong)
    if isinstance(cause, InnerAddressError):
        return RefusedError(str(cause))
    return UnreachableError(f"the connection failed: {type(wrong).__name__}")
