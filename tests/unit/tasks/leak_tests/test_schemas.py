"""What a person may ask of a leak test, and how it is shown."""

from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr, ValidationError

from config.vocabulary import LeakSubject
from tasks.leak_tests.schemas import (
    Expected,
    LeakProxy,
    LeakScheduleRequest,
    LeakTestRequest,
)

PROXY = {"type": "socks5", "host": "proxy.example", "port": 1080}


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ({}, LeakSubject.DIRECT),
        ({"browserProfileId": str(uuid4())}, LeakSubject.BROWSER_PROFILE),
        ({"proxy": PROXY}, LeakSubject.PROXY),
        ({"vpn": "US"}, LeakSubject.VPN),
        ({"vpn": True}, LeakSubject.VPN),
    ],
)
def test_a_wish_names_one_subject(asked: dict[str, Any], kind: LeakSubject) -> None:
    assert LeakTestRequest.model_validate(asked).kind is kind


@pytest.mark.parametrize(
    "asked",
    [
        {"vpn": "US", "proxy": PROXY},
        {"vpn": False},
        {"vpn": "../secret"},
        {"proxy": {**PROXY, "port": 0}},
        {"proxy": {**PROXY, "host": "user@host"}},
        {"proxy": {**PROXY, "host": "a..b"}},
        {"proxy": {**PROXY, "host": "a" * 64}},
        {"proxy": {**PROXY, "host": "1:2"}},
        {"expected": {"exitAddresses": ["nowhere"]}},
        {"expected": {"country": "Germany"}},
        {"unknown": 1},
    ],
)
def test_what_makes_no_sense_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        LeakTestRequest.model_validate(asked)


def test_expected_addresses_are_written_in_one_way() -> None:
    expected = Expected(
        exit_addresses=(" 203.0.113.5/32", "203.0.113.77/24", "2001:DB8::1")
    )
    assert expected.exit_addresses == ("203.0.113.5", "203.0.113.0/24", "2001:db8::1")


def test_a_proxys_credentials_are_encoded_and_never_shown() -> None:
    proxy = LeakProxy.model_validate({**PROXY, "username": "a@b", "password": "p:/%"})
    assert proxy.name == "socks5://proxy.example:1080"
    url = proxy.url_with(proxy.password).get_secret_value()
    assert url == "socks5://a%40b:p%3A%2F%25@proxy.example:1080"
    assert "p:/%" not in repr(proxy)
    without = LeakProxy.model_validate({**PROXY, "host": "2001:db8::1"})
    assert without.url_with(SecretStr("")).get_secret_value() == (
        "socks5://[2001:db8::1]:1080"
    )


def test_a_schedule_keeps_no_password() -> None:
    asked = {"proxy": {**PROXY, "username": "a"}, "everyMinutes": 60}
    assert LeakScheduleRequest.model_validate(asked).proxy
    asked["proxy"] = {**PROXY, "password": "secret"}
    with pytest.raises(ValidationError, match="keeps no password"):
        LeakScheduleRequest.model_validate(asked)
