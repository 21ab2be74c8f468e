"""Alive, and is everything we lean on alive too."""

from fastapi import APIRouter, Request

from tasks.services.look import LOOKS
from tasks.services.lookout import Lookout
from tasks.services.schemas import Finding, ServiceHealth
from tasks.services.verdicts import describe_sighting, judge_all
from ui.api.answers import DetailedHealth, HealthAnswer
from ui.api.monitoring import Monitor

LONGEST_LOOK_SECONDS = 3.0
KEPT_SECONDS = 1.0
"""However many people watch, a service is asked so often at most."""

router = APIRouter(prefix="/health", tags=["operations"])


@router.get("")
async def show_health() -> HealthAnswer:
    """Say that this process answers."""
    return HealthAnswer()


@router.get("/detailed")
async def show_detailed_health(request: Request, _monitor: Monitor) -> DetailedHealth:
    """Look at every service at once; none can keep the answer waiting."""
    parts = await look_at_services(request)
    states = {name: part.status for name, part in parts.items()}
    return DetailedHealth(status=judge_all(states), parts=parts)


def watch_services() -> Lookout[Finding]:
    """Return what looks at the services, for an application to keep."""
    return Lookout(LOOKS, kept_seconds=KEPT_SECONDS)


async def look_at_services(request: Request) -> dict[str, ServiceHealth]:
    """Return how each service does, after 3 s at the latest."""
    services: Lookout[Finding] = request.app.state.services
    sightings = await services.look(within=LONGEST_LOOK_SECONDS)
    return {name: describe_sighting(one) for name, one in sightings.items()}
