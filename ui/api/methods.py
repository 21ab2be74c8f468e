"""An address that does not take a method says so, and which methods it does take."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.status import HTTP_405_METHOD_NOT_ALLOWED
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.api.openapi_document import describe_routes
from ui.api.problems import answer_http_error

_PARAMETER = re.compile(r"\{[^/{}]+\}")


class Addresses(NamedTuple):
    """The addresses of an application, and the methods that each takes."""

    literal: Mapping[str, str]
    templates: tuple[tuple[re.Pattern[str], str], ...]

    def methods_of(self, path: str) -> str | None:
        """Return the methods an address takes, for the header Allow; None if none."""
        if path in self.literal:
            return self.literal[path]
        return next((one for form, one in self.templates if form.fullmatch(path)), None)


class TrueMethods:
    """
    Answers 405 where the router would take a word of ours for an id.

    And names all methods of an address, where the router names those of one route.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._addresses: Addresses | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on if its address takes its method."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._addresses is None:
            self._addresses = read_addresses(describe_routes(scope["app"])["paths"])
        addresses, path = self._addresses, scope["path"]
        methods = addresses.literal.get(path)
        if methods is not None and scope["method"] not in methods.split(", "):
            refusal = HTTPException(
                HTTP_405_METHOD_NOT_ALLOWED, headers={"Allow": methods}
            )
            await answer_http_error(refusal)(scope, receive, send)
            return

        async def send_all_methods(message: Message) -> None:
            if message.get("status") == HTTP_405_METHOD_NOT_ALLOWED:
                allowed = addresses.methods_of(path)
                if allowed is not None:
                    MutableHeaders(scope=message)["Allow"] = allowed
            await send(message)

        await self._app(scope, receive, send_all_methods)


def read_addresses(paths: Mapping[str, Mapping[str, Any]]) -> Addresses:
    """Return the addresses that an OpenAPI document names."""
    allowed = {
        path: ", ".join(sorted(map(str.upper, one))) for path, one in paths.items()
    }
    return Addresses(
        {path: one for path, one in allowed.items() if "{" not in path},
        tuple((_form_of(path), one) for path, one in allowed.items() if "{" in path),
    )


def _form_of(path: str) -> re.Pattern[str]:
    return re.compile("[^/]+".join(map(re.escape, _PARAMETER.split(path))))
