"""One running browser: start it, wait for its end, stop it."""

import asyncio
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import datetime

from config.clock import now
from deployments.standins.multilogin_x.browsers.chromium import (
    BrowserProcess,
    spawn_browser,
    wait_for_port,
)
from deployments.standins.multilogin_x.browsers.driver import DriverProcess
from deployments.standins.multilogin_x.browsers.emulation import Emulator, open_pages
from deployments.standins.multilogin_x.browsers.folder import HeldFolder
from deployments.standins.multilogin_x.browsers.gateway import Gateway
from deployments.standins.multilogin_x.browsers.looks import plan_browser
from deployments.standins.multilogin_x.browsers.machine import Machine, this_machine
from deployments.standins.multilogin_x.browsers.order import (
    BrowserNotStartedError,
    BrowserOrder,
    Unsupported,
)
from deployments.standins.multilogin_x.browsers.pipe import DevToolsPipe, PipeEnds
from deployments.standins.multilogin_x.browsers.plan import VENDOR_HOSTS, BrowserPlan
from deployments.standins.multilogin_x.browsers.preferences import (
    has_earlier_tabs,
    prepare_data,
)
from deployments.standins.multilogin_x.browsers.proxy import find_proxy, require_proxy
from tasks.clients.proxy_forwarder import ForwardedTraffic, ProxyForwarder

SECONDS_TO_CLOSE = 5.0
"""Longest wait for a browser to close by itself; 0.12 s is usual (measured)."""

ANSWER_SECONDS = 20.0
"""Longest wait for a browser that has started to answer on its pipe."""


@dataclass(frozen=True)
class _Parts:
    process: BrowserProcess
    pipe: DevToolsPipe
    cdp_port: int
    forwarder: ProxyForwarder | None
    rest: AsyncExitStack
    """All that ends with the browser, in the order opposite to its start."""


class LocalBrowser:
    """
    An open browser; `port` is what a client is told.

    With `automation` selenium that is a WebDriver address, else the DevTools port.
    Whatever ends the browser, its driver, forwarder and folder are freed; call `stop`
    then too, for until that its WebDriver port tells clients that it is gone.
    """

    def __init__(
        self, parts: _Parts, *, unsupported: tuple[Unsupported, ...], at: datetime
    ) -> None:
        self.port = parts.cdp_port
        self.cdp_port = parts.cdp_port
        self.pid = parts.process.pid
        self.started_at = at
        self.unsupported = unsupported
        self._parts = parts
        self._gateway: Gateway | None = None
        self._ended = asyncio.Event()
        self._watching = asyncio.create_task(self._watch())

    @property
    def is_closed(self) -> bool:
        """Whether the browser has ended and its folder is free."""
        return self._watching.done()

    @property
    def traffic(self) -> ForwardedTraffic | None:
        """What went through its proxy; None without one."""
        forwarder = self._parts.forwarder
        return None if forwarder is None else forwarder.traffic

    async def wait_closed(self) -> int | None:
        """Return the exit code once the browser has ended, for whatever reason."""
        return await asyncio.shield(self._watching)

    async def stop(self) -> None:
        """Close the browser and all that belongs to it; safe to repeat."""
        process = self._parts.process
        if not process.is_over:
            self._parts.pipe.send("Browser.close")
            try:
                await asyncio.wait_for(process.wait(), SECONDS_TO_CLOSE)
            except TimeoutError:
                process.kill()
        await self.wait_closed()
        if self._gateway is not None:
            await self._gateway.close()

    async def open_gateway(self, driver_port: int) -> None:
        """Offer WebDriver, and make its address the one that is told."""
        self._gateway = Gateway(
            driver_port=driver_port, cdp_port=self.cdp_port, ended=self._ended
        )
        self.port = await self._gateway.open()

    async def _watch(self) -> int | None:
        try:
            return await self._parts.process.wait()
        finally:
            self._ended.set()
            await self._parts.rest.aclose()


