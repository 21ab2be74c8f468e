"""What every answer tells browsers: do not guess, do not frame, do not keep."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.settings import settings

API_POLICY = "default-src 'none'; frame-ancestors 'none'"
"""Of an answer that is no page: a browser that shows it loads and runs nothing."""

CONSOLE_POLICY = "object-src 'none'; base-uri 'none'; frame-ancestors 'self'"
"""Streamlit frames its own components, and loads and makes scripts as it goes."""

_A_YEAR_AND_A_DAY = 366 * 24 * 60 * 60


class SafeHeaders:
    """
    Adds to every answer what it does not say itself.

    Source: OWASP ASVS 5.0, 3.4.1, 3.4.3 to 3.4.6 and 14.3.2.
    """

    def __init__(self, app: ASGIApp, *, policy: str = API_POLICY) -> None:
        self._app = app
        self._policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in safe_headers(self._policy).items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_safely)


def safe_headers(policy: str) -> dict[str, str]:
    """Return the headers; the one about HTTPS only where people use HTTPS."""
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Content-Security-Policy": policy,
    }
    if policy == API_POLICY:
        headers["Cache-Control"] = "no-store"
    public_url = settings().api.public_url
    if public_url is not None and public_url.scheme == "https":
        headers["Strict-Transport-Security"] = (
            f"max-age={_A_YEAR_AND_A_DAY}; includeSubDomains"
        )
    return headers
