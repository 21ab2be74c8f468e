"""How proxies are chosen: settings and their effect, and how they stand with a host."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from config.clock import now
from config.sections.proxies import ProxiesSettings
from tasks.proxies import rotation_settings, standing
from tasks.proxies.rotation_schemas import (
    BanRequest,
    HostName,
    HostStanding,
    RotationAnswer,
    RotationEffect,
    UnbanRequest,
)
from ui.api.auth import ProxiesRead, ProxiesWrite
from ui.api.routers.proxies import ProxyId

router = APIRouter(prefix="/proxies/rotation", tags=["proxies"])


@router.get("")
def show_rotation(_caller: ProxiesRead) -> RotationAnswer:
    """Show how proxies are chosen."""
    return rotation_settings.show_rotation()


@router.put("")
def change_rotation(asked: ProxiesSettings, caller: ProxiesWrite) -> RotationAnswer:
    """Have proxies be chosen otherwise from now on."""
    return rotation_settings.change_rotation(asked, caller, now=now())


@router.post("/preview")
def try_rotation(asked: ProxiesSettings, _caller: ProxiesRead) -> RotationEffect:
    """Tell what other settings would have changed for the recorded attempts."""
    return rotation_settings.try_rotation(asked)


@router.get("/standing")
def show_standing(
    _caller: ProxiesRead,
    host: Annotated[HostName, Query(description="Host that requests go to.")],
) -> HostStanding:
    """Show how the proxies in use stand with a host now, the best first."""
    return standing.show_standing(host.lower())


@router.post("/{proxy_id}/ban")
def ban_at_host(
    proxy_id: ProxyId, asked: BanRequest, caller: ProxiesWrite
) -> HostStanding:
    """Give a proxy out for one host no more for a while."""
    lasting = timedelta(minutes=asked.minutes)
    return standing.ban_at_host(proxy_id, asked.host.lower(), caller, lasting=lasting)


@router.post("/{proxy_id}/unban")
def unban_at_host(
    proxy_id: ProxyId, asked: UnbanRequest, caller: ProxiesWrite
) -> HostStanding:
    """Forget what speaks against a proxy at a host."""
    return standing.unban_at_host(proxy_id, asked.host.lower(), caller)
