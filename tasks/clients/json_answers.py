"""Pure: what a JSON interface's answer means, and how long it asks us to wait."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin, urlsplit

from config.errors import ApplicationError, RefusedError, UnreadableError
from tasks.clients.page_answers import TOO_MANY, judge_status, read_retry_after

_RESET_HEADERS = ("X-RateLimit-Reset", "X-Rate-Limit-Reset", "RateLimit-Reset")
_LEFT_HEADERS = (
    "X-RateLimit-Remaining",
    "X-Rate-Limit-Remaining",
    "RateLimit-Remaining",
)
_EPOCH_FROM = 1_000_000_000
"""A smaller number of a reset header is seconds from now, a larger one a moment."""

_NOT_OURS = frozenset((HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN))
_LONGEST_MESSAGE = 300


class NotThereError(RefusedError):
    """The interface has no such record."""

    code = "not_there"


@dataclass(frozen=True, slots=True)
class JsonAnswer:
    """What an interface answered."""

    url: str
    document: Any
    next_url: str | None = None
    """Address of the next page, as the header Link names it."""


@dataclass(frozen=True, slots=True)
class NotYet:
    """The host asked to be left alone until then."""

    until: datetime


@dataclass(frozen=True, slots=True)
class SaidInError:
    """What an interface's error answer says in its own words."""

    message: str | None = None
    is_busy: bool = False
    is_gone: bool = False


ReadError = Callable[[Any], SaidInError]


@dataclass(frozen=True, slots=True)
class TryAgain:
    """The same request may succeed later."""

    reason: str
    is_limit: bool = False
    """Whether we asked too often; then nothing is wrong with the request."""


def judge_answer(
    *, status: int, url: str, said: SaidInError, retry_after: float | None
) -> TryAgain | ApplicationError | None:
    """
    Return what an answer means: again later, an error, or None for go on and read.

    A 403 with `Retry-After` is a limit, as GitHub answers it.
    """
    words = f": {said.message}" if said.message else ""
    is_limit = status == TOO_MANY or said.is_busy
    is_limit = is_limit or (status == HTTPStatus.FORBIDDEN and retry_after is not None)
    if status != HTTPStatus.OK and is_limit:
        return TryAgain(f"the service asked us to slow down ({status}){words}", True)  # noqa: FBT003 - the only flag
    verdict = judge_status(status, retry_after=retry_after)
    if verdict is None:
        return None
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE} or said.is_gone:
        return NotThereError(f"{url} is not there ({status}){words}")
    if status in _NOT_OURS:
        return RefusedError(
            f"{url} may not be read ({status}){words}: check the secret that the "
            "source names and what it allows"
        )
    if hasattr(verdict, "reason"):
        return TryAgain(f"the service answered {status}{words}")
    return RefusedError(
        f"{url} was refused ({status}){words}: check the inputs of the source"
    )


def wish_of(
    headers: Mapping[str, str], *, status: int, now: Callable[[], datetime]
) -> float | None:
    """
    Return for how many seconds the host wants no request, None if it says nothing.

    `Retry-After` holds with every answer. Where nothing remains of a quota, its reset
    holds: seconds (draft-ietf-httpapi-ratelimit-headers), a moment as Unix time
    (GitHub, X, Bluesky) or as ISO 8601 (Mastodon).
    """
    wish = read_retry_after(headers.get("Retry-After"), now=now)
    if wish is not None:
        return wish
    left = next((headers[name] for name in _LEFT_HEADERS if name in headers), None)
    if (left is None or left.strip() != "0") and status != TOO_MANY:
        return None
    reset = next((headers[name] for name in _RESET_HEADERS if name in headers), None)
    return None if reset is None else _seconds_until(reset.strip(), now=now)


def _seconds_until(reset: str, *, now: Callable[[], datetime]) -> float | None:
    try:
        number = float(reset)
    except ValueError:
        return _seconds_until_moment(reset, now=now)
    if not 0 <= number < float("inf"):
        return None
    if number < _EPOCH_FROM:
        return number
    return max(0.0, number - now().timestamp())


def _seconds_until_moment(reset: str, *, now: Callable[[], datetime]) -> float | None:
    try:
        moment = datetime.fromisoformat(reset)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=now().tzinfo)
    return max(0.0, (moment - now()).total_seconds())


def next_link(links: Mapping[str, Mapping[str, Any]], *, url: str) -> str | None:
    """Return the address of the next page that the header Link names, if it does."""
    link = links.get("next")
    target = str(link["url"]) if link and "url" in link else ""
    return urljoin(url, target) if target else None


def shorten(message: Any) -> str | None:
    """Return a service's own words on one line, or None if they are none."""
    if not isinstance(message, str) or not message.strip():
        return None
    plain = message.encode(errors="replace").decode().replace("\0", "")
    text = " ".join(plain.split())
    return text[:_LONGEST_MESSAGE]


def unreadable(url: str, why: str) -> UnreadableError:
    """Return the error of an answer that is no JSON, or another than was described."""
    return UnreadableError(f"{url} cannot be read: {why}; check the recipe's address")


def is_safe_for_keys(url: str) -> bool:
    """Whether a key may be sent there: encrypted, or to this very machine."""
    split = urlsplit(url)
    host = split.hostname or ""
    is_here = host in {"localhost", "::1"} or host.startswith("127.")
    return split.scheme == "https" or is_here
