"""Pure: what an answer of Multilogin X says, and which of our errors it is."""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from config.logs import MASK, mask_secrets
from tasks.clients.multilogin_errors import (
    CORE_WAIT_SECONDS,
    BrowserStartFailedError,
    CoreDownloadingError,
    MultiLoginAuthError,
    MultiLoginBusyError,
    MultiLoginError,
    MultiLoginRefusedError,
    MultiLoginUnreachableError,
    MultiLoginUnreadableError,
    ProfileAlreadyRunningError,
    ProfileAlreadyStoppedError,
    ProfileLockedError,
    ProfileUnknownError,
    ProxyConnectionError,
    Said,
)
from tasks.clients.page_answers import read_retry_after

LONGEST_BODY = 2_000
LONGEST_MESSAGE = 200

_SECRET_MEMBERS = frozenset(
    (
        *("password", "new_password", "token", "refresh_token", "temp_token"),
        *("automation_token", "connection_string", "retention_secret", "cookies"),
    )
)
_CONNECTION = re.compile(
    r"(?<![\w.-])([\w.-]{1,253}:\d{2,5}:[^:\s\"']{1,500}:)[^\s\"',]+"
)
"""`host:port:username:password`, as the proxy host hands it out."""

_BY_CODE: Mapping[str, type[MultiLoginError]] = {
    "UNAUTHORIZED_REQUEST": MultiLoginAuthError,
    "TOO_MANY_REQUESTS": MultiLoginBusyError,
    "PROFILE_ALREADY_RUNNING": ProfileAlreadyRunningError,
    "LOCK_PROFILE_ERROR": ProfileLockedError,
    "CORE_DOWNLOADING_STARTED": CoreDownloadingError,
    "CORE_DOWNLOADING_ALREADY_STARTED": CoreDownloadingError,
    "GET_PROXY_CONNECTION_IP_ERROR": ProxyConnectionError,
    "PROXY_CONNECTION_ERROR": ProxyConnectionError,
}
_BY_HTTP: Mapping[int, type[MultiLoginError]] = {
    HTTPStatus.UNAUTHORIZED: MultiLoginAuthError,
    HTTPStatus.TOO_MANY_REQUESTS: MultiLoginBusyError,
    HTTPStatus.NOT_IMPLEMENTED: MultiLoginUnreachableError,
    HTTPStatus.BAD_GATEWAY: MultiLoginUnreachableError,
    HTTPStatus.SERVICE_UNAVAILABLE: MultiLoginUnreachableError,
    HTTPStatus.GATEWAY_TIMEOUT: MultiLoginUnreachableError,
}
_BY_MESSAGE: tuple[tuple[str, type[MultiLoginError]], ...] = (
    ("profile already stopped", ProfileAlreadyStoppedError),
    ("browser process is running", ProfileAlreadyRunningError),
    ("can't lock profile", ProfileLockedError),
    ("couldn't get proxy connection", ProxyConnectionError),
    ("proxy creation error", ProxyConnectionError),
    ("downloading of core already started", CoreDownloadingError),
    ("browser profile failed to start", BrowserStartFailedError),
    ("unauthorized", MultiLoginAuthError),
)
"""Only for answers whose code and status decide nothing: the agent's 400 and 500."""

_NOT_ALLOWED = (
    "Multilogin X does not allow this; the plan may not include it, or "
    "MUSTER_MULTILOGIN__WORKSPACE_ID has to name the team's workspace"
)


