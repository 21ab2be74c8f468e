"""Pure: what a browser shows after it was sent to an address, and what that means."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from config.vocabulary import Fate
from tasks.clients.page_answers import PageState, Retry, is_html, judge_status
from tasks.clients.page_manners import is_among

READ_PAGE = """
const root = document.documentElement;
const read = performance.getEntriesByType('navigation')[0] || {};
const type = document.contentType || '';
const isHtml = type === 'text/html' || type === 'application/xhtml+xml';
const isError = location.protocol === 'chrome-error:';
const html = root && (isHtml || isError) ? root.outerHTML : '';
const size = html.length;
const words = isError ? html.match(/ERR_[A-Z_]+/g) : null;
const body = document.body;
return {
  url: location.href, type, size,
  html: isError || size > arguments[0] ? '' : html,
  text: !isHtml && type.startsWith('text/') && body
    ? body.textContent.slice(0, arguments[1]) : '',
  isBare: Boolean(isHtml && body && !body.hasChildNodes()),
  status: read.responseStatus, endedAt: read.responseEnd,
  bornAt: performance.timeOrigin,
  networkError: words ? words[words.length - 1] : '',
};
"""
"""
All that is wanted of a page, in one call.

Arguments: the most characters of HTML to send, and the most of plain text.
Measured with Chromium 156: an answer without a body shows an error page that still
knows the status; a body that was cut off leaves `responseEnd` at 0; a download leaves
the page of before.
"""

_ERROR_PAGE = "chrome-error"
_NO_WORD = ("", "ERR_INTERNET_DISCONNECTED")  # the latter stands on every error page
_PROXY_ERROR = re.compile(r"ERR_(PROXY|SOCKS|TUNNEL|NO_SUPPORTED_PROXIES|MANDATORY_PR)")
_FORWARDER = re.compile(r"^muster; error=((?:no_)?proxy\w*)$", re.MULTILINE)
"""Written by our own forwarder when it is the proxy that fails, not the host."""

_FINAL_ERROR = re.compile(
    r"ERR_(TOO_MANY_REDIRECTS|UNSAFE_PORT|UNSAFE_REDIRECT|INVALID_URL|BLOCKED_BY"
    r"|UNKNOWN_URL_SCHEME|DISALLOWED_URL_SCHEME|CERT|SSL)"
)


@dataclass(frozen=True, slots=True)
class ShownPage:
    """What a browser shows, as it says itself."""

    url: str
    content_type: str = "text/html"
    html: str = ""
    text: str = ""
    """Of a page of plain text."""

    size: int = 0
    """Characters of HTML, also where they were too many to be sent."""

    status: int | None = None
    """None or 0: the browser does not know."""

    is_bare: bool = False
    is_whole: bool = True
    """Whether the answer came to its end."""

    is_new: bool = True
    """Whether it is not the page of before, which a download leaves."""

    network_error: str = ""
    """Chromium's word, such as `ERR_NAME_NOT_RESOLVED`."""

    @property
    def is_error(self) -> bool:
        """Whether it is a page of the browser's own that tells of an error."""
        return urlsplit(self.url).scheme == _ERROR_PAGE


class Ended(NamedTuple):
    """The page need not be tried again."""

    state: PageState
    reason: str
    status: int | None = None
    lost_as: Fate | None = None


class BrowserTrouble(NamedTuple):
    """The browser or its proxy is at fault, so the page is left for another try."""

    reason: str
    may_be_the_page: bool = False
    """Whether the page may have brought it about; then the try counts."""


Verdict = Ended | Retry | BrowserTrouble | None
"""None: the page is worth reading."""


def read_shown(told: Mapping[str, Any], *, born_before: float | None) -> ShownPage:
    """Return what `READ_PAGE` answered; `born_before` is the `bornAt` of before."""
    ended_at = told.get("endedAt")
    return ShownPage(
        url=str(told.get("url") or ""),
        content_type=str(told.get("type") or ""),
        html=str(told.get("html") or ""),
        text=str(told.get("text") or ""),
        size=int(told.get("size") or 0),
        status=int(told.get("status") or 0) or None,
        is_bare=bool(told.get("isBare")),
        is_whole=ended_at is None or ended_at > 0,
        is_new=born_before is None or told.get("bornAt") != born_before,
        network_error=_word(told.get("networkError")),
    )


def judge_shown(shown: ShownPage, *, hosts: tuple[str, ...], largest: int) -> Verdict:
    """
    Return what is to be done about a page that a browser was sent to.

    Args:
        shown: What the browser shows now.
        hosts: Hosts whose pages may be read.
        largest: Most characters of a page.
    """
    if not shown.is_new:
        reason = "the browser shows no page for it: it is a download, or holds nothing"
        return Ended(PageState.NOT_HTML, reason)
    if shown.is_error and shown.status is None:
        return judge_network_error(shown.network_error)
    trouble = _judge_proxy(shown)
    if trouble is not None:
        return trouble
    if not shown.is_error and not is_among(shown.url, hosts):
        host = urlsplit(shown.url).netloc or shown.url
        reason = f"it redirects to a page on {host}, which this source does not name"
        return Ended(PageState.LOST, reason, lost_as=Fate.EXCLUDED)
    return _judge_answer(shown) or _judge_content(shown, largest=largest)


def judge_network_error(word: str) -> Ended | Retry | BrowserTrouble:
    """Return what a network error of Chromium means for a page."""
    if _PROXY_ERROR.match(word):
        return BrowserTrouble(f"its proxy does not answer ({word})")
    if _FINAL_ERROR.match(word):
        return Ended(PageState.LOST, f"the browser refuses it: {word}")
    return Retry(f"the connection failed: {word or 'the browser does not say why'}")


def _judge_proxy(shown: ShownPage) -> BrowserTrouble | None:
    if shown.status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return BrowserTrouble("its proxy refuses the user name or password (407)")
    said = _FORWARDER.search(shown.text)
    return BrowserTrouble(f"its proxy fails ({said[1]})") if said else None


def _judge_answer(shown: ShownPage) -> Ended | Retry | None:
    if shown.status is None:
        return None
    verdict = judge_status(shown.status, retry_after=None)
    if isinstance(verdict, PageState):
        return Ended(verdict, f"the host answered {shown.status}", shown.status)
    return verdict


def _judge_content(shown: ShownPage, *, largest: int) -> Ended | Retry | None:
    if shown.is_error:
        return _empty(shown)
    if not is_html(shown.content_type):
        reason = f"it is not HTML: {shown.content_type}"
        return Ended(PageState.NOT_HTML, reason, shown.status)
    if shown.size > largest:
        reason = f"it is larger than {largest} bytes"
        return Ended(PageState.LOST, reason, shown.status, Fate.EXCLUDED)
    if not shown.is_whole:
        return Retry("the page broke off before its end", shown.status)
    if shown.is_bare:
        return _empty(shown)
    return None


def _empty(shown: ShownPage) -> Retry:
    return Retry("the page was empty", shown.status, lost_as=Fate.NO_PROFILE)


def _word(said: Any) -> str:
    return "" if said in _NO_WORD else str(said or "")
