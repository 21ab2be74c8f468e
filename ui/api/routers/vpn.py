"""Tunnels to other exits: what there is, connect, disconnect."""

from fastapi import APIRouter

from flows import vpn_life
from tasks.vpn.schemas import (
    CloakStatus,
    ConnectAnswer,
    ConnectRequest,
    DisconnectAnswer,
    DisconnectRequest,
)
from tasks.vpn.standing import look_at_tunnels
from ui.api.auth import CloakConnect, CloakRead

router = APIRouter(prefix="/cloak", tags=["cloak"])


@router.get("/status")
def show_cloak(_caller: CloakRead) -> CloakStatus:
    """Say by which exits we leave, which locations there are, and what is missing."""
    return look_at_tunnels()


@router.post("/vpn/connect")
async def connect_vpn(asked: ConnectRequest, _caller: CloakConnect) -> ConnectAnswer:
    """Connect a tunnel; answers once its exit was seen from outside."""
    return await vpn_life.connect(asked)


@router.post("/vpn/disconnect")
async def disconnect_vpn(
    _caller: CloakConnect, asked: DisconnectRequest | None = None
) -> DisconnectAnswer:
    """Take down a tunnel, or all; what is not connected is a success."""
    return await vpn_life.disconnect(asked or DisconnectRequest())
