"""A visit to the responders, its control packets, and what came of it."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from time import perf_counter

from config.errors import SetupError
from config.sections.leak_tests import LeakTestsSettings
from tasks.clients.leak_responders import LeakResponders, Visit, open_leak_responders
from tasks.clients.stun_request import ask_stun
from tasks.leak_tests.findings import StunControl

_STUN_SECONDS = 1.5


@asynccontextmanager
async def open_visit(
    terms: LeakTestsSettings,
) -> AsyncGenerator[tuple[LeakResponders, Visit]]:
    """
    Open a visit for the block; its ports are closed at the end.

    Raises:
        ResponderSilentError: The responders do not answer.
        ResponderRefusedError: They did not let us in.
        ResponderUnreadableError: Something else answers there.
        NoResponderError: None are set.
    """
    async with open_leak_responders(
        terms.responder_url,
        terms.responder_token,
        seconds=terms.network_timeout.total_seconds(),
    ) as responders:
        visit = await responders.open_visit()
        try:
            yield responders, visit
        finally:
            await responders.end_visit(visit.id)


async def send_control(visit: Visit) -> tuple[StunControl, ...]:
    """Ask each STUN port of a visit by ourselves: the control of an empty answer."""
    mapped = await asyncio.gather(
        *(ask_stun(one.host, one.port, seconds=_STUN_SECONDS) for one in visit.stun)
    )
    return tuple(
        StunControl(
            host=place.host,
            port=place.port,
            family=place.family,
            mapped_address=found.address if found else None,
            mapped_port=found.port if found else None,
        )
        for place, found in zip(visit.stun, mapped, strict=True)
    )


async def send_public_control(servers: Sequence[str]) -> tuple[StunControl, ...]:
    """Ask public STUN servers, each `host:port`, by ourselves."""
    places = [_place_of(one) for one in servers]
    mapped = await asyncio.gather(
        *(ask_stun(host, port, seconds=_STUN_SECONDS) for host, port in places)
    )
    return tuple(
        StunControl(
            host=host,
            port=port,
            family=6 if found and ":" in found.address else 4,
            mapped_address=found.address if found else None,
            mapped_port=found.port if found else None,
        )
        for (host, port), found in zip(places, mapped, strict=True)
    )


def _place_of(server: str) -> tuple[str, int]:
    host, _, port = server.rpartition(":")
    if not host or not port.isdigit():
        raise SetupError(
            f"MUSTER_LEAK_TESTS__STUN_SERVERS: {server} is not written as host:port"
        )
    return host.strip("[]"), int(port)


class Stopwatch:
    """Milliseconds by step, for one test."""

    def __init__(self) -> None:
        self.took_ms: dict[str, float | None] = {}
        self._began = perf_counter()

    def note(self, step: str) -> None:
        """Note how long it took from the beginning until a step was done."""
        self.took_ms[step] = round((perf_counter() - self._began) * 1_000, 1)
