"""
A VPN that gluetun runs: started, stopped and watched by its control server.

Source: gluetun's wiki, "Control server". What it says of itself is not believed alone:
`running` comes seconds before the tunnel works, and its address may be empty or old.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from typing import Any

import httpx

from config.errors import OutsideError
from tasks.clients.gluetun_file import GluetunFile
from tasks.clients.leak_responders import open_exit_client
from tasks.clients.proxy_forwarder_dialing import Dialer
from tasks.clients.tunnel_errors import (
    TunnelCredentialsError,
    TunnelRefusedError,
    TunnelUnreachableError,
)
from tasks.clients.tunnel_open import OpenTunnel, TunnelTerms, TunnelTraffic

_LOOK_SECONDS = 0.1
_WATCH_SECONDS = 5.0
_MISSED_LOOKS = 3
_ANSWER_SECONDS = 5.0
_RUNNING, _STOPPED = "running", "stopped"
_ENDED = {"crashed", "stopped", "completed"}


class GluetunControl:
    """A gluetun's control server."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def state(self) -> str:
        """Return its word for the VPN: starting, running, stopping, stopped..."""
        return str((await self._ask("GET", "/v1/vpn/status")).get("status", ""))

    async def wish(self, state: str) -> None:
        """Have the VPN started or stopped; it answers before that is done."""
        await self._ask("PUT", "/v1/vpn/status", {"status": state})

    async def public_address(self) -> str | None:
        """Return which address it has seen itself leave by, None if it has not yet."""
        found = await self._ask("GET", "/v1/publicip/ip")
        return str(found["public_ip"]) if found.get("public_ip") else None

    async def _ask(
        self, method: str, path: str, body: dict[str, str] | None = None
    ) -> dict[str, Any]:
        try:
            answer = await self._client.request(method, path, json=body)
        except httpx.HTTPError as error:
            raise TunnelUnreachableError(
                "gluetun's control server does not answer; see that it runs, and that "
                "`control =` is its address"
            ) from error
        if answer.status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise TunnelCredentialsError(
                "gluetun's control server does not let us in; give a role with "
                f"{method} {path} an API key, and write the key into "
                "<location>.credentials"
            )
        try:
            told = answer.json() if answer.is_success else None
        except ValueError:
            told = None
        if not isinstance(told, dict):
            raise TunnelRefusedError(
                f"what answers {answer.status_code} to {path} is no control server of "
                "gluetun; check `control =`"
            )
        return told


@asynccontextmanager
async def open_gluetun(
    file: GluetunFile, api_key: str | None, terms: TunnelTerms
) -> AsyncGenerator[OpenTunnel]:
    """
    Have a gluetun's VPN run for the block.

    Raises:
        TunnelUnreachableError: It does not answer, or its VPN does not come up in time.
        TunnelCredentialsError: It does not let us in.
        TunnelRefusedError: It is no gluetun.
    """
    async with open_exit_client(
        None, seconds=_ANSWER_SECONDS, base_url=file.control_url
    ) as client:
        client.headers.update({"X-API-Key": api_key} if api_key else {})
        control = GluetunControl(client)
        try:
            await _bring_up_in_time(control, file, terms)
            yield OpenTunnel(
                way_out=Dialer(file.proxy, terms.handshake_seconds),
                endpoint=file.endpoint,
                tunnel_address=None,
                measure=_measure,
                wait_dropped=lambda: _wait_dropped(control),
            )
        finally:
            if file.is_managed:
                with suppress(OutsideError):
                    await control.wish(_STOPPED)


async def _bring_up_in_time(
    control: GluetunControl, file: GluetunFile, terms: TunnelTerms
) -> None:
    try:
        async with asyncio.timeout(terms.handshake_seconds):
            await _bring_up(control, is_managed=file.is_managed)
    except TimeoutError as error:
        raise TunnelUnreachableError(
            "gluetun's VPN did not come up in time; its log says why"
        ) from error


async def _bring_up(control: GluetunControl, *, is_managed: bool) -> None:
    if await control.state() != _RUNNING:
        if not is_managed:
            raise TunnelRefusedError(
                "gluetun's VPN does not run, and `manage = no` leaves that to others"
            )
        await control.wish(_RUNNING)
    while await control.state() != _RUNNING or not await control.public_address():  # noqa: ASYNC110 - it tells nobody by itself
        await asyncio.sleep(_LOOK_SECONDS)


async def _wait_dropped(control: GluetunControl) -> str:
    missed = 0
    while missed < _MISSED_LOOKS:
        await asyncio.sleep(_WATCH_SECONDS)
        try:
            state = await control.state()
        except OutsideError:
            missed += 1
        else:
            missed = 0
            if state in _ENDED:
                return f"gluetun says that its VPN has {state}"
    return "gluetun's control server does not answer any more"


async def _measure() -> TunnelTraffic:
    return TunnelTraffic(0, 0, None)
