"""Parameters and fingerprints: ranges, places of the proxy, what is left out."""

from typing import Any

import pytest

from deployments.standins.multilogin_x.envelope import Refusal
from deployments.standins.multilogin_x.fingerprints import (
    RESOLUTIONS,
    check_fingerprint,
)
from deployments.standins.multilogin_x.parameters import (
    change_parameters,
    complete_parameters,
    read_proxy,
)

RIGHT: dict[str, Any] = {
    "navigator": {
        "hardware_concurrency": 8,
        "platform": "Win32",
        "user_agent": "Mozilla/5.0",
        "max_touch_points": 10,
    },
    "localization": {"languages": "de", "locale": "de-CH", "accept_languages": "de"},
    "timezone": {"zone": "Europe/Zurich"},
    "graphic": {"renderer": "r", "vendor": "v", "device_id": "1"},
    "webrtc": {"public_ip": "192.0.2.1"},
    "media_devices": {"audio_inputs": 1, "audio_outputs": 0, "video_inputs": 1},
    "screen": {"width": 360, "height": 3000, "pixel_ratio": 5.0},
    "geolocation": {
        "accuracy": 100,
        "altitude": -28,
        "latitude": -90,
        "longitude": 180.0,
    },
    "ports": [0, 65_535],
    "fonts": ["Arial"],
    "cmd_params": {"params": [{"flag": "disable-notifications", "value": "true"}]},
}


def test_every_right_member_is_kept_as_it_is() -> None:
    assert check_fingerprint(RIGHT | {"unknown": 1}) == RIGHT


@pytest.mark.parametrize(
    ("member", "change"),
    [
        ("navigator", {"hardware_concurrency": 5}),
        ("navigator", {"user_agent": None}),
        ("navigator", {"max_touch_points": 11}),
        ("localization", {"languages": ["de"]}),
        ("graphic", {"vendor": ""}),
        ("webrtc", {"public_ip": 1}),
        ("media_devices", {"video_inputs": 1.5}),
        ("media_devices", {"video_inputs": -1}),
        ("screen", {"width": 359}),
        ("screen", {"width": 5001}),
        ("screen", {"height": 639}),
        ("screen", {"pixel_ratio": 0.9}),
        ("screen", {"pixel_ratio": True}),
        ("geolocation", {"accuracy": 99}),
        ("geolocation", {"altitude": 8851}),
        ("geolocation", {"latitude": 91}),
        ("geolocation", {"longitude": "8"}),
        ("cmd_params", {"params": [{"flag": "--headless", "value": "true"}]}),
        ("cmd_params", {"params": [{"flag": "headless", "value": True}]}),
    ],
)
def test_a_value_out_of_its_range_is_refused(
    member: str, change: dict[str, Any]
) -> None:
    with pytest.raises(Refusal) as refused:
        check_fingerprint({member: RIGHT[member] | change})
    assert refused.value.error_code == "BAD_REQUEST_BODY"


@pytest.mark.parametrize(
    "wrong",
    [
        {"timezone": "Europe/Zurich"},
        {"ports": [65_536]},
        {"ports": 80},
        {"fonts": "Arial"},
        {"graphics": {}, "graphic": []},
    ],
)
def test_a_member_of_the_wrong_kind_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Refusal):
        check_fingerprint(wrong)


def test_the_resolutions_are_seventeen_from_the_smallest_to_the_largest() -> None:
    assert len(set(RESOLUTIONS)) == 17
    assert RESOLUTIONS[0] == (1280, 720)
    assert RESOLUTIONS[-1] == (5120, 2880)


@pytest.mark.parametrize(
    "wrong",
    [
        "proxy.example:80",
        {"type": "ftp", "host": "a"},
        {"type": "http", "host": ""},
        {"type": "http", "host": "a", "port": 65_536},
        {"type": "http", "host": "a", "port": "8o80"},
        {"type": "http", "host": "a", "port": True},
    ],
)
def test_a_proxy_that_cannot_be_is_refused(wrong: Any) -> None:
    with pytest.raises(Refusal):
        read_proxy(wrong)


def test_a_proxys_port_becomes_a_number_and_unknown_members_go() -> None:
    given = {"type": "socks5", "host": "a", "port": "1080", "country": "ch"}
    expected = {"type": "socks5", "host": "a", "port": 1080, "save_traffic": False}
    assert read_proxy(given) == expected
    assert read_proxy({}) is None
    assert read_proxy(None) is None


def test_more_than_five_start_pages_are_refused() -> None:
    pages = {"parameters": {"custom_start_urls": ["https://a.example"] * 6}}
    with pytest.raises(Refusal):
        complete_parameters(pages, is_strict=False)


def test_a_change_of_one_flag_leaves_the_rest_as_it_was() -> None:
    given = {"parameters": {"fingerprint": {"screen": RIGHT["screen"]}}}
    before = complete_parameters(given, is_strict=False)
    change = {"parameters": {"flags": {"screen_masking": "custom"}}}
    after = change_parameters(before, change)
    assert after["flags"] == before["flags"] | {"screen_masking": "custom"}
    assert after["fingerprint"] == before["fingerprint"]


def test_taking_the_proxy_away_takes_its_flag_back() -> None:
    proxy = {"type": "http", "host": "a", "port": 1}
    before = complete_parameters({"parameters": {"proxy": proxy}}, is_strict=False)
    after = change_parameters(before, {"proxy": None})
    assert "proxy" not in after
    assert after["flags"]["proxy_masking"] == "disabled"
