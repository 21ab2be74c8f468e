"""Pure: what a host's answer means for one page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http import HTTPStatus
from typing import NamedTuple

from config.errors import BusyError, RefusedError, UnreachableError, UnreadableError
from config.vocabulary import Fate

TOO_MANY = HTTPStatus.TOO_MANY_REQUESTS

_HTML = frozenset(("text/html", "application/xhtml+xml", ""))
_RETRIED = frozenset(
    (
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_EARLY,
        TOO_MANY,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
        522,  # the connection to the server behind timed out
        524,  # that server took too long
    )
)
_GONE = frozenset((HTTPStatus.NOT_FOUND, HTTPStatus.GONE))
_REFUSING = frozenset(
    (
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS,
    )
)
_LONGEST_MARK = 512
_MOVED = frozenset((301, 302, 303, 307, 308))


class PageState(StrEnum):
    """How a page ended."""

    FETCHED = "fetched"
    GONE = "gone"
    """The host says that it is not there: 404 or 410."""

    LOST = "lost"
    """It could not be had; the reason says why."""

    REFUSED_BY_ROBOTS = "refused_by_robots"
    NOT_HTML = "not_html"
    UNCHANGED = "unchanged"
    """It is as it was when it was read before: 304."""

    POSTPONED = "postponed"
    """Time was up before it was its turn, or before its next try."""


class PageMark(NamedTuple):
    """How a host tells one state of a page from another (RFC 9110, section 8.8)."""

    etag: str | None
    last_modified: str | None

    def conditions(self) -> dict[str, str]:
        """Return the headers that ask for the page only if it has changed."""
        said = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in said.items() if value}


def mark_of(headers: Mapping[str, str]) -> PageMark | None:
    """Return the mark of an answer, None if it has none that is worth keeping."""
    mark = PageMark(
        *(_short_or_none(headers.get(name)) for name in ("ETag", "Last-Modified"))
    )
    return mark if any(mark) else None


def _short_or_none(value: str | None) -> str | None:
    is_plain = value and len(value) <= _LONGEST_MARK and value.isascii()
    return value if is_plain and value and value.isprintable() else None


@dataclass(frozen=True, slots=True)
class PageAnswer:
    """One page, or why there is none."""

    url: str
    """The address asked for."""

    state: PageState
    tries: int = 0
    """Requests made for it, those of earlier calls included."""

    reason: str = ""
    """One sentence for a person, empty for a fetched page."""

    final_url: str = ""
    """The address after redirects."""

    body: bytes = b""
    charset: str | None = None
    """As the answer's header names it."""

    status: int | None = None
    """The last status code, if the host answered at all."""

    mark: PageMark | None = None
    """How to ask later whether the page has changed; none if it came by a redirect."""

    lost_as: Fate | None = None
    """What a lost page comes to, where whoever gave it up knows better."""

    @property
    def content(self) -> bytes | str:
        """The page as text if its header says how to decode it, else its bytes."""
        if self.charset and not self.body.startswith((b"\xff\xfe", b"\xfe\xff")):
            try:
                return self.body.decode(self.charset)
            except (LookupError, UnicodeDecodeError):
                return self.body
        return self.body


@dataclass(frozen=True, slots=True)
class Retry:
    """The page may be had later."""

    reason: str
    status: int | None = None
    after_seconds: float | None = None
    """What the host asked for; it then holds for all pages of the host."""

    lost_as: Fate | None = None
    """What the page comes to if no try is left for it."""


def is_redirect(status: int) -> bool:
    """Whether an answer with this status sends us elsewhere."""
    return status in _MOVED


def judge_status(status: int, *, retry_after: float | None) -> Retry | PageState | None:
    """Return what a status means: try again, an end, or `None` for go on and read."""
    if status in _RETRIED:
        return Retry(f"the host answered {status}", status, retry_after)
    if status in _GONE:
        return PageState.GONE
    if status == HTTPStatus.NOT_MODIFIED:
        return PageState.UNCHANGED
    if status != HTTPStatus.OK:
        return PageState.LOST
    return None


def fate_of(answer: PageAnswer) -> Fate:
    """Return what a page comes to that was not fetched."""
    match answer.state:
        case PageState.GONE:
            return Fate.GONE
        case PageState.REFUSED_BY_ROBOTS:
            return Fate.EXCLUDED
        case PageState.NOT_HTML:
            return Fate.NO_PROFILE
        case _ if answer.status == TOO_MANY:
            return Fate.RATE_LIMITED
        case _ if answer.lost_as is not None:
            return answer.lost_as
        case _:
            return Fate.BLOCKED if answer.status in _REFUSING else Fate.LOST


def is_html(content_type: str) -> bool:
    """Whether a page of this type is worth reading; a page without a type is."""
    return content_type.split(";", 1)[0].strip().lower() in _HTML


def read_retry_after(value: str | None, *, now: Callable[[], datetime]) -> float | None:
    """
    Return the seconds of a `Retry-After` header, `None` if it says nothing readable.

    Source: RFC 9110, section 10.2.3: either seconds or a date.
    """
    if not value:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:  # "-0000" leaves the zone open; the standard says UTC
        moment = moment.replace(tzinfo=now().tzinfo)
    return max(0.0, (moment - now()).total_seconds())


def error_for(
    answer: PageAnswer, what: str
) -> RefusedError | BusyError | UnreachableError | UnreadableError:
    """Return the error of a page without which the work cannot go on."""
    about = f"the {what} {answer.url}"
    match answer.state:
        case PageState.GONE:
            return RefusedError(f"{about} answered {answer.status}: check the address")
        case PageState.NOT_HTML:
            return UnreadableError(f"{about} cannot be read: {answer.reason}")
        case PageState.REFUSED_BY_ROBOTS:
            return RefusedError(f"{about} was not fetched: {answer.reason}")
        case _ if answer.state is PageState.POSTPONED or answer.status == TOO_MANY:
            return BusyError(f"{about} was not fetched: {answer.reason}")
        case PageState.LOST if answer.status is None or answer.status >= 500:  # noqa: PLR2004 - server errors
            return UnreachableError(f"{about} was not fetched: {answer.reason}")
        case _:
            return RefusedError(f"{about} was not fetched: {answer.reason}")
