"""
Ports: are ours free, and which are.

`python -m deployments.stack.ports` prints free ones as settings, for a second stack.
"""

import errno
import secrets
import socket
import sys
from collections.abc import Mapping

from config.errors import SetupError
from config.settings import Settings

_RANDOM = secrets.SystemRandom()
_GIVEN_OUT = range(10_240, 32_768)

API = "MUSTER_API__PORT"
POSTGRES = "MUSTER_STACK__POSTGRES_PORT"
REDIS = "MUSTER_STACK__REDIS_PORT"
PREFECT = "MUSTER_STACK__PREFECT_PORT"
DEMO_SITE = "MUSTER_STACK__DEMO_SITE_PORT"
PLEX_ACCOUNTS = "MUSTER_STACK__PLEX_ACCOUNTS_PORT"
LEAK_RESPONDERS = "MUSTER_LEAK_RESPONDERS__HTTP_PORT"
LEAK_RESPONDERS_DNS = "MUSTER_LEAK_RESPONDERS__DNS_PORT"
MULTILOGIN = {
    f"MUSTER_STACK__MULTILOGIN_{name.upper()}_PORT": f"multilogin_{name}_port"
    for name in ("cloud", "launcher", "proxy", "cookies", "gateway")
}
"""Ports of the local Multilogin X: the variable, and the field it sets."""
LOOPBACK = "127.0.0.1"
_BACKLOG = 512


def ports_in_use(values: Settings) -> dict[str, int]:
    """Return the ports this stack will listen on, by the setting that names each."""
    ports = {API: values.api.port, DEMO_SITE: values.stack.demo_site_port}
    if needs_postgres(values):
        ports[POSTGRES] = values.stack.postgres_port
    if not values.redis.url.get_secret_value():
        ports[REDIS] = values.stack.redis_port
    if not values.prefect.api_url:
        ports[PREFECT] = values.stack.prefect_port
    if not values.plex.accounts_url:
        ports[PLEX_ACCOUNTS] = values.stack.plex_accounts_port
    if not values.leak_tests.responder_url:
        ports[LEAK_RESPONDERS] = values.leak_responders.http_port
        ports[LEAK_RESPONDERS_DNS] = values.leak_responders.dns_port
    if not values.multilogin.cloud_url:
        ports |= {name: getattr(values.stack, MULTILOGIN[name]) for name in MULTILOGIN}
    return ports


def needs_postgres(values: Settings) -> bool:
    """
    Tell whether the private PostgreSQL is started.

    Prefect's server keeps its records there too, so it starts for a private Prefect
    even when our own database is elsewhere.
    """
    return not (values.database.url.get_secret_value() and values.prefect.api_url)


def check_ports(ports: Mapping[str, int], *, api_host: str = LOOPBACK) -> None:
    """
    Check that every port is free and none is named twice.

    Raises:
        SetupError: One is not; the message names the setting to change.
    """
    names: dict[int, str] = {}
    for name, port in ports.items():
        if port in names:
            raise SetupError(
                f"{names[port]} and {name} are both {port}; set one to another port"
            )
        names[port] = name
        problem = port_problem(port, host=api_host if name == API else LOOPBACK)
        if problem:
            raise SetupError(f"port {port} {problem}; set {name} to a free one")


def port_problem(port: int, *, host: str = LOOPBACK) -> str:
    """Say why nothing can listen on this port; empty if something can."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return "is taken"
            return f"cannot be used ({error.strerror})"
    return ""


def open_listener(port: int, *, name: str, setting: str) -> socket.socket:
    """
    Open the socket that a small server listens on; port 0 takes any free one.

    Raises:
        SetupError: Something else listens on `port`; `setting` names it.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
    except OSError:
        listener.close()
        raise SetupError(
            f"port {port} of {name} is taken; stop what listens there, or set "
            f"{setting} to a free port"
        ) from None
    listener.listen(_BACKLOG)
    return listener


def free_ports(count: int) -> list[int]:
    """
    Return that many different ports on which nothing listens now.

    They are none that Linux gives to an outgoing connection (ip_local_port_range begins
    at 32768), so that nobody takes one before it is used.

    Raises:
        SetupError: There are not so many.
    """
    listeners: list[socket.socket] = []
    try:
        for port in _RANDOM.sample(_GIVEN_OUT, len(_GIVEN_OUT)):
            if len(listeners) == count:
                break
            listener = socket.socket()
            try:
                listener.bind((LOOPBACK, port))
            except OSError:
                listener.close()
            else:
                listeners.append(listener)
        if len(listeners) < count:
            raise SetupError(f"there are no {count} free ports")
        return [listener.getsockname()[1] for listener in listeners]
    finally:
        for listener in listeners:
            listener.close()


def free_port_settings() -> dict[str, str]:
    """Return every port setting of a stack with a free port."""
    names = (
        *(API, POSTGRES, REDIS, PREFECT, DEMO_SITE, PLEX_ACCOUNTS),
        *(LEAK_RESPONDERS, LEAK_RESPONDERS_DNS),
        *MULTILOGIN,
    )
    return dict(zip(names, map(str, free_ports(len(names))), strict=True))


if __name__ == "__main__":
    sys.stdout.write(
        " ".join(f"{name}={port}" for name, port in free_port_settings().items()) + "\n"
    )
