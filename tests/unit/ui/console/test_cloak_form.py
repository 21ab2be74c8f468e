"""Which exit a person wants tested, as a request; and problems at their fields."""

from typing import Any
from uuid import UUID

import pytest

from config.vocabulary import LeakSubject
from tasks.leak_tests.schemas import LeakTestRequest
from ui.console.api_door import FieldProblem
from ui.console.cloak_form import (
    PLACES,
    build_subject,
    check_form,
    find_place,
    place_problems,
)

PROXY = {
    "kind": "proxy",
    "proxy_type": "socks5",
    "host": " proxy.example ",
    "port": 1080,
    "username": "ada",
    "password": "no one knows",
}


@pytest.mark.parametrize(
    "typed",
    [
        {"kind": "direct"},
        {"kind": "browser_profile", "browser_profile_id": UUID(int=7)},
        {"kind": "vpn", "vpn": ""},
        {"kind": "vpn", "vpn": "berlin"},
        PROXY,
        PROXY | {"username": "", "password": ""},
    ],
)
def test_a_filled_form_is_a_request_the_api_takes(typed: dict[str, Any]) -> None:
    more = {
        "exit_addresses": "203.0.113.5, 2001:db8::/48",
        "country": "de",
        "resolvers": "",
    }
    assert check_form(typed | more) == []
    asked = LeakTestRequest.model_validate(build_subject(typed | more))
    assert asked.kind == typed["kind"]
    assert asked.expected.country == "DE"
    assert asked.expected.exit_addresses == ("203.0.113.5", "2001:db8::/48")
    assert asked.expected.resolvers == ()


def test_what_is_left_out_is_not_sent() -> None:
    assert build_subject({"kind": "direct"}) == {}
    assert build_subject({"kind": "vpn", "vpn": ""}) == {"vpn": True}
    proxy = build_subject(PROXY | {"username": " "})["proxy"]
    assert set(proxy) == {"type", "host", "port"}
    assert proxy["host"] == "proxy.example"


@pytest.mark.parametrize(
    ("typed", "places"),
    [
        ({"kind": "browser_profile"}, {"browser_profile_id"}),
        ({"kind": "proxy", "proxy_type": "http"}, {"proxy.host", "proxy.port"}),
        (PROXY | {"host": "ada:secret@proxy.example"}, {"proxy.host"}),
        (PROXY | {"username": ""}, {"proxy.username"}),
        ({"kind": "direct", "country": "Germany"}, {"expected.country"}),
        ({"kind": "vpn"}, set()),
    ],
)
def test_what_is_missing_is_said_at_its_field(
    typed: dict[str, Any], places: set[str]
) -> None:
    assert set(place_problems(check_form(typed))) == places


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("body.proxy.host", "proxy.host"),
        ("proxy.type", "proxy"),
        ("expected.exitAddresses.0", "expected.exit_addresses"),
        ("browserProfileId", "browser_profile_id"),
        ("everyMinutes", "every_minutes"),
        ("body", ""),
        ("weather", ""),
    ],
)
def test_a_path_of_the_api_finds_its_field(path: str, place: str) -> None:
    assert find_place(path) == place


def test_a_problem_without_a_field_is_not_swallowed() -> None:
    placed = place_problems([FieldProblem(path="", message="Value error, one only")])
    assert placed == {"": ["one only"]}


def test_narrow_places_stand_before_wide_ones() -> None:
    for index, wide in enumerate(PLACES):
        assert not any(later.startswith(wide + ".") for later in PLACES[index:])


def test_every_subject_can_be_asked_for() -> None:
    for kind in LeakSubject:
        typed = PROXY | {"kind": kind, "browser_profile_id": UUID(int=1)}
        assert LeakTestRequest.model_validate(build_subject(typed)).kind == kind
