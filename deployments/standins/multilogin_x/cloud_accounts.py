"""Cloud: sign-in, tokens, account."""

from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from config.clock import now
from deployments.standins.multilogin_x.accounts import check_password
from deployments.standins.multilogin_x.bodies import (
    demand,
    take_email,
    take_switch,
    take_text,
)
from deployments.standins.multilogin_x.envelope import (
    Refusal,
    answer,
    problem_of,
    wrong_body,
)
from deployments.standins.multilogin_x.tokens import PERIODS
from deployments.standins.multilogin_x.world import Body, Signed, Strict, TheWorld

router = APIRouter()


@router.post("/user/signin")
async def sign_in(world: TheWorld, body: Body, request: Request) -> JSONResponse:
    """Exchange an email and the MD5 of a password for tokens."""
    client = request.client.host if request.client else ""
    if not world.limits["signin"].ask(client, at=_seconds(now())).is_given:
        raise problem_of("TOO_MANY_REQUESTS")
    email = take_email(body)
    tokens = world.accounts.sign_in(email, take_text(body, "password"), at=now())
    return answer(tokens, message="Successful signin")


@router.post("/user/signup")
async def sign_up(world: TheWorld, body: Body) -> JSONResponse:
    """Open an account with a workspace of its own."""
    email, password = take_email(body), take_text(body, "password")
    check_password(password)
    if world.accounts.find_account(email):
        raise Refusal(HTTPStatus.CONFLICT, "", "User email already registered")
    world.accounts.open_account(email, password, at=now())
    return answer(None, message="Successful signup", http=HTTPStatus.CREATED)


@router.post("/user/refresh_token")
async def refresh_token(world: TheWorld, body: Body, strict: Strict) -> JSONResponse:
    """Exchange a refresh token, for the same workspace or another."""
    if strict:
        demand(body, "email", "refresh_token", "workspace_id")
    tokens = world.accounts.refresh(
        take_email(body),
        take_text(body, "refresh_token"),
        take_text(body, "workspace_id"),
        at=now(),
    )
    return answer(tokens, message="Token successfully updated")


@router.get("/workspace/automation_token")
async def automation_token(
    world: TheWorld, caller: Signed, strict: Strict, expiration_period: str = ""
) -> JSONResponse:
    """Give a token for unattended work in the present workspace."""
    if strict and not expiration_period:
        raise wrong_body("expiration_period is required")
    period = expiration_period or "24h"
    if period not in PERIODS:
        raise wrong_body("wrong expiration period")
    token = world.accounts.automation_token(caller, period, at=now())
    return answer({"token": token}, message="Token successfully created")


@router.post("/user/revoke_tokens")
async def revoke_tokens(world: TheWorld, caller: Signed, body: Body) -> JSONResponse:
    """End one token, all of a kind, or all."""
    automation = take_switch(body, "is_automation") if "is_automation" in body else None
    token = take_text(body, "token")
    world.accounts.revoke(caller.user_id, token=token, automation=automation)
    return answer(None, message="Tokens successfully revoked")


@router.get("/user/tokens_list")
async def list_tokens(world: TheWorld, caller: Signed) -> JSONResponse:
    """List the tokens that hold."""
    held = world.accounts.tokens_of(caller.user_id)
    return answer({"tokens": [{"token": one["token"]} for one in held]})


@router.post("/user/change_password")
async def change_password(world: TheWorld, caller: Signed, body: Body) -> JSONResponse:
    """Change the password, which ends every token."""
    old, new = take_text(body, "password"), take_text(body, "new_password")
    world.accounts.change_password(caller.user_id, old, new)
    return answer(None, message="Password successfully changed")


@router.get("/user/workspaces")
async def list_workspaces(world: TheWorld, caller: Signed) -> JSONResponse:
    """List the workspaces one is a member of, and as what."""
    rows = [
        {
            "name": one["name"],
            "role": one["members"][caller.user_id],
            "workspace_id": one["id"],
        }
        for one in world.accounts.workspaces_of(caller.user_id)
    ]
    return answer({"total_count": len(rows), "workspaces": rows})


def _seconds(moment: datetime) -> float:
    return moment.timestamp()