async def start_browser(order: BrowserOrder) -> LocalBrowser:
    """
    Open a browser profile and return it once it answers.

    Call it on an event loop that lives as long as the browser should: when the loop's
    thread ends, driver and browser end too.

    Raises:
        AlreadyRunningError: A browser is open on this folder.
        ProxyUnreachableError: Its proxy does not answer, or does not let us in.
        BrowserNotStartedError: The browser did not come up, or is of another kind.
    """
    machine = await asyncio.to_thread(this_machine)
    async with AsyncExitStack() as stack:
        held = await asyncio.to_thread(HeldFolder, order.folder)
        stack.callback(held.let_go)
        forwarder = await _open_forwarder(order, stack)
        plan = plan_browser(
            order,
            machine,
            has_proxy=forwarder is not None,
            has_earlier_tabs=has_earlier_tabs(held.data),
        )
        prepare_data(held.folder, held.data, plan)
        process, pipe = await _open_browser(held, machine, plan, forwarder, stack)
        driver = None
        if order.automation == "selenium":
            driver = _open_driver(held, machine, stack)
        cdp_port = await wait_for_port(process, held.data)
        await _prepare_pages(pipe, plan)
        driver_port = None if driver is None else await driver.wait_for_port()
        parts = _Parts(process, pipe, cdp_port, forwarder, stack.pop_all())
    started = LocalBrowser(parts, unsupported=plan.unsupported, at=now())
    if driver_port is not None:
        await started.open_gateway(driver_port)
    return started


async def _open_forwarder(
    order: BrowserOrder, stack: AsyncExitStack
) -> ProxyForwarder | None:
    proxy = find_proxy(order.parameters)
    if proxy is None:
        return None
    await require_proxy(proxy)
    return await stack.enter_async_context(
        ProxyForwarder(proxy, allow_local=order.allow_local, refused_hosts=VENDOR_HOSTS)
    )


async def _open_browser(
    held: HeldFolder,
    machine: Machine,
    plan: BrowserPlan,
    forwarder: ProxyForwarder | None,
    stack: AsyncExitStack,
) -> tuple[BrowserProcess, DevToolsPipe]:
    command = [
        str(machine.binary),
        f"--user-data-dir={held.data}",
        "--remote-debugging-pipe",
        "--remote-debugging-port=0",
        *plan.switches,
    ]
    if forwarder is not None:
        command.append(f"--proxy-server=http://127.0.0.1:{forwarder.port}")
    ends = PipeEnds.open()
    try:
        process = spawn_browser(
            command,
            environment=_environment(held, machine, plan),
            ends=ends,
            log=held.folder / "browser.log",
        )
    except BaseException:
        ends.close_ours()
        raise
    finally:
        ends.close_theirs()
    stack.push_async_callback(_bury, process)
    pipe = await DevToolsPipe.adopt(ends)
    stack.callback(pipe.close)
    held.record_process("browser", process.pid)
    return process, pipe


def _environment(
    held: HeldFolder, machine: Machine, plan: BrowserPlan
) -> dict[str, str]:
    return {
        **machine.environment,
        "HOME": str(held.folder / "home"),
        "TMPDIR": str(held.scratch),
        # Chromium's own word for "none, and do not complain about it".
        "GOOGLE_API_KEY": "no",
        "GOOGLE_DEFAULT_CLIENT_ID": "no",
        "GOOGLE_DEFAULT_CLIENT_SECRET": "no",
        **plan.environment,
    }


def _open_driver(
    held: HeldFolder, machine: Machine, stack: AsyncExitStack
) -> DriverProcess:
    driver = DriverProcess(
        machine.driver,
        environment={**machine.environment, "TMPDIR": str(held.scratch)},
        log=held.folder / "driver.log",
    )
    stack.push_async_callback(driver.stop)
    held.record_process("driver", driver.pid)
    return driver


async def _prepare_pages(pipe: DevToolsPipe, plan: BrowserPlan) -> None:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            await Emulator(pipe, plan.emulation).begin()
            await open_pages(pipe, plan.start_urls)
            await pipe.ask("Browser.getVersion")
    except TimeoutError as error:
        raise BrowserNotStartedError(
            "the browser has started but does not answer"
        ) from error


async def _bury(process: BrowserProcess) -> None:
    """Wait for a browser whose pipe was let go; end what is left of it."""
    with suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), SECONDS_TO_CLOSE)
    process.kill()
    await process.wait()
