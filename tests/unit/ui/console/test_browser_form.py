"""A new browser profile: what was typed in, a request out."""

from typing import Any

import pytest

from tasks.browser_profiles.schemas import BrowserProfileRequest
from tasks.clients.multilogin_wishes import DEFAULT_FLAGS, FLAG_WORDS
from ui.console.api_door import FieldProblem
from ui.console.browser_form import (
    FLAGS,
    build_request,
    check_form,
    choices_of,
    find_place,
    place_problems,
    split_lines,
)


def typed(**values: Any) -> dict[str, Any]:
    usual = {
        "name": " Lisbon ",
        "folder": "one",
        "template": "documented",
        "template_flags": dict(DEFAULT_FLAGS),
        "flags": {name: DEFAULT_FLAGS[name] for name in FLAGS},
        "fingerprint": "",
        "browser_type": "mimic",
        "os_type": "windows",
        "proxy_type": "none",
        "start_urls": "",
        "notes": "",
    }
    return usual | values


def missing(**values: Any) -> set[str]:
    return {one.path for one in check_form(typed(**values))}


def test_what_is_typed_is_a_request_the_api_takes() -> None:
    proxy = {
        "proxy_type": "socks5",
        "host": " proxy.example ",
        "port": 1080,
        "username": "ada",
        "password": " with spaces ",
        "save_traffic": True,
    }
    whole = typed(
        **proxy, start_urls="https://a.example/\n\nhttps://a.example/", notes="first"
    )
    assert check_form(whole) == []
    request = BrowserProfileRequest.model_validate(build_request(whole))
    assert request.name == "Lisbon"
    assert request.parameters.start_urls == ("https://a.example/",)
    assert request.proxy is not None
    assert request.proxy.host == "proxy.example"
    assert request.proxy.password.get_secret_value() == " with spaces "


def test_flags_are_sent_as_shown_but_what_follows_is_left_to_follow() -> None:
    flags = build_request(typed())["parameters"]["flags"]
    assert "startup_behavior" not in flags
    assert "proxy_masking" not in flags
    assert flags["canvas_noise"] == DEFAULT_FLAGS["canvas_noise"]
    wished = typed()["flags"] | {"startup_behavior": "custom"}
    flags = build_request(typed(flags=wished))["parameters"]["flags"]
    assert flags["startup_behavior"] == "custom"


def test_every_flag_can_be_all_that_it_may_be() -> None:
    for flag in FLAGS:
        assert set(choices_of(flag)) == FLAG_WORDS[flag]
        assert choices_of(flag)[0] in {"natural", "allow", "custom"}


@pytest.mark.parametrize(
    ("values", "paths"),
    [
        ({}, set()),
        ({"name": " "}, {"name"}),
        ({"folder": None}, {"folder_id"}),
        ({"proxy_type": "http"}, {"proxy.host", "proxy.port"}),
        (
            {"proxy_type": "http", "host": "a", "port": 1, "password": "x"},
            {"proxy.username"},
        ),
        ({"start_urls": "example"}, {"parameters.start_urls"}),
        ({"start_urls": "about:blank"}, set()),
        (
            {"start_urls": "\n".join(f"https://a.example/{n}" for n in range(6))},
            {"parameters.start_urls"},
        ),
        ({"fingerprint": "[1]"}, {"parameters.fingerprint"}),
        ({"fingerprint": "{"}, {"parameters.fingerprint"}),
        ({"fingerprint": '{"ports": [22]}'}, set()),
    ],
)
def test_what_is_missing_is_said_at_its_field(
    values: dict[str, Any], paths: set[str]
) -> None:
    assert missing(**values) == paths


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("body.name", "name"),
        ("folderId", "folder_id"),
        ("parameters.flags.webrtc_masking", "parameters.flags"),
        ("parameters.fingerprint.timezone", "parameters.fingerprint"),
        ("parameters.startUrls.0", "parameters.start_urls"),
        ("proxy.port", "proxy.port"),
        ("proxy.saveTraffic", "proxy"),
        ("somewhere", ""),
    ],
)
def test_a_problem_finds_its_field(path: str, place: str) -> None:
    assert find_place(path) == place


def test_no_problem_is_swallowed() -> None:
    problems = [
        FieldProblem(path="nowhere", message="Value error, no"),
        FieldProblem(path="name", message="too long"),
    ]
    assert place_problems(problems) == {"": ["no"], "name": ["too long"]}


def test_lines_are_taken_once_and_without_the_empty_ones() -> None:
    assert split_lines(" a \n\nb\na") == ["a", "b"]
