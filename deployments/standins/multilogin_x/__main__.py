"""python -m deployments.standins.multilogin_x: Multilogin X, on loopback."""

import argparse
import asyncio
import json
import re
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from typing_extensions import override

from config.clock import now
from config.errors import SetupError
from config.settings import Settings, settings
from deployments.stack.browser import browser, major_version
from deployments.stack.ports import LOOPBACK, open_listener
from deployments.standins.multilogin_x.accounts import ROLES
from deployments.standins.multilogin_x.browsers import sweep_folders
from deployments.standins.multilogin_x.hosts import ROUTERS, make_host
from deployments.standins.multilogin_x.world import Wishes, World, make_world

VENDOR_LAUNCHER_PORT = 45_001
"""Where its agent listens with TLS."""
DEFAULT_EMAIL = "owner@multilogin.example"
CORE_WITHOUT_BROWSER = 150
"""All but starting a browser works on a machine that has none."""
SECONDS_TO_CLOSE = 2


class Server(uvicorn.Server):
    """One host of several in a process; the process sees to the signals."""

    @override
    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave the signals alone."""
        yield


def main() -> int:
    """Serve until a signal comes; print one line of JSON once all four answer."""
    wishes = read_arguments()
    try:
        values = settings()
        world = _open_world(wishes, values)
        listeners = _open_listeners(wishes, values)
    except SetupError as problem:
        print(problem, file=sys.stderr)  # noqa: T201 - a command talks to its caller
        return 2
    account = _settle_account(world, values)
    asyncio.run(_serve(world, listeners, wishes, account))
    return 0


async def _serve(
    world: World,
    listeners: Mapping[str, socket.socket],
    wishes: argparse.Namespace,
    account: Mapping[str, str],
) -> None:
    sweep_folders(world.records.folder)
    world.records.sweep()
    world.records.release_locks_of(world.accounts.machine_id)
    await world.gateway.start()
    servers = {name: _server(name, world, wishes) for name in listeners}
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, _end, list(servers.values()))
    serving = [
        asyncio.create_task(server.serve(sockets=[listeners[name]]))
        for name, server in servers.items()
    ]
    scheme = "https" if wishes.certificate else "http"
    addresses = {
        name: f"{scheme}://{LOOPBACK}:{listener.getsockname()[1]}"
        for name, listener in listeners.items()
    }
    gateway = {"gateway": f"http://{LOOPBACK}:{world.gateway.port}"}
    print(json.dumps({**addresses, **gateway, **account}), flush=True)  # noqa: T201 - the caller reads it
    await asyncio.gather(*serving)
    await world.agent.close()
    await world.transfers.close()
    await world.gateway.close()
    world.kept.close()


def _server(name: str, world: World, wishes: argparse.Namespace) -> Server:
    config = uvicorn.Config(
        make_host(name, world),
        access_log=False,
        lifespan="off",
        log_level="warning",
        server_header=False,
        ssl_certfile=wishes.certificate,
        ssl_keyfile=wishes.key,
        timeout_graceful_shutdown=SECONDS_TO_CLOSE,
    )
    return Server(config)


def _end(servers: list[Server]) -> None:
    for server in servers:
        server.should_exit = True


def _open_world(wishes: argparse.Namespace, values: Settings) -> World:
    return make_world(
        Wishes(
            folder=wishes.folder or values.home / "multilogin_x",
            core_version=_core_version(),
            allow_faults=wishes.faults,
            requests_per_minute=wishes.requests_per_minute,
            sign_ins_per_minute=wishes.sign_ins_per_minute,
            proxy_requests_per_second=wishes.proxy_requests_per_second,
            profile_limit=wishes.profile_limit,
            team_role=wishes.team_role,
            outside_gateway=_outside_gateway(values),
            gateway_port=port_of("gateway", wishes, values),
        )
    )


def _open_listeners(
    wishes: argparse.Namespace, values: Settings
) -> dict[str, socket.socket]:
    listeners = {}
    for name in ROUTERS:
        listeners[name] = open_listener(
            port_of(name, wishes, values),
            name=f"the local Multilogin X ({name})",
            setting=f"MUSTER_STACK__MULTILOGIN_{name.upper()}_PORT",
        )
    return listeners


def port_of(name: str, wishes: argparse.Namespace, values: Settings) -> int:
    """Return a host's port: as asked for, else the vendor's with TLS, else ours."""
    asked: int | None = getattr(wishes, f"{name}_port")
    if asked is not None:
        return asked
    if name == "launcher" and wishes.certificate:
        return VENDOR_LAUNCHER_PORT
    ours: int = getattr(values.stack, f"multilogin_{name}_port")
    return ours


def _outside_gateway(values: Settings) -> str:
    given = values.stack.multilogin_gateway.get_secret_value()
    if given and not re.fullmatch(r"[^:]+:\d+:[^:]*:.*", given):
        raise SetupError(
            "MUSTER_STACK__MULTILOGIN_GATEWAY is not of the form "
            "host:port:user:password; set it so, or leave it empty"
        )
    return given


def _settle_account(world: World, values: Settings) -> dict[str, str]:
    email = values.multilogin.email or DEFAULT_EMAIL
    given = values.multilogin.password.get_secret_value()
    password = given or secrets.token_urlsafe(12)
    world.accounts.settle(email, password, team_role=world.wishes.team_role, at=now())
    # One that was given is known to whoever gave it.
    return {"email": email} if given else {"email": email, "password": password}


def _core_version() -> int:
    try:
        driver = browser().driver
    except SetupError:
        return CORE_WITHOUT_BROWSER
    said = subprocess.run(  # noqa: S603 - the driver that was found
        [driver, "--version"], capture_output=True, text=True, check=False
    )
    return major_version(said.stdout) or CORE_WITHOUT_BROWSER


def read_arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """Return how it shall be started; None reads the command line."""
    parser = argparse.ArgumentParser(prog="multilogin_x", description=__doc__)
    parser.add_argument("--folder", type=Path, help="where its state is kept")
    for name in (*ROUTERS, "gateway"):
        help_text = f"port of the {name}; 0 takes any free port"
        parser.add_argument(f"--{name}-port", type=int, help=help_text)
    parser.add_argument("--certificate", type=Path, help="with --key: serve TLS")
    parser.add_argument("--key", type=Path)
    parser.add_argument("--faults", action="store_true", help="serve POST /_faults")
    for name in ("requests-per-minute", "sign-ins-per-minute"):
        parser.add_argument(f"--{name}", type=int, default=0, help="0 is no limit")
    parser.add_argument("--proxy-requests-per-second", type=int, default=0)
    parser.add_argument("--profile-limit", type=int, default=1000)
    parser.add_argument("--team-role", choices=ROLES[1:], default="manager")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main())
