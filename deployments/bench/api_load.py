"""Requests a second and their latencies, of a route that people read all the time."""

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from deployments.bench.measured_campaign import BenchFailedError
from deployments.bench.own_stack import OwnStack
from deployments.bench.tree_meter import TreeMeter

ROUTE = "/api/v1/campaigns"
SECONDS = 8.0
CONNECTIONS = (1, 16)


@dataclass(frozen=True, slots=True)
class ApiLoad:
    """What one route took, asked over so many connections without a pause."""

    route: str
    connections: int
    requests: int
    seconds: float
    p50: float
    """Half of the answers came within so many seconds."""

    p99: float
    highest: float
    cpu_seconds: float
    """Of the API's process."""

    @property
    def requests_per_second(self) -> float:
        """Answers in a second."""
        return self.requests / self.seconds

    @property
    def cpu_milliseconds_per_request(self) -> float:
        """CPU of the API for one answer."""
        return self.cpu_seconds * 1000 / self.requests


def measure_api(stack: OwnStack, *, seconds: float = SECONDS) -> list[ApiLoad]:
    """
    Ask for the list of campaigns as often as it is answered.

    Raises:
        BenchFailedError: It was answered with something else.
    """
    return [_measure(stack, count, seconds=seconds) for count in CONNECTIONS]


def _measure(stack: OwnStack, connections: int, *, seconds: float) -> ApiLoad:
    address = urlsplit(stack.api_url)
    wish = {
        "host": address.hostname,
        "port": address.port,
        "path": ROUTE,
        "token": stack.token,
        "connections": connections,
        "seconds": seconds,
    }
    with TreeMeter(stack.api_process_id) as meter:
        told = ask_helper("deployments.bench.requester", wish)
    if told["failure"] is not None:
        raise BenchFailedError(f"{ROUTE} answered: {told['failure']}")
    return ApiLoad(
        route=ROUTE,
        connections=connections,
        requests=told["requests"],
        seconds=told["seconds"],
        p50=told["p50"],
        p99=told["p99"],
        highest=told["highest"],
        cpu_seconds=meter.cpu_seconds,
    )


def ask_helper(module: str, wish: dict[str, Any]) -> dict[str, Any]:
    """Run one of our modules with a wish on its input; return what it answers."""
    done = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", module],
        input=json.dumps(wish) + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BenchFailedError(f"{module} failed: {done.stderr[-500:]}")
    return dict(json.loads(done.stdout))
