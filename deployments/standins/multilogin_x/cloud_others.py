"""Cloud: tags, locks, screen resolutions, cores and places."""

import json
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from config.clock import now
from deployments.standins.multilogin_x.accounts import check_may_change
from deployments.standins.multilogin_x.bodies import (
    demand,
    take_object,
    take_text,
    take_texts,
    take_uuid,
    take_uuids,
)
from deployments.standins.multilogin_x.envelope import (
    answer,
    not_found,
    wrong_body,
)
from deployments.standins.multilogin_x.fingerprints import RESOLUTIONS
from deployments.standins.multilogin_x.kept import Document
from deployments.standins.multilogin_x.locations import PLACES, titled
from deployments.standins.multilogin_x.tokens import Caller
from deployments.standins.multilogin_x.words import new_id, written
from deployments.standins.multilogin_x.world import Body, Signed, TheWorld, World

router = APIRouter()

_LONGEST_TAG = 50
_MOST_TAGS = 10


@router.post("/tag/create")
async def create_tags(world: TheWorld, caller: Signed, body: Body) -> JSONResponse:
    """Make tags."""
    check_may_change(caller)
    given = body.get("tags")
    if not isinstance(given, list) or not given:
        raise wrong_body("wrong tags")
    made = [_new_tag(caller, take_object({"tag": one}, "tag")) for one in given]
    for tag in made:
        world.kept.put("tag", tag["id"], tag)
    return answer(
        {"ids": [tag["id"] for tag in made]},
        message="Tags successfully created",
        http=HTTPStatus.CREATED,
    )


@router.post("/tag/search")
async def search_tags(world: TheWorld, caller: Signed, body: Body) -> JSONResponse:
    """Find tags by a part of their names."""
    text = take_text(body, "search_text").lower()
    used = [
        name
        for record in world.records.workspace_records(caller.workspace_id)
        for name in record["tags"]
    ]
    rows = [
        {
            "color": one["color"],
            "created_at": one["created_at"],
            "created_by": one["created_by"],
            "id": one["id"],
            "in_use_count": used.count(one["name"]),
            "name": one["name"],
            "updated_at": one["updated_at"],
        }
        for one in _tags_of(world, caller)
        if text in one["name"].lower()
    ]
    return answer({"tags": rows, "total_count": len(rows)})


@router.post("/tag/remove")
async def remove_tags(world: TheWorld, caller: Signed, body: Body) -> JSONResponse:
    """Delete tags, and take them off the browser profiles that have them."""
    check_may_change(caller)
    demand(body, "ids")
    wanted = take_uuids(body, "ids")
    tags = [one for one in _tags_of(world, caller) if one["id"] in wanted]
    names = {one["name"] for one in tags}
    for record in world.records.workspace_records(caller.workspace_id):
        if names & set(record["tags"]):
            kept = [name for name in record["tags"] if name not in names]
            world.records.change(caller, record, at=now(), tags=kept)
    world.kept.forget("tag", [one["id"] for one in tags])
    return answer(None, message="Tags successfully removed")


@router.post("/profile/tag/assign")
async def assign_tags(world: TheWorld, caller: Signed, body: Body) -> JSONResponse:
    """Give a browser profile just these tags."""
    check_may_change(caller)
    demand(body, "profile_id", "tags")
    record = world.records.get(caller, take_uuid(body, "profile_id"))
    tags = take_texts(body, "tags", at_most=_MOST_TAGS)
    world.records.change(caller, record, at=now(), tags=tags)
    return answer(None, message="Tags successfully assigned")


@router.get("/bpds/profile/unlock_profiles")
async def unlock(world: TheWorld, caller: Signed, request: Request) -> JSONResponse:
    """Forget the locks of these browser profiles, or all of the caller's own."""
    wanted = await _asked_ids(request)
    locks = world.records.locks().values()
    inside = [one for one in locks if one["workspace_id"] == caller.workspace_id]
    if wanted:
        ended = [one["id"] for one in inside if one["id"] in wanted]
    else:
        ended = [one["id"] for one in inside if one["holder"] == caller.email]
    world.records.release_locks(ended)
    return answer(None, message="Profiles successfully unlocked")


