"""Pure: who is to blame for an answer, an error or a page that came through a proxy."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import NamedTuple

from tasks.clients.proxy_supply import Blame

_CREDENTIALS_WANTED = HTTPStatus.PROXY_AUTHENTICATION_REQUIRED
_BLOCKING = frozenset(
    (
        HTTPStatus.FORBIDDEN,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS,
    )
)
_SERVER_ERROR = 500
_OF_FORWARDER = re.compile(r"^\s*muster\s*;.*\berror=(\w+)")
_OF_OTHERS = re.compile(r"\berror=\"?([\w-]+)")
_PROXY_CODES = frozenset(
    (
        "proxy_unreachable",
        "proxy_timeout",
        "proxy_credentials_refused",
        "proxy_unreadable",
        "target_unreachable",  # the tunnel was refused; rotation sees if by all
    )
)
"""Codes of our own forwarder; the others say that we asked for what we may not have."""

_HOST_WORDS = ("dns_", "destination_", "connection_", "tls_", "http_response_")
"""Beginnings of RFC 9209's error types that are about the host behind the proxy."""

_HOST_SQUID_ERRORS = ("ERR_DNS_FAIL", "ERR_CONNECT_FAIL", "ERR_READ", "ERR_ZERO_SIZE")
_LARGEST_BLOCK_PAGE_BYTES = 65_536
_BLOCK_TITLE = re.compile(
    rb"<title[^>]*>[^<]*(just a moment|attention required|access denied|"
    rb"are you (?:a )?(?:human|robot)|verify you are human|captcha|"
    rb"unusual traffic|request blocked|you have been blocked)",
    re.IGNORECASE,
)


class Fault(NamedTuple):
    """Whom an answer speaks against, and in which words."""

    blame: Blame
    reason: str


def judge_answer(status: int, headers: Mapping[str, str]) -> Fault | None:
    """
    Return the fault in an answer; None if it is the host's, and no failure.

    Sources: RFC 9110 sections 15.5.8 and 15.6, RFC 9209, Squid's `X-Squid-Error`.
    """
    said = headers.get("Proxy-Status", "")
    ours = _OF_FORWARDER.match(said)
    if ours:
        blame = Blame.PROXY if ours[1] in _PROXY_CODES else Blame.OURS
        return Fault(blame, f"the proxy failed ({ours[1]})")
    if status == _CREDENTIALS_WANTED:
        return Fault(Blame.PROXY, "the proxy refuses the user name or password (407)")
    return _judge_error_page(status, headers) or _judge_status(status)


def _judge_status(status: int) -> Fault | None:
    if status in _BLOCKING:
        return Fault(Blame.BLOCKED, f"the host refuses this proxy ({status})")
    if status == HTTPStatus.UNAUTHORIZED:
        return Fault(Blame.ACCOUNT, "the host asks for an account (401)")
    if status >= _SERVER_ERROR:
        return Fault(Blame.TARGET, f"the host answered {status}")
    return None


def _judge_error_page(status: int, headers: Mapping[str, str]) -> Fault | None:
    """Return what a proxy of somebody else says about itself in an error page."""
    if status < HTTPStatus.BAD_REQUEST:
        return None
    word = _OF_OTHERS.search(headers.get("Proxy-Status", ""))
    if word:
        is_host = word[1].startswith(_HOST_WORDS)
        blame = Blame.TARGET if is_host else Blame.PROXY
        return Fault(blame, f"the proxy's error page says {word[1]}")
    squid = headers.get("X-Squid-Error", "").split(" ", 1)[0]
    if squid:
        is_host = squid.startswith(_HOST_SQUID_ERRORS)
        blame = Blame.TARGET if is_host else Blame.PROXY
        return Fault(blame, f"the proxy's error page says {squid}")
    return None


def is_block_page(body: bytes) -> bool:
    """Whether a page that came with 200 is one that blocks, or asks for a captcha."""
    if len(body) > _LARGEST_BLOCK_PAGE_BYTES:
        return False
    return _BLOCK_TITLE.search(body) is not None
