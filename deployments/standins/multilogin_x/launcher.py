"""Launcher: start, stop and states of browsers, versions 1 to 3 of its paths."""

from typing import Any, cast

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from config.clock import now
from deployments.standins.multilogin_x.agent import (
    BrowserState,
    count_running,
    state_row,
)
from deployments.standins.multilogin_x.bodies import (
    demand,
    is_strict,
    take_choice,
    take_object,
    take_switch,
    take_text,
    take_uuid,
)
from deployments.standins.multilogin_x.browsers.order import Automation
from deployments.standins.multilogin_x.cloud_browser_profiles import (
    read_browser_profile,
)
from deployments.standins.multilogin_x.cores import BROWSER_TYPES
from deployments.standins.multilogin_x.envelope import (
    INTERNAL,
    Refusal,
    answer,
    not_found,
    wrong_body,
)
from deployments.standins.multilogin_x.kept import Document
from deployments.standins.multilogin_x.launcher_cookies import hand_over_cookies
from deployments.standins.multilogin_x.proxy_check import check_proxy
from deployments.standins.multilogin_x.tokens import Caller
from deployments.standins.multilogin_x.words import NEVER, milliseconds, new_quick_id
from deployments.standins.multilogin_x.world import (
    Body,
    Signed,
    Strict,
    TheWorld,
    World,
)

router = APIRouter()

AUTOMATION = ("selenium", "puppeteer", "playwright")
VERSION = "1.11.1"
_QUICK_STATE = ("name", "status", "message", "browser_type", "is_quick", "timestamp")


@router.get("/api/v1/version")
async def show_version() -> JSONResponse:
    """Tell the agent's version; asked for to see whether it runs."""
    return answer({"env": "local", "version": VERSION})


@router.get("/api/{version}/profile/f/{folder_id}/p/{browser_profile_id}/start")
async def start(
    world: TheWorld,
    caller: Signed,
    request: Request,
    *,
    version: str,
    folder_id: str,
    browser_profile_id: str,
) -> JSONResponse:
    """Open a browser profile; version 1 puts the port into the message."""
    if version not in ("v1", "v2"):
        raise not_found("path")
    record = world.records.get(caller, take_uuid({"id": browser_profile_id}, "id"))
    if record["removed_at"] or record["folder_id"] != folder_id.lower():
        raise not_found("profile")
    automation, headless = _read_wishes(request)
    begun = await world.agent.start(
        caller, record, automation=automation, headless=headless
    )
    if begun.browser is not None:
        await hand_over_cookies(world, record["id"], begun.browser.cdp_port)
    if version == "v1":
        return answer(message=begun.message)
    return _started(begun, automation, "Profile started successfully")


@router.post("/api/{version}/profile/quick")
async def start_quick(
    world: TheWorld, caller: Signed, body: Body, strict: Strict, version: str
) -> JSONResponse:
    """Open a browser profile that is forgotten when it is stopped."""
    if version not in ("v2", "v3"):
        raise not_found("path")
    if strict:
        demand(body, "browser_type", "os_type", "parameters")
    record = _quick_record(world, caller, body, is_strict=strict)
    wanted = take_choice(body, "automation", ("", *AUTOMATION), "selenium")
    automation = cast("Automation", wanted) if wanted else None
    begun = await world.agent.start(
        caller,
        record,
        automation=automation,
        headless=take_switch(body, "is_headless"),
        is_quick=True,
    )
    return _started(begun, automation, "Quick profile started successfully")


@router.post("/api/v1/profile/quick/save")
async def save_quick(world: TheWorld, caller: Signed, body: Body) -> JSONResponse:
    """Keep quick browser profiles as local ones in the default folder."""
    given = body.get("data")
    if not isinstance(given, list):
        raise wrong_body("wrong data")
    wanted = [
        take_uuid(take_object({"one": one}, "one"), "profile_id") for one in given
    ]
    quick = {one.record["id"]: one for one in _quick_states(world, caller)}
    if not set(wanted) <= set(quick):
        raise not_found("quick profile")
    for identity in wanted:
        known = quick[identity]
        known.is_saved = True
        world.records.keep_quick(caller, known.record, at=now())
    return answer(message="Quick profile successfully saved as local")


@router.get("/api/v1/profile/stop/p/{browser_profile_id}")
async def stop(
    world: TheWorld, caller: Signed, browser_profile_id: str
) -> JSONResponse:
    """Close a browser profile; 500 when it is not open."""
    known = world.agent.find_state(browser_profile_id.lower())
    is_ours = known and known.record["workspace_id"] == caller.workspace_id
    if not is_ours or not await world.agent.stop(browser_profile_id.lower()):
        raise Refusal(500, INTERNAL, "profile already stopped")
    return answer()


@router.get("/api/v1/profile/stop_all")
async def stop_all(world: TheWorld, caller: Signed, request: Request) -> JSONResponse:
    """Close all browser profiles, or those that are quick, or those that are not."""
    choices = ("all", "regular", "quick")
    kind = take_choice(request.query_params, "type", choices, "all")
    states = [
        one
        for one in world.agent.states_in(caller.workspace_id)
        if kind in ("all", "quick" if one.is_quick else "regular")
    ]
    await world.agent.stop_all(states)
    return answer()


