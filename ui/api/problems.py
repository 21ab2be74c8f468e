"""Our errors as HTTP answers: one form for all of them, and nothing leaks."""

import json
import logging
import math
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import (
    RequestValidationError,
    ValidationException,
    WebSocketRequestValidationError,
)
from pydantic import Field
from sqlalchemy.exc import DataError
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from typing_extensions import override

from config.correlation import correlation_id
from config.errors import (
    ApplicationError,
    BusyError,
    ConflictError,
    ForbiddenError,
    InvalidError,
    LimitedError,
    NotFoundError,
    OutsideError,
    RejectedError,
    SetupError,
    StaleError,
    UnauthenticatedError,
    UnreachableError,
    VersionRequiredError,
)
from config.schema import Schema
from tasks.failures.record import record_failure

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"

STATUSES: tuple[tuple[type[ApplicationError], HTTPStatus], ...] = (
    (InvalidError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (UnauthenticatedError, HTTPStatus.UNAUTHORIZED),
    (ForbiddenError, HTTPStatus.FORBIDDEN),
    (NotFoundError, HTTPStatus.NOT_FOUND),
    (StaleError, HTTPStatus.PRECONDITION_FAILED),
    (ConflictError, HTTPStatus.CONFLICT),
    (VersionRequiredError, HTTPStatus.PRECONDITION_REQUIRED),
    (LimitedError, HTTPStatus.TOO_MANY_REQUESTS),
    (RejectedError, HTTPStatus.BAD_REQUEST),
    (UnreachableError, HTTPStatus.SERVICE_UNAVAILABLE),
    (BusyError, HTTPStatus.SERVICE_UNAVAILABLE),
    (OutsideError, HTTPStatus.BAD_GATEWAY),
)

_UNREADABLE = "json_invalid"

WORDS = {
    HTTPStatus.BAD_REQUEST: ("invalid_request", "the request cannot be read"),
    HTTPStatus.NOT_FOUND: ("not_found", "there is nothing at this address"),
    HTTPStatus.METHOD_NOT_ALLOWED: (
        "method_not_allowed",
        "this address does not take such a request; see the header Allow",
    ),
}


class _ProblemResponse(JSONResponse):
    """Names in a request may hold half characters, which cannot be written."""

    media_type = MEDIA_TYPE

    @override
    def render(self, content: Any) -> bytes:
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "replace")


class ProblemAnswer(Schema):
    """What every refusal and failure is answered with (RFC 9457)."""

    type: str
    title: str
    status: int
    error: str
    """A word for programs, such as `validation_error`."""

    message: str
    """A sentence for a person, which says what to do."""

    details: dict[str, Any] = Field(default_factory=dict)
    """Values that go with it; for 422 `fields`: path, message and code of each."""

    correlation_id: str
    """Of this request; the same in our log."""

    retry_after: int | None = None
    """Whole seconds to wait before trying again; only where waiting helps."""


