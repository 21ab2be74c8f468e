"""A monitoring system is known by a token or a network, never by what it claims."""

from collections.abc import Iterator

import pytest
from starlette.requests import Request

from config.errors import SetupError
from config.settings import settings
from ui.api.monitoring import is_in_monitoring_network, is_monitor

TOKEN = "t" * 32


@pytest.fixture(autouse=True)
def _monitoring() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSTER_API__MONITORING_TOKEN", TOKEN)
        patch.setenv("MUSTER_API__MONITORING_NETWORKS", '["10.1.0.0/16", "::1/128"]')
        settings.cache_clear()
        yield
    settings.cache_clear()


def request_from(address: str, **headers: str) -> Request:
    raw = [
        (name.replace("_", "-").encode(), value.encode())
        for name, value in headers.items()
    ]
    return Request({"type": "http", "headers": raw, "client": (address, 1)})


def test_the_token_that_is_set_opens() -> None:
    assert is_monitor(request_from("192.0.2.1", authorization=f"Bearer {TOKEN}"))


@pytest.mark.parametrize(
    "other", [TOKEN[:-1], TOKEN + "=", TOKEN.upper(), "", "ä" * 32]
)
def test_any_other_token_does_not_even_from_the_network(other: str) -> None:
    asked = request_from("192.0.2.1", authorization=f"Bearer {other}")
    assert not is_monitor(asked)


def test_a_network_that_is_set_opens_to_those_who_come_directly() -> None:
    assert is_monitor(request_from("10.1.2.3"))
    for header in ("x_forwarded_for", "forwarded", "via", "x_real_ip"):
        assert not is_monitor(request_from("10.1.2.3", **{header: "10.1.2.3"}))


@pytest.mark.parametrize(
    ("address", "is_in"),
    [
        ("10.1.255.255", True),
        ("10.2.0.1", False),
        ("::1", True),
        ("::ffff:10.1.0.1", True),
        ("testclient", False),
        ("", False),
    ],
)
def test_an_address_is_in_a_network_or_not(address: str, *, is_in: bool) -> None:
    assert is_in_monitoring_network(address) is is_in


def test_nothing_is_open_by_default(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("MUSTER_API__MONITORING_TOKEN")
    environment.delenv("MUSTER_API__MONITORING_NETWORKS")
    settings.cache_clear()
    assert not is_monitor(request_from("127.0.0.1"))
    assert not is_monitor(request_from("127.0.0.1", authorization="Bearer "))


def test_a_token_that_can_be_guessed_is_refused(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("MUSTER_API__MONITORING_TOKEN", "short")
    settings.cache_clear()
    with pytest.raises(SetupError, match=r"MUSTER_API__MONITORING_TOKEN.*32"):
        settings()
