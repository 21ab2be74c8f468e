"""The cookies host: bundles of invented cookies for a browser profile."""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from config.clock import now
from deployments.standins.multilogin_x.bodies import demand, take_text, take_uuid
from deployments.standins.multilogin_x.envelope import (
    Refusal,
    answer,
    not_found,
    wrong_values,
)
from deployments.standins.multilogin_x.premade_cookies import WEBSITES, premade_cookies
from deployments.standins.multilogin_x.words import new_id, written
from deployments.standins.multilogin_x.world import Body, Signed, TheWorld, World

router = APIRouter(prefix="/api/v1/cookies")


@router.get("/metadata/websites")
async def list_websites(_caller: Signed) -> JSONResponse:
    """List the sites there are cookies of."""
    return answer([{"key": key, "value": site} for key, site in WEBSITES.items()])


@router.post("/metadata")
async def create_metadata(world: TheWorld, caller: Signed, body: Body) -> JSONResponse:
    """Say which site's cookies a browser profile shall get."""
    record = world.records.get(caller, take_uuid(body, "profile_id"))
    if world.kept.find("cookie_metadata", record["id"]):
        raise Refusal(HTTPStatus.CONFLICT, "", "metadata already exists")
    told = _keep_metadata(world, record["id"], body)
    return answer(told, http=HTTPStatus.CREATED)


@router.put("/metadata")
async def change_metadata(world: TheWorld, caller: Signed, body: Body) -> JSONResponse:
    """Choose another site."""
    record = world.records.get(caller, take_uuid(body, "profile_id"))
    if world.kept.find("cookie_metadata", record["id"]) is None:
        raise not_found("metadata")
    return answer(_keep_metadata(world, record["id"], body))


@router.get("/{browser_profile_id}")
async def show_cookies(
    world: TheWorld, caller: Signed, browser_profile_id: str
) -> JSONResponse:
    """Return the bundles of a browser profile."""
    record = world.records.get(caller, take_uuid({"id": browser_profile_id}, "id"))
    metadata = world.kept.find("cookie_metadata", record["id"])
    if metadata is None:
        raise not_found("metadata")
    return answer({"cookies": metadata["bundles"]})


def _keep_metadata(
    world: World, browser_profile_id: str, body: dict[str, Any]
) -> dict[str, Any]:
    demand(body, "target_website")
    chosen = [take_text(body, "target_website"), take_text(body, "additional_website")]
    sites = [one for one in chosen if one]
    if not set(sites) <= set(WEBSITES):
        raise wrong_values("wrong website")
    metadata: dict[str, Any] = {
        "profile_id": browser_profile_id,
        "target_website": chosen[0],
        "additional_website": chosen[1],
    }
    bundles = [
        {
            "id": new_id(),
            "created_at": written(now()),
            "data": premade_cookies(WEBSITES[site], at=now()),
        }
        for site in sites
    ]
    kept = {**metadata, "bundles": bundles}
    world.kept.put("cookie_metadata", browser_profile_id, kept)
    return metadata
