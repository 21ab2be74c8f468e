"""What this process counts, and all numbers in the form Prometheus reads."""

from collections.abc import Iterable, Iterator, Mapping
from time import perf_counter

from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from typing_extensions import override

from tasks.services.readings import Reading
from ui.api.bare_paths import CANONICAL

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

REQUESTS = Counter(
    "muster_http_requests",
    "Requests answered, by route and status.",
    ("method", "route", "status"),
    registry=REGISTRY,
)
SECONDS = Histogram(
    "muster_http_request_seconds",
    "Seconds until the answer began, by route.",
    ("method", "route"),
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
RATE_LIMITED = Counter(
    "muster_rate_limited",
    "Requests refused because too many came, by class of limit.",
    ("limit",),
    registry=REGISTRY,
)
_BOX = "muster.route"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_NO_ROUTE = "none"


class Measured:
    """
    Counts and times every request; lies outside of everything that answers one.

    Labels are only what we wrote ourselves, so that nobody can fill the memory with
    invented paths and methods.
    """

    def __init__(self, app: ASGIApp, *, route: str = _NO_ROUTE) -> None:
        self._app = app
        self._route = route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, and count it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        box: dict[str, str] = {}
        began, taken, status = perf_counter(), 0.0, 0

        async def send_timed(message: Message) -> None:
            nonlocal status, taken
            if message["type"] == "http.response.start":
                status, taken = message["status"], perf_counter() - began
            await send(message)

        try:
            await self._app({**scope, _BOX: box}, receive, send_timed)
        finally:
            method = scope["method"] if scope["method"] in _METHODS else "other"
            route = box.get("route", self._route)
            REQUESTS.labels(method, route, str(status or _NO_ROUTE)).inc()
            if status:
                SECONDS.labels(method, route).observe(taken)


class TellsRoute:
    """Tells `Measured` which route a request took; lies next to the router."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        try:
            await self._app(scope, receive, send)
        finally:
            path = getattr(scope.get("route"), "path", None)
            if path is not None and _BOX in scope:
                scope[_BOX]["route"] = whole_template(path, asked=scope["path"])


def whole_template(path: str, *, asked: str) -> str:
    """Return a route's template with the prefix, which FastAPI may leave out."""
    is_canonical = asked.startswith(f"{CANONICAL}/")
    return path if path.startswith(CANONICAL) or not is_canonical else CANONICAL + path


class _Once(Collector):
    """Numbers that were read for one answer."""

    def __init__(self, readings: Iterable[Reading]) -> None:
        self._readings = list(readings)

    @override
    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the numbers, those of one name together."""
        families: dict[str, GaugeMetricFamily] = {}
        for one in self._readings:
            if one.name not in families:
                families[one.name] = GaugeMetricFamily(
                    one.name, one.meaning, labels=list(one.labels)
                )
            families[one.name].add_metric(list(one.labels.values()), one.value)
        yield from families.values()


def render_measures(readings: Iterable[Reading]) -> bytes:
    """Return what this process counted and what was read, in Prometheus's text form."""
    once = CollectorRegistry()
    once.register(_Once(readings))
    return generate_latest(REGISTRY) + generate_latest(once)


def each_of(
    name: str, meaning: str, label: str, values: Mapping[str, float]
) -> list[Reading]:
    """Return one reading for each value of a label."""
    return [Reading(name, meaning, value, {label: of}) for of, value in values.items()]
