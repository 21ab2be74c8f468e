"""How long tunnels take: from the wish to the exit that was seen, and back."""

import asyncio
import os
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from threading import Event
from time import monotonic, perf_counter
from urllib.parse import urlsplit

from config.clock import now
from config.errors import SetupError
from config.settings import settings
from config.vocabulary import TunnelProtocol
from deployments.prefect_environment import enter_client_environment
from deployments.stack.processes import base_environment, start_process, stop_process
from deployments.standins.vpn.laboratory import (
    ECHO_URL,
    VpnLaboratory,
    vpn_laboratory,
)
from flows import vpn_life
from tasks.database import transaction
from tasks.vpn.abilities import has_privileges
from tasks.vpn.connect import await_connected, make_wish
from tasks.vpn.keep import keeper_name
from tasks.vpn.repository import find_abilities
from tasks.vpn.schemas import ConnectRequest, DisconnectRequest

ROUNDS = 15
_KEEPER = "bench"
_PATIENCE_SECONDS = 30.0
_LOCATION = "bench"


def measure_tunnels(rounds: int = ROUNDS) -> dict[str, float]:
    """
    Return seconds of connects and disconnects of both protocols, on the running stack.

    A keeper of its own runs in a laboratory of namespaces, beside the stack's; the
    first round of each is not counted.

    Raises:
        SetupError: This machine lacks what it takes.
    """
    if not has_privileges():
        raise SetupError("tunnels are measured in namespaces, which takes root")
    enter_client_environment()
    figures: dict[str, float] = {}
    with vpn_laboratory() as laboratory, _keeper_at_home(laboratory):
        for protocol in (TunnelProtocol.OPENVPN, TunnelProtocol.WIREGUARD):
            bare = [_measure_bare(protocol) for _ in range(rounds + 1)][1:]
            whole = [_measure_whole(protocol) for _ in range(rounds + 1)][1:]
            figures |= _figures(f"{protocol} connect", [one for one, _ in bare])
            figures |= _figures(f"{protocol} disconnect", [one for _, one in bare])
            figures |= _figures(
                f"{protocol} connect as a flow", [one for one, _ in whole]
            )
    return figures


def _measure_bare(protocol: TunnelProtocol) -> tuple[float, float]:
    """Return seconds from the wish to the seen exit, and from its end to no tunnel."""
    began = perf_counter()
    made = make_wish(_LOCATION, protocol)
    asyncio.run(await_connected(made))
    connected = perf_counter()
    asyncio.run(vpn_life.disconnect(DisconnectRequest(location=_LOCATION)))
    return connected - began, perf_counter() - connected


def _measure_whole(protocol: TunnelProtocol) -> tuple[float, float]:
    """Return the same for what the API does, Prefect included."""
    began = perf_counter()
    request = ConnectRequest(location=_LOCATION, protocol=protocol)
    asyncio.run(vpn_life.connect(request))
    connected = perf_counter()
    asyncio.run(vpn_life.disconnect(DisconnectRequest(location=_LOCATION)))
    return connected - began, perf_counter() - connected


def _figures(title: str, seconds: list[float]) -> dict[str, float]:
    return {
        f"{title}, {name}": round(value, 3)
        for name, value in (
            ("median s", median(seconds)),
            ("lowest s", min(seconds)),
            ("highest s", max(seconds)),
        )
    }


@contextmanager
def _keeper_at_home(laboratory: VpnLaboratory) -> Generator[None]:
    port = urlsplit(settings().database.url.get_secret_value()).port
    if port is None:
        raise SetupError("the database's address must name its port")
    laboratory.lead_out(port)
    with tempfile.TemporaryDirectory(prefix="muster-bench-vpn-") as folder:
        locations = Path(folder) / "vpn"
        locations.mkdir()
        (locations / f"{_LOCATION}.ovpn").write_text(laboratory.openvpn_file())
        (locations / f"{_LOCATION}.conf").write_text(laboratory.wireguard_file())
        values = {
            "MUSTER_VPN__KEEPER_NAME": _KEEPER,
            "MUSTER_VPN__FOLDER": str(locations),
        }
        os.environ.update(values)  # noqa: TID251 - set, not read
        database = settings().database.url.get_secret_value()
        settings.cache_clear()
        process = start_process(
            [
                *("ip", "netns", "exec", laboratory.home),
                *(sys.executable, "-m", "deployments.tunnel_keeper"),
            ],
            environment={
                **base_environment("bench"),
                "MUSTER_HOME": folder,
                "MUSTER_DATABASE__URL": database,
                "MUSTER_LEAK_TESTS__ECHO_URLS": f'["{ECHO_URL}"]',
            },
            log=Path(folder) / "keeper.log",
        )
        try:
            _wait_for_keeper()
            yield
        finally:
            stop_process(process)


def _wait_for_keeper() -> None:
    deadline = monotonic() + _PATIENCE_SECONDS
    while True:
        with transaction() as session:
            if find_abilities(session, keeper_name(), now=now()) is not None:
                return
        if monotonic() > deadline:
            raise SetupError("the tunnel keeper of the benchmark does not come up")
        Event().wait(0.05)
