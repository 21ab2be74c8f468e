"""
The tunnel keeper as a process: it makes the tunnels that people wish for.

`python -m deployments.tunnel_keeper` runs it, one a machine. `... seal` seals the files
of all locations where they lie.
"""

import argparse
import asyncio
import fcntl
import os
import signal
import sys

from config.errors import ApplicationError, SetupError
from config.logs import set_up_logs
from config.settings import settings
from tasks.clients.network_namespace import HostYard
from tasks.clients.network_users_corner import open_yard
from tasks.vpn.abilities import has_privileges, look_at_abilities
from tasks.vpn.keep import Keeper
from tasks.vpn.locations import CREDENTIALS, list_secret_files, locations_folder
from tasks.vpn.seals import seal_file


def main() -> int:
    """Run the keeper until a signal comes, or do one of its chores."""
    parser = argparse.ArgumentParser(prog="tunnel_keeper", description=__doc__)
    parser.add_argument("chore", nargs="?", choices=["seal"])
    chore = parser.parse_args().chore
    set_up_logs()
    try:
        if chore == "seal":
            for file in list_secret_files():
                did = "sealed" if seal_file(file) else "sealed already"
                sys.stdout.write(f"{file.name}: {did}\n")
        else:
            _be_alone()
            asyncio.run(keep_tunnels())
    except ApplicationError as problem:
        sys.stderr.write(f"error: {problem.message}\n")
        return 1
    return 0


async def keep_tunnels() -> None:
    """Keep tunnels until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    locations_folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    for file in list_secret_files():
        if file.suffix == CREDENTIALS:
            seal_file(file)
    if has_privileges():
        await Keeper(HostYard(), look_at_abilities(may_use_users_corner=False)).run(
            stop
        )
        return
    async with open_yard() as yard:
        abilities = look_at_abilities(may_use_users_corner=yard is not None)
        await Keeper(yard or HostYard(), abilities).run(stop)


def _be_alone() -> None:
    """Hold this home's lock until we end; two keepers would undo each other's work."""
    home = settings().home
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(home / "tunnel_keeper.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as held:
        raise SetupError(
            "a tunnel keeper runs on this home already; there can be one only"
        ) from held


if __name__ == "__main__":
    sys.exit(main())
