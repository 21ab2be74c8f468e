"""A browser over WebDriver: does it answer, and what does it show."""

import base64
import binascii
from datetime import timedelta
from typing import Any

import anyio
import httpx

from config.errors import UnreachableError, UnreadableError

_ANSWER_SECONDS = 3.0
_GOODBYE_SECONDS = 5.0
_LARGEST_PICTURE = 50_000_000

_ATTACH = {
    "capabilities": {
        # Neither wait for a page that is loading, nor answer a question it asks.
        "alwaysMatch": {
            "pageLoadStrategy": "none",
            "unhandledPromptBehavior": "ignore",
        }
    }
}


class WebDriverSilentError(UnreachableError):
    """The browser's port does not answer in time."""

    code = "browser_silent"

    def __init__(self) -> None:
        super().__init__("the browser does not answer; stop it, then start it again")


class NoPictureError(UnreadableError):
    """The browser answers, and shows nothing that could be pictured."""

    code = "browser_no_picture"

    def __init__(self, why: str) -> None:
        super().__init__(f"the browser gave no picture of its page: {why}")


async def is_answering(url: str) -> bool:
    """
    Return whether a browser's port answers and takes sessions.

    Source: W3C WebDriver, section 8.3 (`GET /status`).
    """
    try:
        async with _connected(url, _ANSWER_SECONDS) as client:
            return bool(_value(await client.get("/status")).get("ready"))
    except (httpx.TransportError, NoPictureError):
        return False


async def take_picture(url: str, *, within: timedelta) -> bytes:
    """
    Return what a browser shows, as PNG, through a session that ends at once.

    Source: W3C WebDriver, sections 8.1 (new session) and 17.1 (take screenshot).

    Raises:
        WebDriverSilentError: It did not answer in time.
        NoPictureError: It cannot be pictured, for instance while a dialog is open.
    """
    try:
        async with _connected(url, within.total_seconds()) as client:
            with anyio.fail_after(within.total_seconds()):
                return await _picture(client)
    except (httpx.TransportError, TimeoutError) as silent:
        raise WebDriverSilentError from silent


async def _picture(client: httpx.AsyncClient) -> bytes:
    opened = _value(await client.post("/session", json=_ATTACH))
    path = f"/session/{opened.get('sessionId', '')}"
    try:
        answer = await client.get(f"{path}/screenshot")
        return _read_png(_told(answer))
    finally:
        # It only detaches: the browser was there before us and stays.
        with anyio.CancelScope(shield=True), anyio.move_on_after(_GOODBYE_SECONDS):
            await client.delete(path)


def _connected(url: str, seconds: float) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=url,
        timeout=seconds,
        verify=False,  # noqa: S501 - plain HTTP to this machine
        trust_env=False,
    )


def _read_png(told: Any) -> bytes:
    if not isinstance(told, str) or len(told) > _LARGEST_PICTURE:
        raise NoPictureError("it sent something else")
    try:
        return base64.b64decode(told, validate=True)
    except binascii.Error:
        raise NoPictureError("it sent something else") from None


def _value(answer: httpx.Response) -> dict[str, Any]:
    told = _told(answer)
    return told if isinstance(told, dict) else {}


def _told(answer: httpx.Response) -> Any:
    try:
        value = answer.json()["value"]
    except (ValueError, KeyError, TypeError):
        raise NoPictureError("it answers in an unknown form") from None
    if answer.is_success:
        return value
    word = value.get("error") if isinstance(value, dict) else None
    raise NoPictureError(str(word or "it refused"))
