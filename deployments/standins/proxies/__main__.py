"""python -m deployments.standins.proxies: 24 proxies of four qualities, on loopback."""

import argparse
import asyncio
import json
import signal
import sys
from typing import Any

from deployments.standins.proxies.qualities import (
    PASSWORD,
    USERNAME,
    Member,
    make_members,
)
from deployments.standins.proxies.serving import MemberServer


def main() -> int:
    """Serve until a signal comes; what was carried is printed as the last line."""
    parser = argparse.ArgumentParser(prog="standins.proxies", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="another seed, other luck")
    asyncio.run(_serve(make_members(parser.parse_args().seed)))
    return 0


async def _serve(members: list[Member]) -> None:
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, over.set)
    servers = [MemberServer(member) for member in members]
    for server in servers:
        await server.open()
    _print([_describe(member) for member in members])
    await over.wait()
    for server in servers:
        await server.close()
    _print([{**_describe(one), "requests": one.requests} for one in members])


def _describe(member: Member) -> dict[str, Any]:
    return {
        "protocol": member.scheme,
        "host": "127.0.0.1",
        "port": member.port,
        "username": USERNAME,
        "password": PASSWORD,
        "quality": member.quality.value,
        "bans": member.bans,
    }


def _print(told: list[dict[str, Any]]) -> None:
    print(json.dumps(told), flush=True)  # noqa: T201 - the caller reads it


if __name__ == "__main__":
    sys.exit(main())
