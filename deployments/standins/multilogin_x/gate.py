"""What every request passes first: its Host, faults put in, rate limits."""

import asyncio
from http import HTTPStatus
from time import monotonic
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deployments.standins.multilogin_x.envelope import (
    BAD_VALUES,
    answer,
    framework_problem,
    problem_of,
    told_error,
)
from deployments.standins.multilogin_x.faults import Fault
from deployments.standins.multilogin_x.limits import Allowance
from deployments.standins.multilogin_x.world import World

KNOWN_HOSTS = frozenset(
    {
        "127.0.0.1",
        "localhost",
        "[::1]",
        "api.multilogin.com",
        "launcher.mlx.yt",
        "profile-proxy.multilogin.com",
        "cookies.multilogin.com",
    }
)
"""Ours, and the vendor's for whoever points those names here with a certificate."""

FAULTS_PATH = "/_faults"


class Gate:
    """Stands before one host; `host` is cloud, launcher, proxy or cookies."""

    def __init__(self, inner: ASGIApp, *, world: World, host: str) -> None:
        self._inner = inner
        self._world = world
        self._host = host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it here."""
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        request = Request(scope, receive)
        fault = self._find_fault(request)
        refused, headers = await self._look_at(request, fault)
        if refused is not None:
            refused.headers.update(headers)
            await refused(scope, receive, send)
            return
        wait = fault.seconds if fault is not None and fault.after else 0.0
        await self._inner(scope, receive, _adding(send, headers, wait))

    async def _look_at(
        self, request: Request, fault: Fault | None
    ) -> tuple[Response | None, dict[str, str]]:
        if _host_name(request) not in KNOWN_HOSTS:
            message = "this Host is not served here"
            http = HTTPStatus.MISDIRECTED_REQUEST
            return answer(None, http=http, error_code=BAD_VALUES, message=message), {}
        if request.url.path == FAULTS_PATH:
            return None, {}
        if fault is not None and fault.seconds and not fault.after:
            await asyncio.sleep(fault.seconds)
        if fault is not None and fault.refuses:
            return self._show_fault(fault), {}
        return self._ask_limit(request)

    def _find_fault(self, request: Request) -> Fault | None:
        if request.url.path == FAULTS_PATH:
            return None
        return self._world.faults.take(f"{self._host}{request.url.path}")

    def _show_fault(self, fault: Fault) -> Response:
        http, error_code, message = told_error(fault.error_code, fault.http)
        headers = {"Retry-After": fault.retry_after} if fault.retry_after else {}
        if fault.text:
            return Response(fault.text, http, headers, media_type="text/html")
        shown = self._problem(http, error_code, fault.message or message)
        shown.headers.update(headers)
        return shown

    def _problem(self, http: int, error_code: str, message: str) -> JSONResponse:
        if self._host == "proxy":
            return framework_problem(http, message or HTTPStatus(http).phrase)
        return answer(None, http=http, error_code=error_code, message=message)

    def _ask_limit(self, request: Request) -> tuple[Response | None, dict[str, str]]:
        limit = self._world.limits.get(self._host)
        if limit is None or not limit.count:
            return None, {}
        caller = request.headers.get("authorization", "")
        allowance = limit.ask(caller, at=monotonic())
        if self._host == "proxy":
            return _throttle(allowance, limit.count)
        if allowance.is_given:
            return None, {}
        problem = problem_of("TOO_MANY_REQUESTS")
        return self._problem(problem.http, problem.error_code, problem.message), {}


def _throttle(
    allowance: Allowance, count: int
) -> tuple[Response | None, dict[str, str]]:
    if allowance.is_given:
        return None, {
            "X-RateLimit-Limit-short": str(count),
            "X-RateLimit-Remaining-short": str(allowance.remaining),
            "X-RateLimit-Reset-short": "1",
        }
    http = HTTPStatus.TOO_MANY_REQUESTS
    shown = framework_problem(http, "ThrottlerException: Too Many Requests")
    return shown, {"Retry-After-short": "1"}


def _host_name(request: Request) -> str:
    host = request.headers.get("host", "").lower()
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host


def _adding(send: Send, headers: dict[str, str], wait_seconds: float) -> Send:
    async def send_later(message: Message) -> None:
        if message["type"] == "http.response.start":
            if wait_seconds:
                await asyncio.sleep(wait_seconds)
            pairs: list[Any] = [
                (name.lower().encode(), value.encode())
                for name, value in headers.items()
            ]
            message = {**message, "headers": [*message.get("headers", ()), *pairs]}
        await send(message)

    return send_later
