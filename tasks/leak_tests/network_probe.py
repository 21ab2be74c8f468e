"""
Look through an exit without a browser: quick, and blind for what only browsers do.

It says what a plain client of ours shows. Whether a browser's WebRTC, DNS over HTTPS
or time zone gives somebody away cannot be known from here (facts/cloak.md 2.6).
"""

import asyncio
import socket
from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit, urlunsplit

import anyio
import anyio.to_thread
import httpx

from config.errors import ApplicationError, UnreachableError
from config.sections.leak_tests import LeakTestsSettings
from config.vocabulary import LeakScope
from tasks.clients.leak_responders import Echo, Visit, open_exit_client, read_echo
from tasks.leak_tests.findings import Findings, Home, ProbeExit
from tasks.leak_tests.visits import (
    Stopwatch,
    open_visit,
    send_control,
    send_public_control,
)

_BY_FORWARDER = "Proxy-Status"
"""Our own forwarder says by this header that it is the proxy that fails."""


class ExitUnreachableError(UnreachableError):
    """Nothing came back through the proxy or VPN."""

    code = "exit_unreachable"

    def __init__(self, why: str) -> None:
        super().__init__(
            f"nothing reached the leak test's responder through the exit ({why}); see "
            "that the proxy or VPN works, and may reach it"
        )


class NoEchoError(UnreachableError):
    """No public echo said who asked."""

    code = "leak_echo_unreachable"

    def __init__(self) -> None:
        super().__init__(
            "no echo of MUSTER_LEAK_TESTS__ECHO_URLS told which address it saw"
        )


async def probe_network(way: ProbeExit, terms: LeakTestsSettings) -> Findings:
    """
    Look at an exit by requests of our own.

    Args:
        way: The proxy to leave by, or none.
        terms: Whom to ask, and how long to wait.

    Raises:
        ExitUnreachableError: Nothing came back through the exit.
        UpstreamCredentialsError: The proxy did not let us in.
        UnreachableError: The proxy, or the responders, do not answer.
        SetupError: Neither responders nor public echoes are set.
    """
    if not terms.responder_url and terms.echo_urls:
        return await _probe_by_public_echoes(way, terms)
    watch = Stopwatch()
    seconds = terms.network_timeout.total_seconds()
    async with (
        open_visit(terms) as (responders, visit),
        open_exit_client(way.proxy_url, seconds=seconds) as client,
    ):
        echoes, _, control = await asyncio.gather(
            _ask_echoes(client, visit, watch),
            _ask_names(client, visit, way, watch),
            send_control(visit),
        )
        watch.note("control")
        log = await responders.read_log(visit.id)
        return Findings(
            scope=LeakScope.NETWORK,
            echoes=echoes,
            log=log,
            control=control,
            names_asked=len(visit.names),
            took_ms=watch.took_ms,
        )


async def look_from_home(terms: LeakTestsSettings) -> Home:
    """
    Return how this machine is seen without an exit.

    That it cannot be seen is no failure of the test: `problem` says why.
    """
    try:
        found = await probe_network(ProbeExit(), terms)
    except ApplicationError as problem:
        return Home(problem=problem.message)
    log = found.log
    addresses = [
        *(one.address for one in found.echoes),
        *(one.mapped_address for one in found.control if one.mapped_address),
    ]
    resolvers = [one.resolver for one in log.dns] if log else []
    return Home(
        addresses=tuple(dict.fromkeys(addresses)),
        resolvers=tuple(dict.fromkeys(resolvers)),
    )


async def _ask_echoes(
    client: httpx.AsyncClient, visit: Visit, watch: Stopwatch
) -> tuple[Echo, ...]:
    """Ask over IPv4, which must work, and over IPv6, which need not."""
    urls = [visit.echo_url, *([visit.echo_url6] if visit.echo_url6 else [])]
    answers = await asyncio.gather(*(_get(client, url) for url in urls))
    watch.note("echo")
    found = [read_echo(one) for one in answers if isinstance(one, httpx.Response)]
    echoes = tuple(one for one in found if one is not None)
    if not echoes:
        raise _no_answer(answers)
    return echoes


async def _ask_names(
    client: httpx.AsyncClient, visit: Visit, way: ProbeExit, watch: Stopwatch
) -> None:
    """Ask for pages at names nobody has heard of, so that somebody resolves them."""
    urls = [f"http://{name}:{visit.name_port}/" for name in visit.names]
    if way.local_names:
        found = await asyncio.gather(*(_resolve_here(url) for url in urls))
        urls = [one for one in found if one is not None]
    await asyncio.gather(*(_get(client, url) for url in urls))
    watch.note("names")


async def _get(
    client: httpx.AsyncClient, url: str
) -> httpx.Response | httpx.TransportError:
    try:
        return await client.get(url)
    except httpx.TransportError as failed:
        return failed


def _no_answer(
    answers: Sequence[httpx.Response | httpx.TransportError],
) -> ExitUnreachableError:
    """Return why nothing came back, in words that hold no credentials."""
    for one in answers:
        if not isinstance(one, httpx.Response):
            continue
        if _BY_FORWARDER in one.headers:
            return ExitUnreachableError(one.text.partition("\n")[0])
        return ExitUnreachableError(f"the answer was {one.status_code}")
    is_late = any(isinstance(one, httpx.TimeoutException) for one in answers)
    return ExitUnreachableError("no answer in time" if is_late else "no connection")


async def _resolve_here(url: str) -> str | None:
    """Return an address with its name resolved by this machine's own resolver."""
    parts = urlsplit(url)
    name, port = parts.hostname or "", parts.port or 80
    try:
        found = await anyio.to_thread.run_sync(
            lambda: socket.getaddrinfo(name, port, type=socket.SOCK_STREAM),
            abandon_on_cancel=True,
        )
    except OSError:
        return None
    host = str(found[0][4][0])
    shown = f"[{host}]" if ip_address(host).version == 6 else host  # noqa: PLR2004 - IPv6
    return urlunsplit(("http", f"{shown}:{port}", parts.path, "", ""))


async def _probe_by_public_echoes(way: ProbeExit, terms: LeakTestsSettings) -> Findings:
    """Ask public echoes, which know the address and nothing else."""
    watch, seconds = Stopwatch(), terms.network_timeout.total_seconds()
    async with open_exit_client(way.proxy_url, seconds=seconds) as client:
        asked = (_get(client, url) for url in terms.echo_urls)
        answers, control = await asyncio.gather(
            asyncio.gather(*asked), send_public_control(terms.stun_servers)
        )
    watch.note("echo")
    found = [read_echo(one) for one in answers if isinstance(one, httpx.Response)]
    echoes = tuple(one for one in found if one is not None)
    if not echoes:
        if way.proxy_url is not None:
            raise _no_answer(answers)
        raise NoEchoError
    return Findings(
        scope=LeakScope.NETWORK, echoes=echoes, control=control, took_ms=watch.took_ms
    )
