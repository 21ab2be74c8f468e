"""Events through commit, relay and hundreds of clients: how many, and how soon."""

import json
import subprocess
import sys
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event
from urllib.parse import urlsplit

from config.vocabulary import EventType
from deployments.bench.measured_campaign import BenchFailedError
from deployments.bench.own_stack import OwnStack
from deployments.bench.tree_meter import TreeMeter
from tasks.database import transaction
from tasks.events.outbox import record_event
from tasks.events.types import ActivityReported

CLIENTS = 500
STEADY_EVENTS, STEADY_PER_SECOND = 400, 50
RUSH_EVENTS, RUSH_WRITERS = 2_000, 4
LONGEST_SECONDS = 60.0
_STREAM = "/api/v1/tracking/stream"
_PADDING = "x" * 120
"""Makes an event about as long as one of a campaign: 300 bytes."""


@dataclass(frozen=True, slots=True)
class LiveLoad:
    """What became of events, each committed in a transaction of its own."""

    name: str
    clients: int
    events: int
    deliveries: int
    seconds: float
    """From before the first commit until the last client has the last event."""

    p50: float
    """Half of the deliveries came so many seconds after the commit had begun."""

    p99: float
    highest: float
    cpu_seconds: float
    """Of the API's process."""

    @property
    def events_per_second(self) -> float:
        """Events that all clients had in a second."""
        return self.events / self.seconds

    @property
    def cpu_microseconds_per_delivery(self) -> float:
        """CPU of the API to send one event to one client."""
        return self.cpu_seconds * 1_000_000 / self.deliveries


def measure_live(stack: OwnStack, *, clients: int = CLIENTS) -> list[LiveLoad]:
    """
    Send events at a steady pace, then as fast as they can be committed.

    Raises:
        BenchFailedError: An event was lost, doubled or out of order.
    """
    return [
        _measure(stack, "steady", clients, events=STEADY_EVENTS),
        _measure(stack, "rush", clients, events=RUSH_EVENTS),
    ]


def _measure(stack: OwnStack, name: str, clients: int, *, events: int) -> LiveLoad:
    with (
        _audience(stack, clients) as audience,
        TreeMeter(stack.api_process_id) as meter,
    ):
        assert audience.stdout is not None  # noqa: S101 - it is a pipe
        began = time.time()
        _write_steadily(events) if name == "steady" else _write_in_a_rush(events)
        answer = audience.stdout.readline()
    if not answer:
        raise BenchFailedError(f"not every client heard all {events} events")
    told = json.loads(answer)
    if told["out_of_order"] or told["deliveries"] != clients * events:
        raise BenchFailedError(
            f"{told['deliveries']} deliveries of {clients * events}, "
            f"{told['out_of_order']} out of order"
        )
    return LiveLoad(
        name=name,
        clients=clients,
        events=events,
        deliveries=told["deliveries"],
        seconds=told["last_at"] - began,
        p50=told["p50"],
        p99=told["p99"],
        highest=told["highest"],
        cpu_seconds=meter.cpu_seconds,
    )


@contextmanager
def _audience(stack: OwnStack, clients: int) -> Generator[subprocess.Popen[str]]:
    """Have clients follow within the block, which begins once all of them do."""
    address = urlsplit(stack.api_url)
    wish = {
        "host": address.hostname,
        "port": address.port,
        "path": _STREAM,
        "token": stack.token,
        "clients": clients,
        "longest_seconds": LONGEST_SECONDS,
    }
    with subprocess.Popen(
        [sys.executable, "-m", "deployments.bench.audience"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as audience:
        assert audience.stdin is not None  # noqa: S101 - it is a pipe
        assert audience.stdout is not None  # noqa: S101 - it is a pipe
        audience.stdin.write(json.dumps(wish) + "\n")
        audience.stdin.flush()
        if audience.stdout.readline() != "ready\n":
            raise BenchFailedError(f"{clients} clients could not connect")
        yield audience


def _write_steadily(events: int) -> None:
    began, pause = time.monotonic(), Event()
    for number in range(events):
        due = began + number / STEADY_PER_SECOND
        pause.wait(max(0.0, due - time.monotonic()))
        _write(number, is_last=number == events - 1)


def _write_in_a_rush(events: int) -> None:
    with ThreadPoolExecutor(RUSH_WRITERS) as writers:
        for _ in writers.map(_write, range(events - 1)):
            continue
    _write(events - 1, is_last=True)


def _write(number: int, *, is_last: bool = False) -> None:
    told = {
        "sentAt": round(time.time(), 6),
        "number": number,
        "profile": _PADDING,
        "last": is_last,
    }
    with transaction() as session:
        record_event(session, ActivityReported(None, EventType.REVIEW, told))
