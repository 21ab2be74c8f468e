"""Ports: which are used, and what is said when one is taken."""

import socket
from collections.abc import Iterator

import pytest

from config.errors import SetupError
from config.settings import Settings
from deployments.stack.ports import (
    API,
    DEMO_SITE,
    LEAK_RESPONDERS,
    LEAK_RESPONDERS_DNS,
    MULTILOGIN,
    PLEX_ACCOUNTS,
    POSTGRES,
    PREFECT,
    REDIS,
    check_ports,
    free_port_settings,
    free_ports,
    ports_in_use,
)


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def settings_with(**sections: dict[str, str]) -> Settings:
    """Return settings without any environment but this."""
    return Settings.model_validate({"home": "/nowhere", **sections})


def test_a_taken_port_is_named_with_the_setting_that_changes_it(
    taken_port: int,
) -> None:
    with pytest.raises(SetupError) as problem:
        check_ports({API: taken_port})
    assert problem.value.message == (
        f"port {taken_port} is taken; set MUSTER_API__PORT to a free one"
    )


def test_two_parts_cannot_share_a_port() -> None:
    port = free_ports(1)[0]
    with pytest.raises(SetupError, match="MUSTER_API__PORT and MUSTER_STACK__REDIS"):
        check_ports({API: port, REDIS: port})


def test_free_ports_are_free_and_different() -> None:
    ports = free_port_settings()
    assert len(set(ports.values())) == 13
    check_ports({name: int(port) for name, port in ports.items()})


def test_a_part_that_runs_elsewhere_needs_no_port() -> None:
    everything = settings_with(
        database={"url": ""}, redis={"url": ""}, prefect={"api_url": ""}
    )
    private = {POSTGRES, REDIS, PREFECT, PLEX_ACCOUNTS, *MULTILOGIN}
    private |= {LEAK_RESPONDERS, LEAK_RESPONDERS_DNS}
    assert set(ports_in_use(everything)) == {API, DEMO_SITE} | private
    nothing = settings_with(
        database={"url": "postgresql+psycopg://elsewhere/muster"},
        redis={"url": "redis://elsewhere"},
        prefect={"api_url": "http://elsewhere/api"},
        plex={"accounts_url": "https://plex.tv"},
        multilogin={"cloud_url": "https://elsewhere"},
        leak_tests={"responder_url": "http://elsewhere"},
    )
    assert set(ports_in_use(nothing)) == {API, DEMO_SITE}


def test_a_private_prefect_keeps_its_records_in_a_private_postgres() -> None:
    mixed = settings_with(
        database={"url": "postgresql+psycopg://elsewhere/muster"},
        redis={"url": ""},
        prefect={"api_url": ""},
    )
    assert POSTGRES in ports_in_use(mixed)