def add_problem_handlers(app: FastAPI) -> None:
    """Have every error of an application answered in the one form."""
    app.add_exception_handler(ApplicationError, _answer_ours)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(WebSocketRequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_exception_handler(DataError, _answer_unstorable)


def problem_answer(
    status: int,
    *,
    error: str,
    message: str,
    details: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """
    Return the one answer for everything that goes wrong.

    `retryAfter` in the details, in seconds, is told in whole ones where clients look.
    """
    stated = dict(details or {})
    wait = stated.pop("retryAfter", None)
    retry_after = max(1, math.ceil(wait)) if wait is not None else None
    problem = ProblemAnswer(
        type=f"urn:muster:problem:{error.lower()}",
        title=HTTPStatus(status).phrase,
        status=status,
        error=error,
        message=message,
        details=stated,
        correlation_id=correlation_id.get(),
        retry_after=retry_after,
    )
    left_out = {"retry_after"} if retry_after is None else set()
    told = dict(headers or {})
    if retry_after is not None:
        told["Retry-After"] = str(retry_after)
    return _ProblemResponse(
        problem.model_dump(mode="python", exclude=left_out),
        status_code=status,
        headers=told,
    )


def answer_error(error: ApplicationError) -> JSONResponse:
    """Return the answer for one of our errors."""
    status = status_of(error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.warning("%s: %s", error.code, error.message, exc_info=error.__cause__)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return _say_nothing(error)
    return problem_answer(
        status,
        error=error.code,
        message=error.message,
        details=_coded(error.details),
        headers=_headers_of(status),
    )


def defect_answer() -> JSONResponse:
    """Return the answer for an error that we have no word for."""
    return problem_answer(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        error="internal_error",
        message="something went wrong on our side; the log has it under the "
        "correlation id",
    )


def status_of(error: ApplicationError) -> HTTPStatus:
    """Return the HTTP status that a branch of the error tree is answered with."""
    for branch, status in STATUSES:
        if isinstance(error, branch):
            return status
    return HTTPStatus.INTERNAL_SERVER_ERROR


def path_of(location: Sequence[str | int], body: Any) -> str:
    """
    Return where in a request a wrong value stands, such as `criteria.followers.min`.

    What pydantic adds to it is left out: `body` or `query` in front, and the tag of a
    choice between shapes (`source.html_pages.recipe` is `source.recipe`).
    """
    steps, value = [], body
    for step in location[1:]:
        known = value if isinstance(value, dict) else {}
        if step not in known and known.get("kind") == step:
            continue
        steps.append(str(step))
        value = known.get(step)
    return ".".join(steps) or str(location[0])


async def _answer_ours(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ApplicationError)  # noqa: S101 - registered for no other
    answer = answer_error(error)
    if answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR:
        place = f"{request.method} {request.url.path}"
        answer.background = BackgroundTask(record_failure, error, place=place)
    return answer


async def _answer_invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ValidationException)  # noqa: S101 - registered for no other
    body = getattr(error, "body", None)  # a handshake has none
    fields = [
        {
            "path": path_of(one["loc"], body),
            "message": one["msg"].removeprefix("Value error, "),
            "code": one["type"],
        }
        for one in error.errors()
    ]
    if any(one["code"] == _UNREADABLE for one in fields):
        word, _ = WORDS[HTTPStatus.BAD_REQUEST]
        return problem_answer(
            HTTPStatus.BAD_REQUEST,
            error=word,
            message="the body cannot be read: it is not JSON",
            details={"fields": fields},
        )
    first = "; ".join(f"{one['path']}: {one['message']}" for one in fields[:3])
    return problem_answer(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        error="validation_error",
        message=f"please correct the request: {first}",
        details={"fields": fields},
    )


async def _answer_http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for no other
    return answer_http_error(error)


def answer_http_error(error: HTTPException) -> JSONResponse:
    """Return the answer for what the framework refuses: no such address or method."""
    status = HTTPStatus(error.status_code)
    word, message = WORDS.get(status, (status.name.lower(), status.description))
    return problem_answer(status, error=word, message=message, headers=error.headers)


async def _answer_unstorable(_request: Request, error: Exception) -> JSONResponse:
    log.info("a value that the database cannot hold", exc_info=error)
    return problem_answer(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        error="validation_error",
        message="a value cannot be stored: a number out of range, or a text with the "
        "NUL character",
        details={"fields": []},
    )


def _say_nothing(error: ApplicationError) -> JSONResponse:
    if not isinstance(error, SetupError):
        return defect_answer()
    return problem_answer(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        error=error.code,
        message="Muster is not set up completely; its log names the setting",
    )


def _coded(details: Mapping[str, Any]) -> dict[str, Any]:
    fields = details.get("fields")
    if not fields:
        return dict(details)
    return {**details, "fields": [{"code": "invalid", **one} for one in fields]}


def _headers_of(status: HTTPStatus) -> dict[str, str]:
    if status == HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": "Bearer"}
    return {}
