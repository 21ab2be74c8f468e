"""Launcher: cookies into and out of a browser profile, whether it is open or not."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from config.clock import now
from deployments.standins.multilogin_x.bodies import demand, take_switch, take_uuid
from deployments.standins.multilogin_x.cookies_in_browser import (
    is_lasting,
    read_cookies,
    write_cookies,
)
from deployments.standins.multilogin_x.envelope import answer, not_found, wrong_body
from deployments.standins.multilogin_x.kept import Document
from deployments.standins.multilogin_x.tokens import Caller
from deployments.standins.multilogin_x.words import milliseconds
from deployments.standins.multilogin_x.world import Body, Signed, TheWorld, World

router = APIRouter(prefix="/api/v1")

SESSION_COOKIES = "session_cookies"


@router.post("/cookie_import")
async def import_cookies(world: TheWorld, caller: Signed, body: Body) -> JSONResponse:
    """Put cookies in; `import_advanced_cookies` adds those of the cookies host."""
    record = _named(world, caller, body)
    cookies = _read_cookies(body)
    if take_switch(body, "import_advanced_cookies"):
        premade = world.kept.find("cookie_metadata", record["id"])
        for bundle in premade["bundles"] if premade else ():
            cookies += bundle["data"]
    async with _opened(world, record) as cdp_port:
        await write_cookies(cdp_port, cookies)
    if not world.agent.is_busy(record["id"]):
        # They would end with the browser that was open a moment.
        waiting = [one for one in cookies if not is_lasting(one)]
        world.kept.put(SESSION_COOKIES, record["id"], {"cookies": waiting})
    return answer(message="Cookies successfully imported")


@router.post("/cookie_export")
async def export_cookies(world: TheWorld, caller: Signed, body: Body) -> JSONResponse:
    """Return every cookie, as a text that holds a JSON array."""
    record = _named(world, caller, body)
    async with _opened(world, record) as cdp_port:
        cookies = await read_cookies(cdp_port)
    cookies += _waiting_cookies(world, record["id"])
    told = {
        "cookies": json.dumps(cookies),
        "profile_id": record["id"],
        "timestamp": milliseconds(now()),
    }
    return answer(told, message="Cookies downloaded successfully.")


async def hand_over_cookies(
    world: World, browser_profile_id: str, cdp_port: int
) -> None:
    """Give a browser that was just opened the session cookies that wait for it."""
    waiting = _waiting_cookies(world, browser_profile_id)
    if waiting:
        await write_cookies(cdp_port, waiting)
        world.kept.forget(SESSION_COOKIES, [browser_profile_id])


def _waiting_cookies(world: World, browser_profile_id: str) -> list[dict[str, Any]]:
    kept = world.kept.find(SESSION_COOKIES, browser_profile_id)
    return list(kept["cookies"]) if kept else []


def _named(world: World, caller: Caller, body: dict[str, Any]) -> Document:
    demand(body, "profile_id", "folder_id")
    identity = take_uuid(body, "profile_id")
    known = world.agent.find_state(identity)
    if known is not None and known.is_quick and known.is_busy:
        return known.record
    record = world.records.get(caller, identity)
    if record["removed_at"] or record["folder_id"] != take_uuid(body, "folder_id"):
        raise not_found("profile")
    return record


def _read_cookies(body: dict[str, Any]) -> list[dict[str, Any]]:
    given = body.get("cookies") or "[]"
    try:
        cookies = json.loads(given) if isinstance(given, str) else None
    except ValueError:
        cookies = None
    if not isinstance(cookies, list) or not all(
        isinstance(one, dict) for one in cookies
    ):
        raise wrong_body("wrong cookies")
    return cookies


@asynccontextmanager
async def _opened(world: World, record: Document) -> AsyncGenerator[int, None]:
    """Yield the DevTools port of its browser, which is opened if it is not."""
    known = world.agent.find_state(record["id"])
    if known is not None:
        await known.settled.wait()
    if known is not None and known.browser is not None:
        yield known.browser.cdp_port
        return
    browser = await world.agent.open_quietly(record)
    try:
        yield browser.cdp_port
    finally:
        await browser.stop()
