"""The numbers an operator would be woken for, for Prometheus to fetch."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.responses import Response

from config.vocabulary import ServiceState
from tasks.events.fan_out import FanOut
from tasks.events.forms import SERVER_SENT_EVENTS
from tasks.services.lookout import Lookout
from tasks.services.readings import READINGS, Reading
from ui.api.measures import each_of, render_measures
from ui.api.monitoring import Monitor
from ui.api.routers.health import look_at_services

LONGEST_READ_SECONDS = 3.0
KEPT_SECONDS = 10.0
"""Numbers are read anew after so long; between two scrapes they are asked for once."""

_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Prometheus text exposition, format 0.0.4.",
        "content": {"text/plain": {"schema": {"type": "string"}}},
    }
}

router = APIRouter(tags=["operations"])


@router.get("/metrics", response_class=Response, responses=_ANSWERS)
async def show_measures(request: Request, _monitor: Monitor) -> Response:
    """
    Return counts and times of this process, and what waits in the whole system.

    A source that does not answer in time is left out and named by
    `muster_reading_up`.
    """
    read = await asyncio.gather(_read_system(request), _read_services(request))
    readings = [one for part in read for one in part]
    readings += _count_clients(request.app.state.fan_out)
    return Response(render_measures(readings), media_type=CONTENT_TYPE_PLAIN_0_0_4)


def watch_readings() -> Lookout[list[Reading]]:
    """Return what reads the numbers, for an application to keep."""
    return Lookout(READINGS, kept_seconds=KEPT_SECONDS)


def _count_clients(fan_out: FanOut) -> list[Reading]:
    streams = fan_out.listeners_in(SERVER_SENT_EVENTS)
    by_kind = {"sse": streams, "websocket": fan_out.listeners - streams}
    meaning = "Clients of this process that follow events."
    return each_of("muster_live_clients", meaning, "kind", by_kind)


async def _read_system(request: Request) -> list[Reading]:
    system: Lookout[list[Reading]] = request.app.state.readings
    sightings = await system.look(within=LONGEST_READ_SECONDS)
    up = {name: float(one.seen is not None) for name, one in sightings.items()}
    read = [reading for one in sightings.values() for reading in one.seen or ()]
    meaning = "Whether the numbers of a source could be read."
    return [*read, *each_of("muster_reading_up", meaning, "source", up)]


async def _read_services(request: Request) -> list[Reading]:
    parts = await look_at_services(request)
    working = {ServiceState.OK, ServiceState.DEGRADED}
    up = {name: float(one.status in working) for name, one in parts.items()}
    seconds = {name: one.latency_ms / 1000 for name, one in parts.items()}
    return [
        *each_of("muster_service_up", "Whether a service works.", "service", up),
        *each_of(
            "muster_service_seconds",
            "Seconds a service took to answer.",
            "service",
            seconds,
        ),
    ]
