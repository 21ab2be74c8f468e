"""Cloud: browser profiles created, searched, shown, changed, removed and restored."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from config.clock import now
from deployments.standins.multilogin_x.accounts import check_may_change
from deployments.standins.multilogin_x.bodies import (
    demand,
    take_choice,
    take_number,
    take_object,
    take_switch,
    take_text,
    take_texts,
    take_uuid,
    take_uuids,
)
from deployments.standins.multilogin_x.cloud_workspaces import refuse_running
from deployments.standins.multilogin_x.cores import BROWSER_TYPES, Cores
from deployments.standins.multilogin_x.envelope import answer, wrong_body
from deployments.standins.multilogin_x.kept import Document
from deployments.standins.multilogin_x.parameters import (
    change_parameters,
    complete_parameters,
)
from deployments.standins.multilogin_x.search import find_matching, read_search
from deployments.standins.multilogin_x.shown import meta_row, search_row, summary_of
from deployments.standins.multilogin_x.world import Body, Signed, Strict, TheWorld

router = APIRouter(prefix="/profile")

OS_TYPES = ("windows", "linux", "macos", "android")
_TIMES = range(1, 11)
_LONGEST_NAME = 400
_LONGEST_NOTES = 400
_MOST_TAGS = 10
_MOST_MOVED = 20


@router.post("/create")
async def create(
    world: TheWorld, caller: Signed, body: Body, strict: Strict
) -> JSONResponse:
    """Create 1 to 10 browser profiles that are the same but for their ids."""
    check_may_change(caller)
    demand(body, "name", "folder_id")
    if strict:
        demand(body, "browser_type", "os_type", "parameters")
    times = take_number(body, "times", 1, within=_TIMES, label="profile times")
    folder = world.records.get_folder(caller, take_uuid(body, "folder_id"))
    record = read_browser_profile(body, cores=world.cores, is_strict=strict)
    record["folder_id"] = folder["id"]
    made = world.records.create(caller, record, times=times, at=now())
    return answer(
        {"ids": made}, message="Profile successfully created", http=HTTPStatus.CREATED
    )


@router.post("/search")
async def search(world: TheWorld, caller: Signed, body: Body) -> JSONResponse:
    """Find browser profiles; `profiles` is null when there is none on the page."""
    wanted = read_search(body)
    locks = world.records.locks()
    records = world.records.workspace_records(caller.workspace_id)
    found = find_matching(records, locks, wanted)
    page = found[wanted.offset : wanted.offset + wanted.limit]
    rows = [search_row(one, locks.get(one["id"])) for one in page]
    return answer(
        {"profiles": rows or None, "total_count": len(found)},
        message="Search profile successfully result",
    )


@router.post("/metas")
async def show_metas(world: TheWorld, caller: Signed, body: Body) -> JSONResponse:
    """Show browser profiles whole."""
    demand(body, "ids")
    records = world.records.get_many(caller, take_uuids(body, "ids"))
    locks = world.records.locks()
    rows = [meta_row(one, locks.get(one["id"])) for one in records]
    return answer({"profiles": rows}, message="List of profiles metadata")


@router.get("/summary")
async def show_summary(
    world: TheWorld, caller: Signed, meta_id: str = ""
) -> JSONResponse:
    """Show the fingerprint a browser profile starts with."""
    record = world.records.get(caller, take_uuid({"meta_id": meta_id}, "meta_id"))
    return answer(summary_of(record), message="List of ready to start profiles")


@router.post("/update")
async def update(world: TheWorld, caller: Signed, body: Body) -> JSONResponse:
    """Replace a browser profile: what `parameters` does not carry is lost."""
    check_may_change(caller)
    demand(body, "profile_id", "name", "parameters")
    for name in ("flags", "storage", "fingerprint"):
        demand(take_object(body, "parameters"), name)
    record = world.records.get(caller, take_uuid(body, "profile_id"))
    is_local = record["parameters"]["storage"]["is_local"]
    parameters = complete_parameters(body, is_strict=False, default_is_local=is_local)
    changes = _plain_changes(body, cores=world.cores)
    changes["auto_update_core"] = take_switch(body, "auto_update_core", default=True)
    world.records.change(caller, record, at=now(), **changes, parameters=parameters)
    return answer(None, message="Profile successfully updated")


@router.post("/partial_update")
async def partial_update(world: TheWorld, caller: Signed, body: Body) -> JSONResponse:
    """Change the members that are sent; `parameters.proxy` is ignored."""
    check_may_change(caller)
    demand(body, "profile_id")
    record = world.records.get(caller, take_uuid(body, "profile_id"))
    parameters = change_parameters(record["parameters"], body)
    changes = _plain_changes(body, cores=world.cores)
    if "auto_update_core" in body:
        changes["auto_update_core"] = take_switch(body, "auto_update_core")
    world.records.change(caller, record, at=now(), **changes, parameters=parameters)
    return answer(None, message="Profile successfully updated")


@router.post("/remove")
async def remove(world: TheWorld, caller: Signed, body: Body) -> JSONResponse:
    """Move browser profiles to the bin, or delete them for good."""
    check_may_change(caller)
    demand(body, "ids")
    records = world.records.get_many(caller, take_uuids(body, "ids"))
    refuse_running(world, records)
    if take_switch(body, "permanently"):
        world.records.remove(records)
    else:
        world.records.bin(caller, records, at=now())
    return answer(None, message="Profile successfully removed")


@router.post("/restore")
async def restore(world: TheWorld, caller: Signed, body: Body) -> JSONResponse:
    """Take browser profiles out of the bin."""
    check_may_change(caller)
    demand(body, "ids")
    records = world.records.get_many(caller, take_uuids(body, "ids"))
    world.records.restore(caller, records, at=now())
    return answer(None, message="Profile successfully restored")


@router.post("/move")
async def move(world: TheWorld, caller: Signed, body: Body) -> JSONResponse:
    """Move browser profiles to another folder."""
    check_may_change(caller)
    demand(body, "dest_folder_id", "ids")
    folder = world.records.get_folder(caller, take_uuid(body, "dest_folder_id"))
    identities = take_uuids(body, "ids", at_most=_MOST_MOVED)
    with world.kept.together():
        for record in world.records.get_many(caller, identities):
            world.records.change(caller, record, at=now(), folder_id=folder["id"])
    return answer(None, message="Profiles successfully moved")


@router.post("/clone")
async def clone(world: TheWorld, caller: Signed, body: Body) -> JSONResponse:
    """Copy a browser profile, without what its browser kept."""
    check_may_change(caller)
    demand(body, "profile_id")
    record = world.records.get(caller, take_uuid(body, "profile_id"))
    times = take_number(body, "times", 1, within=_TIMES, label="profile times")
    made = world.records.create(caller, record, times=times, at=now())
    return answer({"ids": made}, message="Profile successfully cloned")


@router.post("/auto_update_core")
async def set_auto_update(world: TheWorld, caller: Signed, body: Body) -> JSONResponse:
    """Say whether browser profiles follow the latest core."""
    check_may_change(caller)
    demand(body, "ids", "auto_update_core")
    wanted = take_switch(body, "auto_update_core")
    for record in world.records.get_many(caller, take_uuids(body, "ids")):
        world.records.change(caller, record, at=now(), auto_update_core=wanted)
    return answer(None, message="Profile successfully updated")


@router.get("/workspace_count")
async def count_in_workspace(
    world: TheWorld, caller: Signed, folder_id: str = ""
) -> JSONResponse:
    """Count the browser profiles of the workspace or of one folder."""
    records = world.records.workspace_records(caller.workspace_id)
    held = [one for one in records if folder_id in ("", one["folder_id"])]
    return answer({"count": sum(not one["removed_at"] for one in held)})


@router.get("/workspace_meta_ids")
async def list_ids(
    world: TheWorld,
    caller: Signed,
    limit: int = 100,
    offset: int = 0,
    folder_id: str = "",
    is_removed: bool = False,  # noqa: FBT001, FBT002 - a query parameter
) -> JSONResponse:
    """List the ids of the workspace or of one folder."""
    records = world.records.workspace_records(caller.workspace_id)
    found = [
        one["id"]
        for one in records
        if folder_id in ("", one["folder_id"]) and bool(one["removed_at"]) == is_removed
    ]
    return answer({"ids": found[offset : offset + limit]})


def read_browser_profile(
    body: Mapping[str, Any], *, cores: Cores, is_strict: bool
) -> Document:
    """
    Return a browser profile as a body describes it, completed with the defaults.

    Raises:
        Refusal: A value is wrong, or one is missing in strict mode.
    """
    os_type = take_choice(body, "os_type", OS_TYPES, "windows")
    browser_type = take_choice(body, "browser_type", list(BROWSER_TYPES), "mimic")
    if os_type == "android" and browser_type != "mimic":
        raise wrong_body("wrong browser type")
    return {
        "name": take_text(body, "name", at_most=_LONGEST_NAME),
        "notes": take_text(body, "notes", at_most=_LONGEST_NOTES),
        "tags": take_texts(body, "tags", at_most=_MOST_TAGS),
        "browser_type": browser_type,
        "os_type": os_type,
        "core_version": cores.read_version(body),
        "core_minor_version": take_number(
            body, "core_minor_version", 0, within=range(10_000)
        ),
        "auto_update_core": take_switch(body, "auto_update_core", default=True),
        "parameters": complete_parameters(body, is_strict=is_strict),
    }


def _plain_changes(body: Mapping[str, Any], *, cores: Cores) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if "name" in body:
        changes["name"] = take_text(body, "name", at_most=_LONGEST_NAME)
    if "notes" in body:
        changes["notes"] = take_text(body, "notes", at_most=_LONGEST_NOTES)
    if "tags" in body:
        changes["tags"] = take_texts(body, "tags", at_most=_MOST_TAGS)
    if "core_version" in body:
        changes["core_version"] = cores.read_version(body)
    return changes
