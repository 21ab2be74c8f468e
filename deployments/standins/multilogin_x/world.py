"""Everything the four hosts share, and how a request reaches it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request

from deployments.standins.multilogin_x.accounts import Accounts
from deployments.standins.multilogin_x.agent import Agent
from deployments.standins.multilogin_x.bodies import is_strict, read_body
from deployments.standins.multilogin_x.cores import Cores
from deployments.standins.multilogin_x.faults import Faults
from deployments.standins.multilogin_x.gateway import Gateway
from deployments.standins.multilogin_x.kept import Kept
from deployments.standins.multilogin_x.limits import Limit
from deployments.standins.multilogin_x.records import Records
from deployments.standins.multilogin_x.tokens import Caller
from deployments.standins.multilogin_x.transfers import Transfers


@dataclass(frozen=True)
class Wishes:
    """How a local Multilogin X shall behave."""

    folder: Path
    core_version: int
    allow_faults: bool = False
    allow_local: bool = True
    """Whether pages behind a proxy reach loopback and private addresses."""
    requests_per_minute: int = 0
    sign_ins_per_minute: int = 0
    proxy_requests_per_second: int = 0
    profile_limit: int = 1000
    team_role: str = "manager"
    outside_gateway: str = ""
    """`host:port:username:password` to hand out in place of our own gateway."""
    gateway_port: int = 0


@dataclass
class World:
    """The state of one local Multilogin X."""

    wishes: Wishes
    kept: Kept
    accounts: Accounts
    records: Records
    cores: Cores
    agent: Agent
    gateway: Gateway
    faults: Faults
    transfers: Transfers
    limits: dict[str, Limit] = field(default_factory=dict)


def make_world(wishes: Wishes) -> World:
    """Open the state in its folder, which is made when it is not there."""
    wishes.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept = Kept(wishes.folder / "state.sqlite")
    accounts = Accounts(kept)
    records = Records(
        kept, wishes.folder / "browser_profiles", limit=wishes.profile_limit
    )
    cores = Cores(latest=wishes.core_version)
    return World(
        wishes=wishes,
        kept=kept,
        accounts=accounts,
        records=records,
        cores=cores,
        agent=Agent(
            records=records,
            cores=cores,
            machine_id=accounts.machine_id,
            allow_local=wishes.allow_local,
        ),
        gateway=Gateway(kept, port=wishes.gateway_port),
        faults=Faults(are_allowed=wishes.allow_faults),
        transfers=Transfers(wishes.folder / "exports"),
        limits={
            "cloud": Limit(wishes.requests_per_minute, 60.0),
            "signin": Limit(wishes.sign_ins_per_minute, 60.0),
            "proxy": Limit(wishes.proxy_requests_per_second, 1.0),
        },
    )


async def _world_of(request: Request) -> World:
    world: World = request.app.state.world
    return world


async def _identify(request: Request) -> Caller:
    world: World = request.app.state.world
    return world.accounts.identify(request.headers.get("authorization", ""))


async def _is_strict(request: Request) -> bool:
    return is_strict(request)


TheWorld = Annotated[World, Depends(_world_of)]
Signed = Annotated[Caller, Depends(_identify)]
Strict = Annotated[bool, Depends(_is_strict)]
Body = Annotated[dict[str, Any], Depends(read_body)]
