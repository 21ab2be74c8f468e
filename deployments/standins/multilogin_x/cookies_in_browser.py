"""Cookies of a running browser, read and written through DevTools."""

import itertools
import json
from collections.abc import Iterable, Mapping
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from deployments.standins.multilogin_x.envelope import (
    INTERNAL,
    Refusal,
    wrong_values,
)

SECONDS_TO_ANSWER = 15.0
LARGEST_ANSWER_BYTES = 64 * 1024 * 1024
_TO_DEVTOOLS = {"no_restriction": "None", "none": "None", "lax": "Lax"}
_TO_DEVTOOLS["strict"] = "Strict"
_FROM_DEVTOOLS = {"None": "no_restriction", "Lax": "lax", "Strict": "strict"}

Cookie = dict[str, Any]


async def write_cookies(cdp_port: int, cookies: Iterable[Mapping[str, Any]]) -> None:
    """
    Put cookies, as browser extensions describe them, into a running browser.

    Raises:
        Refusal: The browser does not take one of them.
    """
    wanted = [devtools_cookie(one) for one in cookies]
    if wanted:
        await _ask(cdp_port, "Storage.setCookies", {"cookies": wanted})


async def read_cookies(cdp_port: int) -> list[Cookie]:
    """Return every cookie of a running browser, as browser extensions describe them."""
    told = await _ask(cdp_port, "Storage.getCookies", {})
    return [extension_cookie(one) for one in told["cookies"]]


def devtools_cookie(cookie: Mapping[str, Any]) -> Cookie:
    """
    Return an extension's cookie as DevTools takes it.

    Raises:
        Refusal: It has no name or no domain.
    """
    name, domain = cookie.get("name"), cookie.get("domain")
    if not isinstance(name, str) or not isinstance(domain, str) or not domain:
        raise wrong_values("a cookie needs a name and a domain")
    path, is_secure = cookie.get("path") or "/", bool(cookie.get("secure"))
    told: Cookie = {
        "name": name,
        "value": str(cookie.get("value", "")),
        "path": path,
        "secure": is_secure,
        "httpOnly": bool(cookie.get("httpOnly")),
    }
    if cookie.get("hostOnly"):
        # DevTools makes a domain cookie of whatever names a domain.
        told["url"] = f"http{'s' if is_secure else ''}://{domain.lstrip('.')}{path}"
    else:
        told["domain"] = domain
    same_site = _TO_DEVTOOLS.get(str(cookie.get("sameSite", "")).lower())
    if same_site and (is_secure or same_site != "None"):
        told["sameSite"] = same_site
    if is_lasting(cookie):
        told["expires"] = float(cookie["expirationDate"])
    return told


def extension_cookie(cookie: Mapping[str, Any]) -> Cookie:
    """Return a cookie of DevTools as extensions, and the vendor, describe it."""
    told: Cookie = {
        "name": cookie["name"],
        "value": cookie["value"],
        "domain": cookie["domain"],
        "path": cookie["path"],
        "secure": cookie["secure"],
        "httpOnly": cookie["httpOnly"],
        "session": cookie["session"],
        "hostOnly": not cookie["domain"].startswith("."),
        "storeId": "0",
        "sameSite": _FROM_DEVTOOLS.get(cookie.get("sameSite", ""), "unspecified"),
    }
    if not cookie["session"]:
        told["expirationDate"] = cookie["expires"]
    return told


def is_lasting(cookie: Mapping[str, Any]) -> bool:
    """Tell whether a cookie outlives its browser."""
    ends = cookie.get("expirationDate")
    is_number = isinstance(ends, int | float) and not isinstance(ends, bool)
    return is_number and not cookie.get("session")


async def _ask(cdp_port: int, method: str, values: Mapping[str, Any]) -> Any:
    try:
        async with httpx.AsyncClient(trust_env=False) as client:
            address = f"http://127.0.0.1:{cdp_port}/json/version"
            told = (await client.get(address)).json()
        async with connect(
            told["webSocketDebuggerUrl"],
            open_timeout=SECONDS_TO_ANSWER,
            max_size=LARGEST_ANSWER_BYTES,
            proxy=None,
        ) as devtools:
            return await _exchange(devtools, method, values)
    except (httpx.HTTPError, WebSocketException, OSError) as problem:
        raise Refusal(500, INTERNAL, "the browser does not answer") from problem


async def _exchange(
    devtools: ClientConnection, method: str, values: Mapping[str, Any]
) -> Any:
    number = next(_numbers)
    await devtools.send(json.dumps({"id": number, "method": method, "params": values}))
    async for text in devtools:
        message = json.loads(text)
        if message.get("id") != number:
            continue
        if "error" in message:
            raise wrong_values(f"cookies: {message['error'].get('message')}")
        return message["result"]
    raise Refusal(500, INTERNAL, "the browser does not answer")


_numbers = itertools.count(1)
