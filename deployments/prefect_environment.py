"""What Prefect's server and its clients find in their environment."""

import os
from pathlib import Path

import certifi

from config.errors import SetupError
from config.settings import settings

_END_OF_CERTIFICATE = "-----END CERTIFICATE-----\n"

_QUIET = {
    # Prefect's SDK and server both report usage to their makers unless told not to.
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "PREFECT_LOGGING_COLORS": "false",
}


def server_environment(
    *, database_url: str, host: str, port: int, auth_string: str, home: Path
) -> dict[str, str]:
    """
    Return the environment of the server that `prefect_process` starts on one machine.

    Nothing in it calls a host outside: usage reports, the UI and its news are off.

    Args:
        database_url: `postgresql+asyncpg://user:password@host:port/prefect`.
        host: Address to listen on.
        port: Port to listen on; the API answers under `/api`.
        auth_string: `user:password` that every request must carry.
        home: Muster's home folder; Prefect keeps its own files in a part of it.

    Source: facts/prefect.md sections 7 and 9; Prefect 3.8.8, `prefect.settings`.
    """
    return {
        **_QUIET,
        "PREFECT_HOME": str(_prefect_home(home)),
        "PREFECT_SERVER_API_HOST": host,
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_API_AUTH_STRING": auth_string,
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": database_url,
        "PREFECT_SERVER_UI_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": "P2D",
        "PREFECT_SERVER_DEPLOYMENTS_CONCURRENCY_SLOT_WAIT_SECONDS": "3",
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
    }


def client_environment(*, api_url: str, auth_string: str, home: Path) -> dict[str, str]:
    """
    Return the environment of every process that talks to Prefect: worker, API, relay.

    Args:
        api_url: `http://host:port/api`.
        auth_string: `user:password` the server asks for, or nothing.
        home: Muster's home folder.

    Source: facts/prefect.md sections 0, 2 and 8; Prefect 3.8.8, `prefect.settings`.
    """
    environment = {
        **_QUIET,
        "PREFECT_HOME": str(_prefect_home(home)),
        "PREFECT_API_URL": api_url,
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
        "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "false",
        "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
        "PREFECT_WORKER_QUERY_SECONDS": "10",
        "PREFECT_LOGGING_LEVEL": "INFO",
        "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
    }
    if auth_string:
        environment["PREFECT_API_AUTH_STRING"] = auth_string
    if api_url.startswith("http://"):
        environment["PREFECT_API_SSL_CERT_FILE"] = str(_small_trust_file(home))
    return environment


def enter_client_environment() -> None:
    """
    Point Prefect, in this process and those it starts, at the server that is set.

    Raises:
        SetupError: No Prefect server is named and no stack runs.
    """
    # Imported late: the stack's supervisor reads this file and needs no Prefect.
    from prefect.context import refresh_global_settings_context  # noqa: PLC0415

    section = settings().prefect
    if not section.api_url:
        raise SetupError(
            "no Prefect server: start the stack with deployments/up, "
            "or set MUSTER_PREFECT__API_URL"
        )
    os.environ.update(  # noqa: TID251 - the one place Prefect takes its settings from
        client_environment(
            api_url=section.api_url,
            auth_string=section.auth_string.get_secret_value(),
            home=settings().home,
        )
    )
    refresh_global_settings_context()


def _prefect_home(home: Path) -> Path:
    folder = home / "prefect"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _small_trust_file(home: Path) -> Path:
    # Prefect loads all trusted certificates for every client it makes, even where no
    # TLS is spoken: 28 ms of CPU each time, 1 ms with a file of one (measured).
    path = _prefect_home(home) / "one_certificate.pem"
    if not path.exists():
        first, end, _others = certifi.contents().partition(_END_OF_CERTIFICATE)
        path.write_text(first[first.index("-----BEGIN") :] + end)
    return path
