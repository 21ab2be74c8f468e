"""Launcher: browser profiles exported, imported, and made local or not."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from config.clock import now
from deployments.standins.multilogin_x.accounts import check_may_change
from deployments.standins.multilogin_x.bodies import (
    demand,
    take_switch,
    take_text,
    take_uuid,
)
from deployments.standins.multilogin_x.cloud_browser_profiles import (
    read_browser_profile,
)
from deployments.standins.multilogin_x.cloud_workspaces import refuse_running
from deployments.standins.multilogin_x.envelope import (
    answer,
    not_found,
    wrong_values,
)
from deployments.standins.multilogin_x.transfers import (
    UnreadableArchiveError,
    read_record,
)
from deployments.standins.multilogin_x.world import Body, Signed, TheWorld

router = APIRouter(prefix="/api/v1/profile")


@router.post("/import")
async def start_import(world: TheWorld, caller: Signed, body: Body) -> JSONResponse:
    """Begin to make a browser profile out of an exported one."""
    check_may_change(caller)
    demand(body, "import_path")
    given = take_text(body, "import_path")
    file = Path(given if given.endswith(".zip") else f"{given}.zip")
    try:
        held = read_record(file)
    except UnreadableArchiveError as problem:
        raise wrong_values(str(problem)) from problem
    held["core_version"] = None
    record = read_browser_profile(held, cores=world.cores, is_strict=False)
    record["folder_id"] = world.records.folders_of(caller.workspace_id)[0]["id"]
    record["parameters"]["storage"]["is_local"] = take_switch(
        body, "is_local", default=True
    )
    made = world.records.create(caller, record, times=1, at=now())[0]
    data = world.records.data_folder(made)
    told = {
        "import_path": str(file),
        "extracted_path": str(data),
        "new_profile_id": made,
    }
    begun = world.transfers.start_import(
        file, data, workspace_id=caller.workspace_id, told=told
    )
    return answer(begun.row(), message="Import in progress")


@router.post("/{browser_profile_id}/export")
async def start_export(
    world: TheWorld, caller: Signed, browser_profile_id: str
) -> JSONResponse:
    """Begin to pack a browser profile that is not open."""
    record = world.records.get(caller, take_uuid({"id": browser_profile_id}, "id"))
    refuse_running(world, [record])
    data = world.records.data_folder(record["id"])
    export = world.transfers.start_export(record, data)
    return answer(export.row(), message="Export in progress")


@router.get("/exports/statuses")
async def list_exports(world: TheWorld, caller: Signed) -> JSONResponse:
    """Tell how far every export is."""
    rows = world.transfers.list_rows(caller.workspace_id, is_import=False)
    return answer({"statuses": rows})


@router.get("/imports/statuses")
async def list_imports(world: TheWorld, caller: Signed) -> JSONResponse:
    """Tell how far every import is."""
    rows = world.transfers.list_rows(caller.workspace_id, is_import=True)
    return answer({"statuses": rows})


@router.get("/exports/{transfer_id}/status")
@router.get("/imports/{transfer_id}/status")
async def show_transfer(
    world: TheWorld, caller: Signed, transfer_id: str
) -> JSONResponse:
    """Tell how far one export or import is."""
    known = world.transfers.find_transfer(transfer_id, caller.workspace_id)
    if known is None:
        raise not_found("transfer")
    return answer(known.row())


@router.post("/{browser_profile_id}/convert")
async def convert(
    world: TheWorld, caller: Signed, browser_profile_id: str, body: Body
) -> JSONResponse:
    """Keep a browser profile on this machine, or in the cloud."""
    check_may_change(caller)
    demand(body, "convert_to_local")
    record = world.records.get(caller, take_uuid({"id": browser_profile_id}, "id"))
    refuse_running(world, [record])
    storage = {
        **record["parameters"]["storage"],
        "is_local": take_switch(body, "convert_to_local"),
    }
    parameters = {**record["parameters"], "storage": storage}
    world.records.change(caller, record, at=now(), parameters=parameters)
    return answer(message="Profile successfully converted")
