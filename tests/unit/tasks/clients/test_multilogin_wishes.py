"""How browser profiles are described to Multilogin X."""

from typing import Any

import pytest
from pydantic import SecretStr

from config.errors import InvalidError
from tasks.clients.multilogin_wishes import (
    DEFAULT_FLAGS,
    FLAG_WORDS,
    BrowserProfileChanges,
    NewBrowserProfile,
    ProxyAddress,
    QuickBrowser,
    create_body,
    partial_body,
    quick_body,
    unique_name,
    whole_update,
)

PROXY = ProxyAddress("socks5", "p.example", 1080, "ann", SecretStr("hush"))
SENT = {
    "type": "socks5",
    "host": "p.example",
    "port": 1080,
    "save_traffic": False,
    "username": "ann",
    "password": "hush",
}
META: dict[str, Any] = {
    "id": "p1",
    "name": "before",
    "notes": "kept",
    "tags": ["a"],
    "core_version": 130,
    "is_auto_update": False,
    "is_local": False,
    "parameters": {
        "flags": {**DEFAULT_FLAGS, "proxy_masking": "custom", "audio_masking": "mask"},
        "fingerprint": {"navigator": {"platform": "Win32"}},
        "storage": {"is_local": True, "save_service_worker": False},
        "proxy": {"type": "http", "host": "old.example", "port": 1, "password": "old"},
        "custom_start_urls": ["https://a.example/"],
        "custom_dns": "192.0.2.53",
        "extension_ids": ["e1"],
    },
}


def wish(**different: Any) -> NewBrowserProfile:
    return NewBrowserProfile(**{"name": "n", "folder_id": "f", **different})


def test_a_browser_profile_is_made_with_the_documented_defaults() -> None:
    body = create_body(wish(), times=1)
    assert (body["browser_type"], body["os_type"], body["times"]) == (
        "mimic",
        "windows",
        1,
    )
    assert set(body["parameters"]["flags"]) == set(FLAG_WORDS)
    assert body["parameters"]["flags"] == DEFAULT_FLAGS
    assert body["parameters"]["fingerprint"] == {}
    assert body["parameters"]["storage"]["is_local"] is True
    assert "proxy" not in body["parameters"]


def test_a_proxy_stands_in_the_parameters_and_sets_its_flag() -> None:
    parameters = create_body(wish(proxy=PROXY), times=1)["parameters"]
    assert parameters["proxy"] == SENT
    assert parameters["flags"]["proxy_masking"] == "custom"


def test_start_pages_are_opened_and_noise_follows_noise() -> None:
    body = create_body(
        wish(
            custom_start_urls=("https://a.example",),
            flags={"graphics_noise": "natural"},
        ),
        times=2,
    )
    flags = body["parameters"]["flags"]
    assert (flags["startup_behavior"], flags["canvas_noise"]) == ("custom", "natural")


@pytest.mark.parametrize(
    ("different", "times", "field"),
    [
        ({"flags": {"no_masking": "mask"}}, 1, "flags.no_masking"),
        ({"flags": {"audio_masking": "custom"}}, 1, "flags.audio_masking"),
        ({"flags": {"timezone_masking": "custom"}}, 1, "fingerprint.timezone"),
        ({}, 0, "times"),
        ({}, 11, "times"),
    ],
)
def test_what_would_be_refused_is_not_sent(
    different: dict[str, Any], times: int, field: str
) -> None:
    with pytest.raises(InvalidError) as refused:
        create_body(wish(**different), times=times)
    assert refused.value.field == field


def test_a_quick_browser_uses_its_own_words() -> None:
    body = quick_body(QuickBrowser(proxy=PROXY), automation="playwright", headless=True)
    assert (body["automation"], body["is_headless"]) == ("playwright", True)
    assert body["parameters"]["proxy"] == SENT
    assert "automation_type" not in body


def test_a_whole_update_sends_back_all_that_was_read() -> None:
    body = whole_update(META, BrowserProfileChanges(name="after"))
    assert body["name"] == "after"
    assert body["parameters"] == META["parameters"]
    assert (body["notes"], body["tags"]) == ("kept", ["a"])
    assert (body["auto_update_core"], body["core_version"]) == (False, 130)


def test_a_whole_update_changes_only_what_it_is_told() -> None:
    changes = BrowserProfileChanges(
        flags={"timezone_masking": "custom"},
        fingerprint={"timezone": {"zone": "Europe/Zurich"}},
        proxy=PROXY,
        custom_start_urls=[],
    )
    parameters = whole_update(META, changes)["parameters"]
    assert parameters["flags"]["timezone_masking"] == "custom"
    assert parameters["flags"]["audio_masking"] == "mask"
    assert parameters["fingerprint"] == {
        "navigator": {"platform": "Win32"},
        "timezone": {"zone": "Europe/Zurich"},
    }
    assert parameters["proxy"] == SENT
    assert parameters["custom_start_urls"] == []
    assert parameters["extension_ids"] == ["e1"]
    assert META["parameters"]["proxy"]["host"] == "old.example"


def test_a_whole_update_takes_a_proxy_away_with_its_flag() -> None:
    changes = BrowserProfileChanges(without_proxy=True)
    parameters = whole_update(META, changes)["parameters"]
    assert "proxy" not in parameters
    assert parameters["flags"]["proxy_masking"] == "disabled"


def test_a_version_is_not_held_where_it_follows_the_latest() -> None:
    follows = {**META, "is_auto_update": True, "tags": None, "notes": None}
    body = whole_update(follows, BrowserProfileChanges())
    assert "core_version" not in body
    assert (body["auto_update_core"], body["tags"], body["notes"]) == (True, [], "")


def test_a_partial_update_has_its_proxy_at_the_top() -> None:
    changes = BrowserProfileChanges(
        proxy=PROXY, flags={"webrtc_masking": "disabled"}, custom_start_urls=["x"]
    )
    assert partial_body("p1", changes) == {
        "profile_id": "p1",
        "proxy": SENT,
        "custom_start_urls": ["x"],
        "parameters": {"flags": {"webrtc_masking": "disabled"}},
    }
    assert partial_body("p1", BrowserProfileChanges(notes="")) == {
        "profile_id": "p1",
        "notes": "",
    }
    with pytest.raises(InvalidError):
        partial_body("p1", BrowserProfileChanges(without_proxy=True))


def test_a_wish_does_not_show_the_proxys_password() -> None:
    assert "hush" not in repr(wish(proxy=PROXY))
    assert "hush" not in repr(BrowserProfileChanges(proxy=PROXY))


def test_a_unique_name_can_be_searched_for_as_a_whole() -> None:
    name = unique_name("n" * 90, mark="1a2b3c4d")
    assert len(name) == 50
    assert name.endswith(" 1a2b3c4d")
