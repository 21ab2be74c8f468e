"""The four hosts as applications, and the door for faults beside each."""

from collections.abc import Mapping

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse

from config.clock import now
from deployments.standins.multilogin_x import (
    cloud_accounts,
    cloud_browser_profiles,
    cloud_others,
    cloud_workspaces,
    cookies_host,
    launcher,
    launcher_cookies,
    launcher_transfers,
    proxy_host,
)
from deployments.standins.multilogin_x.bodies import take_number, take_uuid
from deployments.standins.multilogin_x.envelope import (
    answer,
    answer_refusals,
    not_found,
)
from deployments.standins.multilogin_x.faults import read_fault
from deployments.standins.multilogin_x.gate import FAULTS_PATH, Gate
from deployments.standins.multilogin_x.world import Body, TheWorld, World

ROUTERS: Mapping[str, tuple[APIRouter, ...]] = {
    "cloud": (
        cloud_accounts.router,
        cloud_workspaces.router,
        cloud_others.router,
        cloud_browser_profiles.router,
    ),
    "launcher": (
        launcher.router,
        launcher_cookies.router,
        launcher_transfers.router,
    ),
    "proxy": (proxy_host.router,),
    "cookies": (cookies_host.router,),
}

_faults = APIRouter()


def make_host(name: str, world: World) -> FastAPI:
    """Return one of the hosts: cloud, launcher, proxy or cookies."""
    host = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    host.state.world = world
    for router in ROUTERS[name]:
        host.include_router(router)
    if world.faults.are_allowed:
        host.include_router(_faults)
    answer_refusals(host, in_envelope=name != "proxy")
    host.add_middleware(Gate, world=world, host=name)
    return host


@_faults.get(FAULTS_PATH)
async def list_faults(world: TheWorld) -> JSONResponse:
    """Tell which faults wait."""
    return answer({"faults": world.faults.told()})


@_faults.post(FAULTS_PATH)
async def add_fault(world: TheWorld, body: Body, request: Request) -> JSONResponse:
    """
    Put a fault in; see `Fault`.

    Two are made for real rather than only answered: `CORE_DOWNLOADING_STARTED` with
    `polls` makes the core be downloaded, over when the states were asked for so often;
    `LOCK_PROFILE_ERROR` with `profile_id` has another machine hold the lock.
    """
    if "origin" in request.headers:
        raise not_found("path")
    if body.get("error_code") == "CORE_DOWNLOADING_STARTED" and "polls" in body:
        world.cores.polls_to_download = take_number(
            body, "polls", 1, within=range(1000)
        )
        world.cores.missing.add("mimic")
    elif body.get("error_code") == "LOCK_PROFILE_ERROR" and "profile_id" in body:
        record = world.records.find_record(take_uuid(body, "profile_id"))
        if record is None:
            raise not_found("profile")
        world.records.take_lock(
            record, holder="elsewhere@multilogin.example", machine="0" * 64, at=now()
        )
    else:
        world.faults.waiting.append(read_fault(body))
    return answer({"faults": world.faults.told()}, http=201)


@_faults.delete(FAULTS_PATH)
async def clear_faults(world: TheWorld) -> JSONResponse:
    """Take every waiting fault out again."""
    world.faults.waiting.clear()
    return answer()
