"""What our forwarder costs a page load: the same proxy with and without it in front."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any

from selenium import webdriver

from deployments.bench.plain_browser import plain_browser
from tasks.clients.proxy_forwarder import ProxyForwarder, UpstreamProxy
from tasks.clients.proxy_forwarder_dialing import Link
from tasks.clients.proxy_forwarder_route import relay

LOADS = 40
WARM_UP = 5


@dataclass(frozen=True, slots=True)
class ForwarderCost:
    """Medians of a page load in milliseconds, interleaved."""

    direct: float
    proxy: float
    forwarder: float
    """The same proxy, and our forwarder in front of it."""

    @property
    def added_percent(self) -> float:
        """What the forwarder adds to a load through the proxy."""
        return 100 * (self.forwarder / self.proxy - 1)


def measure_forwarder(url: str, *, loads: int = LOADS) -> ForwarderCost:
    """Load one page again and again in three browsers, by turns."""
    with _loop_in_thread() as run, ExitStack() as open_things:
        server = run(_start_proxy())
        port = server.sockets[0].getsockname()[1]
        forwarder = ProxyForwarder(
            UpstreamProxy("socks5", "127.0.0.1", port), allow_local=True
        )
        run(forwarder.open())
        open_things.callback(server.close)
        open_things.callback(lambda: run(forwarder.close()))
        ways = (None, f"socks5://127.0.0.1:{port}", f"127.0.0.1:{forwarder.port}")
        drivers = [open_things.enter_context(plain_browser(proxy=way)) for way in ways]
        times: list[list[float]] = [[] for _ in drivers]
        for number in range(loads + WARM_UP):
            for driver, taken in zip(drivers, times, strict=True):
                milliseconds = _load(driver, f"{url}?load={number}")
                if number >= WARM_UP:
                    taken.append(milliseconds)
        return ForwarderCost(*(median(taken) for taken in times))


def _load(driver: webdriver.Chrome, url: str) -> float:
    began = perf_counter()
    driver.get(url)
    return (perf_counter() - began) * 1000


async def _start_proxy() -> asyncio.Server:
    return await asyncio.start_server(_serve, "127.0.0.1", 0)


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carry one SOCKS5 connection; whoever asks is let in."""
    try:
        _, count = await reader.readexactly(2)
        await reader.readexactly(count)
        writer.write(b"\x05\x00")
        kind = (await reader.readexactly(4))[3]
        length = 4 if kind == 1 else (await reader.readexactly(1))[0]
        await reader.readexactly(length)
        port = int.from_bytes(await reader.readexactly(2), "big")
        target = Link(*await asyncio.open_connection("127.0.0.1", port))
        writer.write(b"\x05\x00\x00\x01" + bytes(6))
        await relay(Link(reader, writer), target)
    except (OSError, EOFError):
        pass
    finally:
        writer.close()


@contextmanager
def _loop_in_thread() -> Iterator[Any]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def run(work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result()

    try:
        yield run
    finally:
        run(_end_all())
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end_all() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for one in others:
        one.cancel()
    await asyncio.gather(*others, return_exceptions=True)