@router.get("/bpds/profile/locked_profile_ids")
async def list_locked(world: TheWorld, caller: Signed) -> JSONResponse:
    """List the browser profiles that are open somewhere."""
    locks = world.records.locks().values()
    inside = [one["id"] for one in locks if one["workspace_id"] == caller.workspace_id]
    return answer({"ids": inside})


@router.delete("/bpds/profile/lock")
async def delete_lock(world: TheWorld, caller: Signed, body: Body) -> JSONResponse:
    """Forget one lock."""
    record = world.records.get(caller, take_uuid(body, "profile_id"))
    if not world.records.release_locks([record["id"]]):
        raise not_found("lock")
    return answer(None, message="Profile successfully unlocked")


@router.get("/fpb/resolutions")
async def list_resolutions(_caller: Signed) -> JSONResponse:
    """List the screens a browser profile may have."""
    pairs = [{"height": height, "width": width} for width, height in RESOLUTIONS]
    return answer({"resolutions": pairs}, message="success")


@router.get("/bcs/core/list")
async def list_cores(
    world: TheWorld, _caller: Signed, browser_type: str = "mimic"
) -> JSONResponse:
    """List the versions of a core."""
    versions = [
        {"full_versions": [str(one)], "major_version": one}
        for one in world.cores.versions()
    ]
    rows = [{"browser_type": browser_type, "versions": versions}]
    return answer({"core_versions": rows})


@router.get("/proxynm/locations/countries")
async def list_countries(_caller: Signed) -> JSONResponse:
    """List countries with proxies; the vendor's form of this list is not known."""
    codes = sorted({one.country for one in PLACES})
    return answer({"countries": [{"code": code, "name": code} for code in codes]})


@router.get("/proxynm/locations/regions")
async def list_regions(
    _caller: Signed, country_code: str = "", limit: int = 1000
) -> JSONResponse:
    """List regions of a country."""
    names = sorted(
        {
            (one.region, one.country)
            for one in PLACES
            if country_code.lower() in ("", "any", one.country)
        }
    )
    rows = [
        {"code": region, "country_code": country, "name": titled(region)}
        for region, country in names[:limit]
    ]
    return answer({"regions": rows})


@router.get("/proxynm/locations/cities")
async def list_cities(
    _caller: Signed, region_code: str = "", limit: int = 1000
) -> JSONResponse:
    """List cities of a region."""
    names = sorted(
        (one.city, one.region) for one in PLACES if region_code in ("", one.region)
    )
    rows = [
        {"code": city, "name": titled(city), "region_code": region}
        for city, region in names[:limit]
    ]
    return answer({"cities": rows})


async def _asked_ids(request: Request) -> list[str]:
    """Return ids out of the query, or out of the body a GET should not have."""
    asked = [
        one for text in request.query_params.getlist("ids") for one in text.split(",")
    ]
    raw = await request.body()
    try:
        body: Any = json.loads(raw) if raw.strip() else {}
    except ValueError:
        raise wrong_body("wrong request body") from None
    inside = take_uuids(body, "ids") if isinstance(body, dict) else []
    return [one.strip().lower() for one in asked if one.strip()] + inside


def _new_tag(caller: Caller, given: dict[str, Any]) -> Document:
    demand(given, "name")
    return {
        "id": new_id(),
        "workspace_id": caller.workspace_id,
        "name": take_text(given, "name", at_most=_LONGEST_TAG),
        "color": take_text(given, "color", "#808080"),
        "created_at": written(now()),
        "created_by": caller.email,
        "updated_at": written(now()),
    }


def _tags_of(world: World, caller: Caller) -> list[Document]:
    everything = world.kept.list_all("tag")
    return [one for one in everything if one["workspace_id"] == caller.workspace_id]
