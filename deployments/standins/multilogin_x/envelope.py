"""How a host answers: the envelope, refusals, and the proxy host's own framework."""

from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

ABSENT = object()
"""Stands for `data` where the vendor leaves it out."""

BAD_BODY = "BAD_REQUEST_BODY"
BAD_VALUES = "BAD_REQUEST_VALUES"
INTERNAL = "INTERNAL_SERVER_ERROR"
NOT_FOUND = "NOT_FOUND"
"""Our own word: what the vendor says of an unknown id is not known."""
FORBIDDEN = "FORBIDDEN_REQUEST"
"""Our own word: what the vendor says beside a 403 is not known."""
TOO_MANY = "TOO_MANY_REQUESTS"
TOO_MANY_MESSAGE = "Too many requests! Wait or upgrade for higher limits."
UNAUTHORIZED = "UNAUTHORIZED_REQUEST"


class Refusal(Exception):  # noqa: N818 - an answer, not a fault of ours
    """Ends a request with an error of the vendor's."""

    def __init__(
        self, http: int, error_code: str, message: str, *, data: Any = None
    ) -> None:
        super().__init__(message)
        self.http = http
        self.error_code = error_code
        self.message = message
        self.data = data


def answer(
    data: Any = ABSENT,
    *,
    message: str = "",
    http: int = HTTPStatus.OK,
    error_code: str = "",
) -> JSONResponse:
    """Return the envelope that cloud and launcher wrap everything in."""
    told = {"error_code": error_code, "http_code": int(http), "message": message}
    body: dict[str, Any] = {"status": told}
    if data is not ABSENT:
        body["data"] = data
    return JSONResponse(body, http)


def framework_problem(http: int, message: Any) -> JSONResponse:
    """Return an error of the proxy host, whose framework has a form of its own."""
    body: dict[str, Any] = {"statusCode": http, "message": message}
    if http not in {HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS}:
        body["error"] = HTTPStatus(http).phrase
    return JSONResponse(body, http)


def wrong_body(message: str) -> Refusal:
    """Return the refusal of a request that is not well formed."""
    return Refusal(HTTPStatus.BAD_REQUEST, BAD_BODY, message)


def wrong_values(message: str) -> Refusal:
    """Return the refusal of a request that is well formed and makes no sense."""
    return Refusal(HTTPStatus.BAD_REQUEST, BAD_VALUES, message)


def not_found(what: str) -> Refusal:
    """Return the refusal for something that is not there."""
    return Refusal(HTTPStatus.NOT_FOUND, NOT_FOUND, f"{what} not found")


def unauthorized() -> Refusal:
    """Return the refusal of a missing, wrong, expired or revoked token."""
    return Refusal(HTTPStatus.UNAUTHORIZED, UNAUTHORIZED, "Wrong JWT token")


def answer_refusals(application: FastAPI, *, in_envelope: bool = True) -> None:
    """Have an application answer refusals in the envelope, or as the proxy host."""
    show = _show_in_envelope if in_envelope else _show_as_framework
    wrong_query = partial(show, HTTPStatus.BAD_REQUEST, BAD_BODY, "wrong query", None)
    broken = partial(
        show, HTTPStatus.INTERNAL_SERVER_ERROR, INTERNAL, "internal error", None
    )

    async def refuse(_request: Request, problem: Exception) -> JSONResponse:
        match problem:
            case Refusal():
                data = problem.data
                return show(problem.http, problem.error_code, problem.message, data)
            case HTTPException():
                number = problem.status_code
                is_lost = number == HTTPStatus.NOT_FOUND
                code = NOT_FOUND if is_lost else BAD_BODY
                return show(number, code, str(problem.detail), None)
            case RequestValidationError():
                return wrong_query()
            case _:
                return broken()

    for kind in (Refusal, HTTPException, RequestValidationError, Exception):
        application.add_exception_handler(kind, refuse)


def _show_in_envelope(
    http: int, error_code: str, message: str, data: Any
) -> JSONResponse:
    return answer(data, message=message, http=http, error_code=error_code)


def _show_as_framework(
    http: int, _error_code: str, message: str, _data: Any
) -> JSONResponse:
    return framework_problem(http, message)


def told_error(error_code: str, http: int | None) -> tuple[int, str, str]:
    """Return HTTP number, error code and message of an error by its code or number."""
    number, message = KNOWN_ERRORS.get(error_code, (500, ""))
    if http == HTTPStatus.TOO_MANY_REQUESTS and not error_code:
        return http, TOO_MANY, TOO_MANY_MESSAGE
    return http or number, error_code, message


KNOWN_ERRORS: Mapping[str, tuple[int, str]] = {
    "PROFILE_ALREADY_RUNNING": (400, "browser process is running"),
    "LOCK_PROFILE_ERROR": (500, "can't lock profile"),
    "CORE_DOWNLOADING_STARTED": (500, "downloading of core started"),
    "CORE_DOWNLOADING_ALREADY_STARTED": (500, "downloading of core already started"),
    "GET_PROXY_CONNECTION_IP_ERROR": (500, "couldn't get proxy connection ip data"),
    "PROXY_CONNECTION_ERROR": (500, "proxy creation error"),
    TOO_MANY: (429, TOO_MANY_MESSAGE),
    UNAUTHORIZED: (401, "Wrong JWT token"),
    INTERNAL: (500, "internal error"),
    BAD_BODY: (400, "wrong request body"),
    BAD_VALUES: (400, "wrong values"),
}
"""HTTP numbers beside the lock and proxy codes are a choice (facts, 4.6)."""


def problem_of(error_code: str) -> Refusal:
    """Return the refusal that belongs to a code the launcher is known to use."""
    http, message = KNOWN_ERRORS[error_code]
    return Refusal(http, error_code, message)
