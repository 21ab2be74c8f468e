"""The vendor's JWTs: HS512, the claims of its sample, the periods of automation."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import jwt

ALGORITHM = "HS512"
SIGN_IN_SECONDS = 1800

PERIODS: Mapping[str, timedelta | None] = {
    "1h": timedelta(hours=1),
    "3h": timedelta(hours=3),
    "5h": timedelta(hours=5),
    "16h": timedelta(hours=16),
    "24h": timedelta(hours=24),
    "48h": timedelta(hours=48),
    "1w": timedelta(weeks=1),
    "2w": timedelta(weeks=2),
    "3w": timedelta(weeks=3),
    "1mo": timedelta(days=30),
    "no_exp": None,
}
"""How long an automation token may hold; None is for ever."""


class Caller(NamedTuple):
    """Who a token is of, and the workspace it opens."""

    user_id: str
    email: str
    workspace_id: str
    role: str
    is_automation: bool
    token_id: str


def make_token(
    caller: Caller, *, key: str, at: datetime, lasting: timedelta | None, machine: str
) -> str:
    """Return a signed token for `caller`; `lasting` None leaves out `exp`."""
    claims: dict[str, Any] = {
        "bpds.bucket": "mlx-bpds-local",
        "email": caller.email,
        "isAutomation": caller.is_automation,
        "machineID": machine,
        "productID": "mlx",
        "shardID": str(uuid.uuid5(uuid.NAMESPACE_DNS, "shard.multilogin.example")),
        "userID": caller.user_id,
        "verified": True,
        "workspaceID": caller.workspace_id,
        "workspaceRole": caller.role,
        "planName": "Local",
        "jti": caller.token_id,
        "sub": "MLX",
        "iss": caller.user_id,
        "iat": int(at.timestamp()),
    }
    if lasting is not None:
        claims["exp"] = int((at + lasting).timestamp())
    return jwt.encode(claims, key, algorithm=ALGORITHM)


def read_token(token: str, *, key: str) -> Caller | None:
    """Return who a token is of; None if it is expired or not one of ours."""
    try:
        claims = jwt.decode(token, key, algorithms=[ALGORITHM])
        return Caller(
            user_id=claims["userID"],
            email=claims["email"],
            workspace_id=claims["workspaceID"],
            role=claims["workspaceRole"],
            is_automation=claims["isAutomation"],
            token_id=claims["jti"],
        )
    except (jwt.InvalidTokenError, KeyError):
        return None