@router.get("/api/v1/profile/statuses")
async def list_states(world: TheWorld, caller: Signed) -> JSONResponse:
    """Tell the states of everything since the agent was started, cores too."""
    known = world.agent.states_in(caller.workspace_id)
    machine = world.agent.machine_id
    states = {one.record["id"]: state_row(one, machine) for one in known}
    states |= world.cores.poll(now())
    return answer({"active_counter": count_running(known), "states": states})


@router.get("/api/v1/profile/quick/statuses")
async def list_quick_states(world: TheWorld, caller: Signed) -> JSONResponse:
    """Tell the states of quick browser profiles."""
    known = _quick_states(world, caller)
    rows = {
        one.record["id"]: {
            name: value
            for name, value in state_row(one, world.agent.machine_id).items()
            if name in _QUICK_STATE
        }
        for one in known
    }
    count = count_running(known)["quick"]
    return answer({"active_counter": count, "states": rows})


@router.get("/api/v1/profile/status/p/{browser_profile_id}")
async def show_state(
    world: TheWorld, caller: Signed, browser_profile_id: str
) -> JSONResponse:
    """Tell the state of one browser profile, and what its browser cannot do."""
    identity = browser_profile_id.lower()
    known = world.agent.find_state(identity)
    if known is not None and known.record["workspace_id"] == caller.workspace_id:
        return answer(state_row(known, world.agent.machine_id))
    return answer(_stopped_row(world.records.get(caller, identity)))


@router.get("/api/v1/loaded_browser_cores")
async def list_loaded_cores(world: TheWorld, _caller: Signed) -> JSONResponse:
    """List the cores that are there."""
    return answer(world.cores.loaded())


@router.get("/api/v1/load_browser_core")
async def load_core(
    world: TheWorld, _caller: Signed, browser_type: str = "mimic"
) -> JSONResponse:
    """Begin to download a core."""
    _check_core(browser_type)
    if world.cores.is_downloading(browser_type):
        message = "Failed to download core: downloading of core already started"
        raise Refusal(500, INTERNAL, message)
    world.cores.start_download(browser_type)
    return answer(message="Download started")


@router.delete("/api/v1/delete_browser_core")
async def delete_core(
    world: TheWorld, _caller: Signed, browser_type: str = "mimic"
) -> JSONResponse:
    """Delete a core; the next start downloads it again."""
    _check_core(browser_type)
    world.cores.missing.add(browser_type)
    return answer()


@router.post("/api/v1/proxy/validate")
async def validate_proxy(_caller: Signed, body: Body) -> JSONResponse:
    """Try a proxy, and tell where it leaves."""
    demand(body, "type", "host", "port")
    return answer(await check_proxy(body))


def _read_wishes(request: Request) -> tuple[Automation | None, bool]:
    asked = request.query_params
    default = "" if is_strict(request) else "selenium"
    automation = take_choice(asked, "automation_type", ("", *AUTOMATION), default)
    headless = take_choice(asked, "headless_mode", ("true", "false"), "false")
    return cast("Automation", automation) if automation else None, headless == "true"


def _started(
    begun: BrowserState, automation: Automation | None, message: str
) -> JSONResponse:
    told = {
        "browser_type": begun.record["browser_type"],
        "core_version": begun.record["core_version"],
        "id": begun.record["id"],
        "is_quick": begun.is_quick,
        "port": begun.message if automation else "",
    }
    return answer(told, message=message)


def _quick_record(
    world: World, caller: Caller, body: dict[str, Any], *, is_strict: bool
) -> Document:
    named = {**body, "name": take_text(body, "name", "Quick profile")}
    record = read_browser_profile(named, cores=world.cores, is_strict=is_strict)
    folder = world.records.folders_of(caller.workspace_id)[0]
    return {
        **record,
        "id": new_quick_id(),
        "workspace_id": caller.workspace_id,
        "folder_id": folder["id"],
    }


def _quick_states(world: World, caller: Caller) -> list[BrowserState]:
    known = world.agent.states_in(caller.workspace_id)
    return [one for one in known if one.is_quick]


def _stopped_row(record: Document) -> dict[str, Any]:
    return {
        "browser_type": record["browser_type"],
        "core_version": record["core_version"],
        "folder_id": record["folder_id"],
        "in_use_by": "",
        "is_quick": False,
        "last_launched_at": record["last_launched_at"] or NEVER,
        "last_launched_by": record["last_launched_by"],
        "last_launched_on": record["last_launched_on"],
        "message": "",
        "name": record["name"],
        "profile_id": record["id"],
        "status": "stopped",
        "timestamp": milliseconds(now()),
        "unsupported": [],
        "workspace_id": record["workspace_id"],
    }


def _check_core(browser_type: str) -> None:
    if browser_type not in BROWSER_TYPES:
        raise wrong_body("wrong browser type")