class Host(StrEnum):
    """Which of the four hosts; the word is that of its setting."""

    CLOUD = "cloud"
    LAUNCHER = "launcher"
    PROXY = "proxy"
    COOKIES = "cookies"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, whatever envelope it came in."""

    http_status: int
    error_code: str = ""
    message: str = field(default="", repr=False)
    data: Any = field(default=None, repr=False)
    is_readable: bool = True
    """Whether it was JSON; a gateway in between may answer with a page."""

    inner_status: int | None = None
    """The status that the envelope names; it may be another than that of HTTP."""

    retry_after_seconds: float | None = None
    content: bytes = field(default=b"", repr=False)
    """As it came."""

    @property
    def is_success(self) -> bool:
        """Whether it did what it was asked."""
        statuses = (self.http_status, self.inner_status or HTTPStatus.OK)
        return not self.error_code and all(_is_success(one) for one in statuses)

    @property
    def is_unauthorized(self) -> bool:
        """Whether it does not take our token."""
        return not self.is_success and _kind_of(self) is MultiLoginAuthError

    @property
    def said(self) -> Said:
        """What an error keeps of it."""
        body = mask_body(self.content.decode("utf-8", "replace"))
        return Said(self.error_code, self.http_status, body)


def read_answer(
    http_status: int, headers: Mapping[str, str], content: bytes, *, now: datetime
) -> Answer:
    """
    Return what an answer says.

    Four forms are known: the envelope `{status: {error_code, http_code, message},
    data}`, the proxy host's `{status: <int>, data}`, its framework's `{statusCode,
    message, error}`, and a bare object.
    """
    wait = _read_wait(headers, now)
    try:
        told = json.loads(content)
    except ValueError:
        return Answer(
            http_status, is_readable=False, retry_after_seconds=wait, content=content
        )
    code, message, inner, data = _open_envelope(told)
    return Answer(
        http_status,
        error_code=code,
        message=message,
        data=data,
        inner_status=inner,
        retry_after_seconds=wait,
        content=content,
    )


def name_failure(
    answer: Answer, *, browser_profile_id: str | None = None
) -> MultiLoginError:
    """Return the error that an answer is: by its code, then its status, then words."""
    kind = _kind_of(answer)
    if kind is MultiLoginRefusedError and answer.http_status == HTTPStatus.NOT_FOUND:
        kind = ProfileUnknownError if browser_profile_id else kind
    wait = answer.retry_after_seconds
    if kind is CoreDownloadingError and wait is None:
        wait = CORE_WAIT_SECONDS
    return kind(
        _sentence(kind, answer),
        said=answer.said,
        browser_profile_id=browser_profile_id,
        retry_after_seconds=wait,
    )


def mask_body(text: str) -> str:
    """Return what may be kept of a body: 2 kB, and nothing secret."""
    with suppress(ValueError, RecursionError):
        text = json.dumps(_mask_members(json.loads(text)), ensure_ascii=False)
    text = text[: 2 * LONGEST_BODY]  # what is looked through is bounded as well
    return _CONNECTION.sub(rf"\1{MASK}", mask_secrets(text))[:LONGEST_BODY]


def _kind_of(answer: Answer) -> type[MultiLoginError]:
    if answer.error_code in _BY_CODE:
        return _BY_CODE[answer.error_code]
    if answer.http_status in _BY_HTTP:
        return _BY_HTTP[answer.http_status]
    said = answer.message.lower()
    for words, kind in _BY_MESSAGE:
        if words in said:
            return kind
    if _is_success(answer.http_status) and not answer.is_readable:
        return MultiLoginUnreadableError
    status = max(answer.http_status, answer.inner_status or 0)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return MultiLoginUnreachableError
    return MultiLoginRefusedError


def _sentence(kind: type[MultiLoginError], answer: Answer) -> str:
    if answer.http_status == HTTPStatus.FORBIDDEN and kind is MultiLoginRefusedError:
        return _NOT_ALLOWED
    if kind not in {MultiLoginRefusedError, MultiLoginUnreachableError}:
        return kind.remedy
    said = mask_body(answer.message)[:LONGEST_MESSAGE].strip()
    if not said:
        return f"{kind.remedy} ({answer.error_code or answer.http_status})"
    return f"{kind.remedy} ({answer.error_code or answer.http_status}): {said}"


def _open_envelope(told: Any) -> tuple[str, str, int | None, Any]:
    """Return code, message, status and data of any of the four forms."""
    if not isinstance(told, dict):
        return "", "", None, told
    status = told.get("status")
    if isinstance(status, dict):
        code = str(status.get("error_code") or "")
        inner = _as_number(status.get("http_code"))
        return code, _as_text(status.get("message")), inner, told.get("data")
    if "statusCode" in told:
        return "", _as_text(told.get("message")), _as_number(told["statusCode"]), None
    if _as_number(status) is not None and "data" in told:
        return "", _as_text(told.get("message")), _as_number(status), told["data"]
    return "", "", None, told


def _as_number(value: Any) -> int | None:
    """Return a status, also when it comes as text; None if it is neither."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() else None


def _as_text(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(str(one) for one in value)
    return "" if value is None else str(value)


def _is_success(status: int) -> bool:
    return HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES


def _read_wait(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the longest wait asked for; the proxy host's header has a suffix."""
    wishes = [
        read_retry_after(value, now=lambda: now)
        for name, value in headers.items()
        if name.lower() in {"retry-after", "retry-after-short"}
    ]
    return max((one for one in wishes if one is not None), default=None)


def _mask_members(value: Any) -> Any:
    if isinstance(value, list):
        return [_mask_members(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: MASK if name in _SECRET_MEMBERS and inner else _mask_members(inner)
        for name, inner in value.items()
    }
