"""What the stack is made of: each part's command, needs and sign of health."""

import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from pydantic import SecretStr

from config.settings import Settings
from deployments.prefect_environment import client_environment, server_environment
from deployments.stack.health import answers, worker_is_online
from deployments.stack.home import Home, StackSecrets
from deployments.stack.ports import LOOPBACK, needs_postgres
from deployments.stack.postgres_server import PostgresServer
from deployments.stack.redis_server import RedisServer

LOCAL_EMAIL = "muster@multilogin.example"
"""Whose account the local Multilogin X has, unless a setting says."""
_STORES = ("postgres", "redis", "migrations")


@dataclass(frozen=True)
class Part:
    """One process of the stack."""

    name: str
    title: str
    command: Callable[[], list[str]]
    needs: tuple[str, ...] = ()
    """Parts that must be ready before it starts, and outlive it."""
    uses: tuple[str, ...] = ()
    """Parts it may wait for by itself, and that outlive it too."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """On top of our own."""
    prepare: Callable[[], None] | None = None
    """Done once, before its first start."""
    is_ready: Callable[[datetime], bool] | None = None
    """Asked, with the time it was started, until it says yes. None: after a second."""
    ends: bool = False
    """It does one thing and ends; that is when it is ready."""
    stop_signal: signal.Signals = signal.SIGTERM
    deadline: float = 90.0
    """Seconds within which it must be ready."""
    grace: float = 10.0
    """Seconds it has to end once asked to."""
    account: str | None = None
    """System account it runs as."""


@dataclass(frozen=True)
class Addresses:
    """Where the running parts are reached; secrets included."""

    database_url: str
    redis_url: str
    prefect_api_url: str
    prefect_auth_string: str
    signing_key: str
    plex_accounts_url: str
    plex_sign_in_url: str
    multilogin: Mapping[str, str]
    """What it takes to use Multilogin, as settings; empty if it is not ours."""
    leak_responders: Mapping[str, str]
    """Where the leak responders are, as settings; empty if they are not ours."""

    def environment(self) -> dict[str, str]:
        """Return them as settings."""
        return {
            "MUSTER_DATABASE__URL": self.database_url,
            "MUSTER_REDIS__URL": self.redis_url,
            "MUSTER_PREFECT__API_URL": self.prefect_api_url,
            "MUSTER_PREFECT__AUTH_STRING": self.prefect_auth_string,
            "MUSTER_ACCOUNTS__SIGNING_KEY": self.signing_key,
            "MUSTER_PLEX__ACCOUNTS_URL": self.plex_accounts_url,
            "MUSTER_PLEX__SIGN_IN_URL": self.plex_sign_in_url,
            **self.multilogin,
            **self.leak_responders,
        }


def addresses_of(values: Settings, secrets: StackSecrets) -> Addresses:
    """Return where each part is: outside if a setting says so, else private."""
    postgres, redis = private_servers(values, Home(values.home), secrets)
    prefect_url = f"http://{LOOPBACK}:{values.stack.prefect_port}/api"
    outside_prefect = bool(values.prefect.api_url)
    plex_url = values.plex.accounts_url or stand_in_address(values)
    return Addresses(
        database_url=_set(values.database.url) or postgres.url("muster"),
        redis_url=_set(values.redis.url) or redis.url,
        prefect_api_url=values.prefect.api_url or prefect_url,
        prefect_auth_string=(
            _set(values.prefect.auth_string)
            if outside_prefect
            else secrets.prefect_auth_string
        ),
        signing_key=_set(values.accounts.signing_key) or secrets.signing_key,
        plex_accounts_url=plex_url,
        plex_sign_in_url=values.plex.sign_in_url or f"{plex_url}/auth",
        multilogin=multilogin_settings(values, secrets),
        leak_responders=leak_responder_settings(values, secrets),
    )


def private_servers(
    values: Settings, home: Home, secrets: StackSecrets
) -> tuple[PostgresServer, RedisServer]:
    """Return the private PostgreSQL and Valkey, whether they are started or not."""
    return (
        PostgresServer(
            home.folder / "postgres",
            values.stack.postgres_port,
            secrets.postgres_password,
        ),
        RedisServer(
            home.folder / "redis", values.stack.redis_port, secrets.redis_password
        ),
    )


def parts_of(values: Settings, secrets: StackSecrets) -> list[Part]:
    """Return the parts to start, each after the parts it needs."""
    home = Home(values.home)
    addresses = addresses_of(values, secrets)
    servers = [
        *_server_parts(values, home, secrets),
        *_plex_parts(values),
        *_multilogin_parts(values, addresses),
        *_leak_responder_parts(values, addresses),
    ]
    started = {part.name for part in servers}
    environment = addresses.environment() | client_environment(
        api_url=addresses.prefect_api_url,
        auth_string=addresses.prefect_auth_string,
        home=home.folder,
    )
    applications = _application_parts(values, addresses, environment)
    names = started | {part.name for part in applications}
    return [_without_outside(part, names) for part in (*servers, *applications)]


def _server_parts(values: Settings, home: Home, secrets: StackSecrets) -> list[Part]:
    postgres, redis = private_servers(values, home, secrets)
    parts = []
    if needs_postgres(values):
        parts.append(_postgres_part(postgres))
    if not _set(values.redis.url):
        parts.append(
            Part(
                name="redis",
                title="Valkey",
                command=redis.command,
                prepare=redis.prepare,
                is_ready=lambda _: redis.is_ready(),
                deadline=20,
            )
        )
    if not values.prefect.api_url:
        parts.append(_prefect_part(values, home, postgres, secrets))
    return parts


def _postgres_part(postgres: PostgresServer) -> Part:
    return Part(
        name="postgres",
        title="PostgreSQL",
        command=postgres.command,
        prepare=postgres.prepare,
        is_ready=lambda _: postgres.make_ready(),
        stop_signal=signal.SIGINT,  # "fast": ends connections, loses nothing
        deadline=60,
        grace=30,
        account=postgres.privileges().account,
    )


def _prefect_part(
    values: Settings, home: Home, postgres: PostgresServer, secrets: StackSecrets
) -> Part:
    port = values.stack.prefect_port
    return Part(
        name="prefect",
        title="Prefect server",
        command=lambda: [
            *_python("deployments.prefect_process", "server", "start"),
            *("--host", LOOPBACK, "--port", str(port)),
        ],
        needs=("postgres",),
        environment=server_environment(
            database_url=postgres.url("prefect", driver="asyncpg"),
            host=LOOPBACK,
            port=port,
            auth_string=secrets.prefect_auth_string,
            home=home.folder,
        ),
        is_ready=lambda _: answers(f"http://{LOOPBACK}:{port}/api/health"),
        deadline=180,
    )


def _plex_parts(values: Settings) -> list[Part]:
    if values.plex.accounts_url:
        return []
    address = stand_in_address(values)
    return [
        Part(
            name="plex_accounts",
            title="Plex accounts (stand-in)",
            command=lambda: _python("deployments.standins.plex_accounts"),
            is_ready=lambda _: answers(f"{address}/auth"),
        )
    ]


def _multilogin_parts(values: Settings, addresses: Addresses) -> list[Part]:
    if values.multilogin.cloud_url:
        return []
    launcher = f"http://{LOOPBACK}:{values.stack.multilogin_launcher_port}"
    return [
        Part(
            name="multilogin_x",
            title="Multilogin X (local)",
            command=lambda: _python("deployments.standins.multilogin_x"),
            environment=addresses.multilogin,
            is_ready=lambda _: answers(f"{launcher}/api/v1/version"),
        )
    ]


def _leak_responder_parts(values: Settings, addresses: Addresses) -> list[Part]:
    if values.leak_tests.responder_url:
        return []
    url = addresses.leak_responders["MUSTER_LEAK_TESTS__RESPONDER_URL"]
    return [
        Part(
            name="leak_responders",
            title="Leak responders",
            command=lambda: _python("deployments.leak_responders"),
            environment=addresses.leak_responders,
            is_ready=lambda _: answers(f"{url}/health"),
        )
    ]


def _application_parts(
    values: Settings, addresses: Addresses, environment: Mapping[str, str]
) -> list[Part]:
    demo_port = values.stack.demo_site_port
    return [
        Part(
            name="migrations",
            title="Database schema",
            command=lambda: _python("deployments.stack", "migrate"),
            needs=("postgres",),
            environment=environment,
            ends=True,
        ),
        Part(
            name="demo_site",
            title="Demo site",
            command=lambda: _python("deployments.demo_site"),
            environment=environment,
            is_ready=lambda _: answers(f"http://{LOOPBACK}:{demo_port}/"),
        ),
        Part(
            name="relay",
            title="Event relay",
            command=lambda: _python("deployments.relay"),
            needs=_STORES,
            uses=("prefect",),
            environment=environment,
        ),
        _worker_part(values, addresses, environment),
        Part(
            name="tunnel_keeper",
            title="Tunnel keeper",
            command=lambda: _python("deployments.tunnel_keeper"),
            needs=_STORES,
            environment=environment,
        ),
        Part(
            name="api",
            title="API and console",
            command=lambda: _python("ui.api"),
            needs=_STORES,
            uses=("prefect",),
            environment=environment,
            is_ready=lambda _: answers(f"{api_address(values)}/health"),
        ),
    ]


def _worker_part(
    values: Settings, addresses: Addresses, environment: Mapping[str, str]
) -> Part:
    return Part(
        name="worker",
        title="Worker",
        command=lambda: _python("deployments.worker"),
        needs=_STORES,
        uses=("prefect",),
        environment=environment,
        is_ready=lambda started: worker_is_online(
            api_url=addresses.prefect_api_url,
            auth_string=addresses.prefect_auth_string,
            work_pool=values.prefect.work_pool,
            since=started,
        ),
        deadline=180,
    )


def api_address(values: Settings) -> str:
    """Return where the API answers on this machine."""
    host = values.api.host
    return f"http://{LOOPBACK if host in ('', '0.0.0.0') else host}:{values.api.port}"  # noqa: S104 - compared, not bound


def stand_in_address(values: Settings) -> str:
    """Return where the stand-in for Plex accounts answers."""
    return f"http://{LOOPBACK}:{values.stack.plex_accounts_port}"


def multilogin_settings(values: Settings, secrets: StackSecrets) -> dict[str, str]:
    """Return where the local Multilogin X is and who we are there; empty if outside."""
    theirs = values.multilogin
    if theirs.cloud_url:
        return {}
    ports = values.stack
    local = {
        "cloud_url": ports.multilogin_cloud_port,
        "launcher_url": ports.multilogin_launcher_port,
        "proxy_url": ports.multilogin_proxy_port,
        "cookies_url": ports.multilogin_cookies_port,
    }
    return {
        **{
            f"MUSTER_MULTILOGIN__{name.upper()}": f"http://{LOOPBACK}:{port}"
            for name, port in local.items()
        },
        "MUSTER_MULTILOGIN__EMAIL": theirs.email or LOCAL_EMAIL,
        # The local one has no limit; ours is for the vendor's.
        "MUSTER_MULTILOGIN__REQUESTS_PER_MINUTE": "6000",
        "MUSTER_MULTILOGIN__PASSWORD": (
            _set(theirs.password) or secrets.multilogin_password
        ),
    }


def leak_responder_settings(values: Settings, secrets: StackSecrets) -> dict[str, str]:
    """Return where our leak responders are and what they ask for; empty if outside."""
    if values.leak_tests.responder_url:
        return {}
    ours = values.leak_responders
    host = LOOPBACK if ours.host in ("", "0.0.0.0") else ours.host  # noqa: S104 - compared, not bound
    token = _set(ours.token) or secrets.leak_responder_token
    return {
        "MUSTER_LEAK_TESTS__RESPONDER_URL": f"http://{host}:{ours.http_port}",
        "MUSTER_LEAK_TESTS__RESPONDER_TOKEN": token,
        "MUSTER_LEAK_RESPONDERS__TOKEN": token,
    }


def _python(module: str, *words: str) -> list[str]:
    return [sys.executable, "-m", module, *words]


def _set(secret: SecretStr) -> str:
    return secret.get_secret_value()


def _without_outside(part: Part, names: set[str]) -> Part:
    # A part that runs elsewhere is taken to be up.
    return replace(
        part,
        needs=tuple(name for name in part.needs if name in names),
        uses=tuple(name for name in part.uses if name in names),
    )
