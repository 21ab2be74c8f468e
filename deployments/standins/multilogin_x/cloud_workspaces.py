"""Cloud: a workspace's folders, figures and restrictions."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from config.clock import now
from deployments.standins.multilogin_x.accounts import (
    check_may_change,
    forbidden,
)
from deployments.standins.multilogin_x.bodies import (
    demand,
    take_text,
    take_uuid,
    take_uuids,
)
from deployments.standins.multilogin_x.cores import BROWSER_TYPES
from deployments.standins.multilogin_x.envelope import answer, not_found, wrong_values
from deployments.standins.multilogin_x.kept import Document
from deployments.standins.multilogin_x.shown import folder_row
from deployments.standins.multilogin_x.world import (
    Body,
    Signed,
    Strict,
    TheWorld,
    World,
)

router = APIRouter(prefix="/workspace")

FOLDER_LIMIT = 1000
PLAN_LASTS = timedelta(days=365)
_LONGEST_NAME = 200
_LONGEST_COMMENT = 400


@router.get("/folders")
async def list_folders(world: TheWorld, caller: Signed) -> JSONResponse:
    """List the folders of the present workspace."""
    return answer(_folder_rows(world, caller.workspace_id))


@router.get("/folders_for_user")
async def list_folders_for_user(
    world: TheWorld, caller: Signed, email: str = ""
) -> JSONResponse:
    """List the folders that another member of the workspace sees."""
    account = world.accounts.find_account(email)
    workspace = world.accounts.workspace(caller.workspace_id)
    if account is None or account["id"] not in workspace["members"]:
        raise not_found("user")
    return answer(_folder_rows(world, caller.workspace_id))


@router.post("/folder_create")
async def create_folder(
    world: TheWorld, caller: Signed, body: Body, strict: Strict
) -> JSONResponse:
    """Make a folder."""
    check_may_change(caller)
    if strict:
        demand(body, "name")
    name = take_text(body, "name", "New Folder", at_most=_LONGEST_NAME)
    comment = take_text(body, "comment", at_most=_LONGEST_COMMENT)
    if len(world.records.folders_of(caller.workspace_id)) >= FOLDER_LIMIT:
        raise wrong_values(f"folders limit of {FOLDER_LIMIT} is reached")
    made = world.accounts.make_folder(caller.workspace_id, name, comment, at=now())
    return answer(
        {"id": made}, message="Folder successfully created", http=HTTPStatus.CREATED
    )


@router.post("/folder_update")
async def update_folder(world: TheWorld, caller: Signed, body: Body) -> JSONResponse:
    """Name a folder anew."""
    check_may_change(caller)
    demand(body, "folder_id", "name")
    folder = world.records.get_folder(caller, take_uuid(body, "folder_id"))
    changed = {
        "name": take_text(body, "name", at_most=_LONGEST_NAME),
        "comment": take_text(
            body, "comment", folder["comment"], at_most=_LONGEST_COMMENT
        ),
    }
    world.kept.put("folder", folder["id"], {**folder, **changed})
    return answer(None, message="Folder successfully changed")


@router.post("/folders_remove")
async def remove_folders(world: TheWorld, caller: Signed, body: Body) -> JSONResponse:
    """
    Remove folders; what is in them goes to the bin.

    Our own rule, since the vendor's is not known: refused while one of them has a
    running browser, and for the default folder.
    """
    check_may_change(caller)
    demand(body, "ids")
    identities = take_uuids(body, "ids")
    folders = [world.records.get_folder(caller, one) for one in identities]
    if any(one["is_default"] for one in folders):
        raise wrong_values("the default folder cannot be removed")
    inside = [
        one
        for one in world.records.workspace_records(caller.workspace_id)
        if one["folder_id"] in identities and not one["removed_at"]
    ]
    refuse_running(world, inside)
    world.records.bin(caller, inside, at=now())
    world.kept.forget("folder", identities)
    return answer(None, message="Folders successfully removed")


@router.get("/statistics")
async def show_statistics(world: TheWorld, caller: Signed) -> JSONResponse:
    """Count the browser profiles, those in the bin too."""
    limit = world.records.limit
    local, cloud = _count(world, caller.workspace_id)
    workspace = world.accounts.workspace(caller.workspace_id)
    return answer(
        {
            "profiles_cloud_count": cloud,
            "profiles_cloud_limit": limit,
            "profiles_local_count": local,
            "profiles_local_limit": limit,
            "users_count": len(workspace["members"]),
            "users_limit": 100,
        }
    )


@router.get("/restrictions")
async def show_restrictions(world: TheWorld, caller: Signed) -> JSONResponse:
    """Tell what the plan allows."""
    limit = world.records.limit
    rate = world.wishes.requests_per_minute or 50
    workspace = world.accounts.workspace(caller.workspace_id)
    restrictions: dict[str, Any] = {
        "allowed_browser_types": list(BROWSER_TYPES),
        "automation_available": True,
        "cloud_profiles_count": limit,
        "local_profiles_count": limit,
        "folders_count": FOLDER_LIMIT,
        "team_members_count": len(workspace["members"]),
        "plan_name": "Local",
        "expires_at": int((now() + PLAN_LASTS).timestamp()),
        "ratelimit": [{"limit_size": rate, "operation": "all", "window_size": "60s"}],
    }
    return answer(restrictions)


@router.post("/leave")
async def leave_workspace(world: TheWorld, caller: Signed, body: Body) -> JSONResponse:
    """End one's membership in a workspace of somebody else."""
    workspace_id = take_uuid(body, "workspace_id")
    mine = {one["id"]: one for one in world.accounts.workspaces_of(caller.user_id)}
    if workspace_id not in mine:
        raise wrong_values("Wrong workspace user")
    if mine[workspace_id]["members"][caller.user_id] == "owner":
        raise forbidden("the owner cannot leave a workspace")
    world.accounts.leave(workspace_id, caller.user_id)
    return answer(None, message="Workspace successfully left")


def refuse_running(world: World, records: list[Document]) -> None:
    """Refuse to remove what is open; our own rule."""
    if any(world.agent.is_busy(one["id"]) for one in records):
        raise wrong_values("profile is running; stop it first")


def _folder_rows(world: World, workspace_id: str) -> dict[str, Any]:
    records = world.records.workspace_records(workspace_id)
    held = [one["folder_id"] for one in records if not one["removed_at"]]
    folders = world.records.folders_of(workspace_id)
    return {"folders": [folder_row(one, held.count(one["id"])) for one in folders]}


def _count(world: World, workspace_id: str) -> tuple[int, int]:
    records = world.records.workspace_records(workspace_id)
    local = sum(one["parameters"]["storage"]["is_local"] for one in records)
    return local, len(records) - local
