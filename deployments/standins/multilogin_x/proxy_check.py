"""Does a proxy answer and know us: the launcher's `proxy/validate`."""

import asyncio
import base64
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from deployments.standins.multilogin_x.envelope import problem_of
from deployments.standins.multilogin_x.exits import exit_address, exit_country
from deployments.standins.multilogin_x.locations import find_place
from deployments.standins.multilogin_x.parameters import read_proxy

SECONDS_TO_ANSWER = 10.0
ASKED_FOR = "connectivity.invalid:443"
"""A name that never resolves (RFC 2606): the proxy is asked, and reaches nothing."""
_DENIED = 407


async def check_proxy(body: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return where a proxy leaves, as far as its name tells.

    Raises:
        Refusal: It does not answer, or does not accept the credentials.
    """
    proxy = read_proxy(dict(body))
    if proxy is None:
        raise problem_of("GET_PROXY_CONNECTION_IP_ERROR")
    try:
        async with asyncio.timeout(SECONDS_TO_ANSWER):
            is_let_in = await _knock(proxy)
    except (OSError, EOFError, TimeoutError, ValueError) as problem:
        raise problem_of("GET_PROXY_CONNECTION_IP_ERROR") from problem
    if not is_let_in:
        raise problem_of("GET_PROXY_CONNECTION_IP_ERROR")
    return _told(proxy)


async def _knock(proxy: Mapping[str, Any]) -> bool:
    reader, writer = await asyncio.open_connection(proxy["host"], proxy["port"])
    try:
        if proxy["type"] == "socks5":
            return await _knock_socks(reader, writer, proxy)
        return await _knock_http(reader, writer, proxy)
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def _knock_http(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    proxy: Mapping[str, Any],
) -> bool:
    lines = [f"CONNECT {ASKED_FOR} HTTP/1.1", f"Host: {ASKED_FOR}"]
    if proxy.get("username"):
        pair = f"{proxy['username']}:{proxy.get('password', '')}".encode()
        lines.append(f"Proxy-Authorization: Basic {base64.b64encode(pair).decode()}")
    writer.write("".join(f"{line}\r\n" for line in [*lines, ""]).encode())
    words = (await reader.readline()).split()
    return int(words[1]) != _DENIED if len(words) > 1 else False


async def _knock_socks(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    proxy: Mapping[str, Any],
) -> bool:
    # RFC 1928 and 1929.
    has_name = bool(proxy.get("username"))
    writer.write(b"\x05\x01\x02" if has_name else b"\x05\x01\x00")
    _, method = await reader.readexactly(2)
    if not has_name:
        return method == 0
    name = proxy["username"].encode()
    password = proxy.get("password", "").encode()
    writer.write(
        b"\x01" + bytes([len(name)]) + name + bytes([len(password)]) + password
    )
    _, result = await reader.readexactly(2)
    return result == 0


def _told(proxy: Mapping[str, Any]) -> dict[str, Any]:
    name = proxy.get("username", "")
    country = exit_country(name)
    place = find_place(country) if country else None
    is_ours = "_multilogin_com-" in name
    return {
        "accuracy": 100,
        "altitude": 0,
        "country_code": country.upper(),
        "ip": exit_address(name, at=0) if is_ours else proxy["host"],
        "latitude": place.latitude if place else 0,
        "longitude": place.longitude if place else 0,
        "timezone": place.timezone if place else "",
    }
