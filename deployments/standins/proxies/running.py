"""Run the stand-in's 24 proxies as a process of their own, within a block."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from config.errors import SetupError

SECONDS_TO_END = 10


class StandinProxy(NamedTuple):
    """How to reach one of them, and how it is."""

    protocol: str
    host: str
    port: int
    username: str
    password: str
    quality: str


class StandinProxies:
    """The proxies; after the block, what they carried too."""

    def __init__(self, told: list[dict[str, Any]]) -> None:
        self.members = [
            StandinProxy(**{name: one[name] for name in StandinProxy._fields})
            for one in told
        ]
        self.requests: dict[int, int] = {}
        """Port -> requests, as the proxies themselves counted."""

        self.bans: dict[int, int] = {}

    def take_counts(self, told: list[dict[str, Any]]) -> None:
        """Note what they say at their end."""
        self.requests = {one["port"]: one["requests"] for one in told}
        self.bans = {one["port"]: one["bans"] for one in told}


@contextmanager
def running_proxies(seed: int = 1) -> Iterator[StandinProxies]:
    """
    Start them, and end them with the block.

    Raises:
        SetupError: The process ended before it listened.
    """
    process = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "deployments.standins.proxies", "--seed", str(seed)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None  # noqa: S101 - it was asked for
        line = process.stdout.readline()
        if not line:
            raise SetupError("the proxies of the stand-in did not start")
        proxies = StandinProxies(json.loads(line))
        yield proxies
        process.terminate()
        rest, _ = process.communicate(timeout=SECONDS_TO_END)
        proxies.take_counts(json.loads(rest.strip().splitlines()[-1]))
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
