"""The proxy host: generated proxies and traffic, in its own framework's form."""

import re
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from deployments.standins.multilogin_x.bodies import (
    demand,
    take_choice,
    take_number,
    take_text,
)
from deployments.standins.multilogin_x.envelope import wrong_body
from deployments.standins.multilogin_x.exits import ROTATING, STICKY, Exit
from deployments.standins.multilogin_x.world import (
    Body,
    Signed,
    Strict,
    TheWorld,
    World,
)

router = APIRouter(prefix="/v1")

LONGEST_IP_SECONDS = 86_400
_MOST_AT_ONCE = 100
_COUNTRY = re.compile(r"any|[a-z]{2}")
_PLACE = re.compile(r"[a-z0-9_]*")


@router.post("/proxy/connection_url")
async def generate(
    world: TheWorld, _caller: Signed, body: Body, strict: Strict
) -> JSONResponse:
    """Return a fresh proxy as text, or a list of them when `count` is sent."""
    if strict:
        demand(body, "country", "sessionType", "protocol")
    # Our gateway speaks both on one port.
    take_choice(body, "protocol", ("http", "socks5"), "http")
    wanted = _read_exit(body)
    if body.get("count") is None:
        return _made(_connection_string(world, wanted))
    count = take_number(body, "count", 1, within=range(1, _MOST_AT_ONCE + 1))
    return _made([_connection_string(world, wanted) for _ in range(count)])


@router.get("/user")
async def show_user(world: TheWorld, _caller: Signed) -> JSONResponse:
    """Tell the bytes that went through the gateway; without an envelope."""
    gateway = world.gateway
    return JSONResponse({"traffic": gateway.traffic, "billingId": gateway.billing_id})


def _read_exit(body: dict[str, Any]) -> Exit:
    country = (take_text(body, "country") or "any").lower()
    if not _COUNTRY.fullmatch(country):
        raise wrong_body("country must be a valid ISO 3166-1 alpha-2 code")
    region, city = take_text(body, "region"), take_text(body, "city")
    if not (_PLACE.fullmatch(region) and _PLACE.fullmatch(city)):
        raise wrong_body("region and city must be in snake_case")
    kind = take_choice(body, "sessionType", (STICKY, ROTATING), STICKY)
    seconds = take_number(
        body,
        "IPTTL",
        LONGEST_IP_SECONDS,
        within=range(LONGEST_IP_SECONDS + 1),
    )
    return Exit(country, region, city, seconds if kind == ROTATING else 0)


def _connection_string(world: World, wanted: Exit) -> str:
    outside = world.wishes.outside_gateway
    return outside or world.gateway.new_connection_string(wanted)


def _made(data: str | list[str]) -> JSONResponse:
    return JSONResponse({"status": 200, "data": data}, HTTPStatus.CREATED)
