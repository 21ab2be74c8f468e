"""Alive, and is everything we lean on alive too."""

import asyncio
from collections.abc import Callable
from time import monotonic

import httpx
from fastapi import APIRouter
from sqlalchemy import text

from config.connections import redis_client
from config.settings import settings
from tasks.database import transaction
from tasks.events.relay import last_published
from tasks.events.stream import count_waiting_for_relay, read_bounds
from ui.api.answers import DetailedHealth, HealthAnswer, PartHealth
from ui.api.auth import ServicesRead

LONGEST_LOOK_SECONDS = 3.0
MOST_WAITING = 1_000
"""Events that may wait for the relay before it counts as behind."""

router = APIRouter(prefix="/health", tags=["operations"])


@router.get("")
async def show_health() -> HealthAnswer:
    """Say that this process answers."""
    return HealthAnswer()


@router.get("/detailed")
async def show_detailed_health(_caller: ServicesRead) -> DetailedHealth:
    """Look at every part at once; none can keep the answer waiting."""
    looks = await asyncio.gather(*(_look(is_well) for is_well in PARTS.values()))
    parts = dict(zip(PARTS, looks, strict=True))
    well = all(part.status == "ok" for part in parts.values())
    return DetailedHealth(status="ok" if well else "degraded", parts=parts)


async def _look(is_well: Callable[[], bool]) -> PartHealth:
    began, status = monotonic(), "away"
    try:
        async with asyncio.timeout(LONGEST_LOOK_SECONDS):
            status = "ok" if await asyncio.to_thread(is_well) else "behind"
    except Exception:  # noqa: BLE001 - whatever it is, the part is away
        status = "away"
    return PartHealth(status=status, ms=round((monotonic() - began) * 1000, 1))


def _database_answers() -> bool:
    with transaction() as session:
        return bool(session.scalar(text("SELECT 1")))


def _redis_answers() -> bool:
    return bool(redis_client().ping())


def _prefect_answers() -> bool:
    url = settings().prefect.api_url
    with httpx.Client(timeout=LONGEST_LOOK_SECONDS, trust_env=False) as client:
        return client.get(f"{url}/health").is_success


def _relay_keeps_up() -> bool:
    behind = read_bounds().newest - (last_published(redis_client()) or 0)
    return max(behind, count_waiting_for_relay()) < MOST_WAITING


PARTS: dict[str, Callable[[], bool]] = {
    "database": _database_answers,
    "redis": _redis_answers,
    "prefect": _prefect_answers,
    "relay": _relay_keeps_up,
}
