"""The documents' own paths answer too: one table, and no router written twice."""

from starlette.types import ASGIApp, Receive, Scope, Send

CANONICAL = "/api/v1"

BARE_PATHS = (
    "/auth",
    "/campaigns",
    "/pipeline",
    "/profiles",
    "/browser-profiles",
    "/cloak",
    "/proxies",
    "/recipes",
    "/secrets",
    "/analytics",
    "/tracking",
    "/health",
    "/metrics",
    "/admin",
)
"""Each of these, and everything below it, is the same as under `/api/v1`."""

UNVERSIONED = ("/proxies",)
"""A document writes these with `/api` in front, which is the same as well."""


def canonical_path(path: str) -> str:
    """Return the canonical form of a path; one that is not in the table stays."""
    bare = path.removeprefix("/api")
    if bare != path and _first_of(bare) in UNVERSIONED:
        return CANONICAL + bare
    return CANONICAL + path if _first_of(path) in BARE_PATHS else path


def _first_of(path: str) -> str:
    return "/" + path[1:].partition("/")[0]


class BarePaths:
    """Lets the application see canonical paths only."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on under its canonical path."""
        if scope["type"] in {"http", "websocket"}:
            path = canonical_path(scope["path"])
            if path != scope["path"]:
                scope = {**scope, "path": path, "raw_path": path.encode()}
        await self._app(scope, receive, send)
