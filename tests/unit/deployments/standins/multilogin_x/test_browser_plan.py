"""Each masking flag is either carried out or told of; nothing is silently accepted."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from deployments.standins.multilogin_x.browsers.looks import plan_browser
from deployments.standins.multilogin_x.browsers.machine import Machine
from deployments.standins.multilogin_x.browsers.order import (
    BrowserNotStartedError,
    BrowserOrder,
)
from deployments.standins.multilogin_x.browsers.plan import BrowserPlan
from deployments.standins.multilogin_x.browsers.proxy import find_proxy

FOLDER = Path("/profiles/one")
MACHINE = Machine(
    binary=Path("/usr/lib/chromium/chromium"),
    driver=Path("/usr/bin/chromedriver"),
    version="156.0.1.2",
    system="Linux x86_64",
    is_root=False,
    has_screen=True,
    fonts=frozenset({"dejavu sans"}),
    environment={},
)
NO_SCREEN = Machine(**{**MACHINE.__dict__, "has_screen": False, "is_root": True})
ALL_MASKS = (
    "navigator_masking",
    "audio_masking",
    "localization_masking",
    "geolocation_masking",
    "timezone_masking",
    "graphics_noise",
    "graphics_masking",
    "webrtc_masking",
    "fonts_masking",
    "media_devices_masking",
    "ports_masking",
    "canvas_noise",
)


def plan(
    flags: Mapping[str, str] | None = None,
    *,
    machine: Machine = MACHINE,
    has_proxy: bool = False,
    has_earlier_tabs: bool = False,
    headless: bool = True,
    **parameters: Any,
) -> BrowserPlan:
    os_type = parameters.pop("os_type", "linux")
    order = BrowserOrder(
        "id",
        FOLDER,
        os_type=os_type,
        headless=headless,
        parameters={"flags": flags or {}, **parameters},
    )
    return plan_browser(
        order, machine, has_proxy=has_proxy, has_earlier_tabs=has_earlier_tabs
    )


def declined(found: BrowserPlan) -> dict[str, str]:
    return {one.flag: one.applied for one in found.unsupported}


def emulated(found: BrowserPlan) -> dict[str, Mapping[str, Any]]:
    return {one.method: one.parameters for one in found.emulation}


def test_natural_wishes_are_all_fulfilled() -> None:
    natural = dict.fromkeys([*ALL_MASKS, "screen_masking"], "natural")
    found = plan(natural)
    assert found.unsupported == ()
    assert found.emulation == ()
    assert found.environment == {}
    assert "--no-proxy-server" in found.switches


def test_every_mask_that_cannot_be_made_is_told_of() -> None:
    found = plan(dict.fromkeys(ALL_MASKS, "mask"))
    assert set(declined(found)) == set(ALL_MASKS)
    assert all(one.reason and one.applied for one in found.unsupported)
    assert not any("canvas" in one for one in found.switches)


def test_every_custom_wish_without_a_value_is_told_of() -> None:
    custom = [one for one in ALL_MASKS if one not in {"canvas_noise", "audio_masking"}]
    found = plan(dict.fromkeys([*custom, "screen_masking"], "custom"))
    assert set(declined(found)) >= {*custom, "screen_masking"}


def test_a_time_zone_is_set_by_the_environment() -> None:
    flags = {"timezone_masking": "custom"}
    zone = plan(flags, fingerprint={"timezone": {"zone": "Asia/Tokyo"}})
    assert zone.environment == {"TZ": "Asia/Tokyo"}
    assert not zone.unsupported
    wrong = plan(flags, fingerprint={"timezone": {"zone": "Mars/Base"}})
    assert declined(wrong) == {"timezone_masking": "natural"}
    assert wrong.environment == {}


@pytest.mark.parametrize(
    ("wishes", "listed", "locale"),
    [
        (
            {"accept_languages": "fr-FR,fr;q=0.9", "locale": "fr-FR"},
            "fr-FR,fr",
            "fr-FR",
        ),
        ({"languages": "de-CH, de"}, "de-CH,de", "de-CH"),
        ({"locale": "it-IT"}, "it-IT", "it-IT"),
    ],
)
def test_languages_go_to_header_and_formats(
    wishes: Mapping[str, str], listed: str, locale: str
) -> None:
    found = plan(
        {"localization_masking": "custom"}, fingerprint={"localization": wishes}
    )
    assert found.preferences["intl.accept_languages"] == listed
    assert f"--accept-lang={listed}" in found.switches
    assert emulated(found) == {"Emulation.setLocaleOverride": {"locale": locale}}


def test_a_place_is_emulated_and_the_question_for_it_answered() -> None:
    found = plan(
        {"geolocation_masking": "custom", "geolocation_popup": "allow"},
        fingerprint={"geolocation": {"latitude": 47.4, "longitude": 8.5}},
    )
    place = emulated(found)["Emulation.setGeolocationOverride"]
    assert place == {"latitude": 47.4, "longitude": 8.5, "accuracy": 100}
    name = "profile.default_content_setting_values.geolocation"
    assert found.preferences[name] == 1


@pytest.mark.parametrize(
    ("asked", "policy", "is_told"),
    [
        ("natural", "default", False),
        ("disabled", "disable_non_proxied_udp", False),
        ("mask", "disable_non_proxied_udp", True),
        ("custom", "disable_non_proxied_udp", True),
    ],
)
def test_web_rtc_stays_within_the_proxy(
    asked: str, policy: str, *, is_told: bool
) -> None:
    found = plan({"webrtc_masking": asked})
    assert found.preferences["webrtc.ip_handling_policy"] == policy
    switch = f"--webrtc-ip-handling-policy={policy}"
    assert (switch in found.switches) == (asked != "natural")
    assert ("webrtc_masking" in declined(found)) == is_told


def test_only_installed_fonts_can_be_shown() -> None:
    fonts = ["DejaVu Sans", "Segoe UI & Co"]
    found = plan({"fonts_masking": "custom"}, fingerprint={"fonts": fonts})
    assert found.environment["FONTCONFIG_FILE"] == str(FOLDER / "fonts.conf")
    assert "DejaVu Sans" in found.files["fonts.conf"]
    assert "Segoe" not in found.files["fonts.conf"]
    assert found.unsupported[0].asked == "Segoe UI & Co"


def test_cameras_can_be_counted_and_nothing_else() -> None:
    wished = {"audio_inputs": 1, "audio_outputs": 1, "video_inputs": 2}
    found = plan(
        {"media_devices_masking": "custom"}, fingerprint={"media_devices": wished}
    )
    switch = "--use-fake-device-for-media-stream=device-count=2"
    assert switch in found.switches
    assert declined(found) == {"media_devices_masking": "2 cameras"}


def test_reading_a_canvas_can_be_switched_off() -> None:
    found = plan({"canvas_noise": "disabled"})
    assert "--disable-reading-from-canvas" in found.switches
    assert not found.unsupported


@pytest.mark.parametrize(
    ("agent", "is_used", "applied"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0.0.0 Safari/1", True, None),
        (
            "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0.0.0 Safari/1",
            True,
            "the user agent alone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/156.0.0.0", False, "natural"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/156.0.0.0", False, "natural"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:1) Firefox/140", False, "natural"),
    ],
)
def test_a_user_agent_is_used_within_this_system(
    agent: str, applied: str | None, *, is_used: bool
) -> None:
    found = plan(
        {"navigator_masking": "custom"},
        fingerprint={"navigator": {"user_agent": agent}},
    )
    used = agent if is_used else MACHINE.user_agent
    assert f"--user-agent={used}" in found.switches
    assert declined(found).get("navigator.user_agent") == applied


def test_cores_are_counted_everywhere_and_other_hardware_is_told_of() -> None:
    wished = {"hardware_concurrency": 12, "platform": "Win32", "max_touch_points": 5}
    found = plan({"navigator_masking": "custom"}, fingerprint={"navigator": wished})
    method = "Emulation.setHardwareConcurrencyOverride"
    assert emulated(found) == {method: {"hardwareConcurrency": 12}}
    assert "worker" in found.emulation[0].targets
    told = {
        "navigator.platform": "Linux x86_64",
        "navigator.max_touch_points": "natural",
    }
    assert declined(found) == told


def test_another_system_is_told_of() -> None:
    assert declined(plan(os_type="windows")) == {"os_type": "Linux x86_64"}


def test_a_screen_is_what_pages_see() -> None:
    screen = {"width": 1440, "height": 900, "pixel_ratio": 1.5}
    found = plan({"screen_masking": "custom"}, fingerprint={"screen": screen})
    assert "--screen-info={2160x1350 devicePixelRatio=1.5}" in found.switches
    windowed = plan(
        {"screen_masking": "custom"}, fingerprint={"screen": screen}, headless=False
    )
    assert declined(windowed) == {"screen_masking": "the size of the window"}
    assert "--window-size=1440,900" in windowed.switches
    assert "--headless=new" not in windowed.switches


def test_a_masked_screen_is_the_same_each_time() -> None:
    found = plan({"screen_masking": "mask"})
    assert found == plan({"screen_masking": "mask"})
    assert not found.unsupported


def test_without_a_screen_a_window_is_not_promised() -> None:
    found = plan(machine=NO_SCREEN, headless=False)
    assert declined(found) == {"headless_mode": "true"}
    assert {"--headless=new", "--no-sandbox"} <= set(found.switches)


def test_behind_a_proxy_no_name_is_looked_up_here() -> None:
    found = plan(has_proxy=True, proxy={"save_traffic": True})
    assert "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1" in found.switches
    assert "--proxy-bypass-list=<-loopback>" in found.switches
    assert declined(found) == {"proxy.save_traffic": "pictures only"}
    assert found.preferences["profile.default_content_setting_values.images"] == 2


def test_start_pages_are_opened_unless_there_are_tabs_to_reopen() -> None:
    urls = ["https://a.example/", "file:///etc/passwd", "http://b.example/"]
    first = plan(custom_start_urls=urls)
    assert first.start_urls == ("https://a.example/", "http://b.example/")
    assert first.preferences["session.restore_on_startup"] == 4
    assert declined(first) == {"custom_start_urls": "left out"}
    again = plan(custom_start_urls=urls, has_earlier_tabs=True)
    assert again.start_urls == ()
    assert again.preferences["session.restore_on_startup"] == 1
    custom = {"startup_behavior": "custom"}
    always = plan(custom, custom_start_urls=urls, has_earlier_tabs=True)
    assert always.start_urls == first.start_urls


def test_only_harmless_switches_are_passed_on() -> None:
    wished = [
        {"flag": "--mute-audio", "value": "true"},
        {"flag": "renderer-cmd-prefix", "value": "sh"},
    ]
    found = plan(fingerprint={"cmd_params": {"params": wished}})
    assert "--mute-audio" in found.switches
    assert not any("renderer" in one for one in found.switches)
    assert declined(found) == {"cmd_params.renderer-cmd-prefix": "left out"}


def test_what_has_no_counterpart_is_told_of() -> None:
    found = plan(custom_dns="9.9.9.9", extension_ids=["x"])
    assert declined(found) == {"custom_dns": "none", "extension_ids": "none"}


def test_a_firefox_profile_is_refused() -> None:
    order = BrowserOrder("id", FOLDER, browser_type="stealthfox")
    with pytest.raises(BrowserNotStartedError, match="mimic"):
        plan_browser(order, MACHINE, has_proxy=False)


def test_a_proxy_is_read_from_its_parameters() -> None:
    proxy = {"type": "socks5", "host": "p.example", "port": "1080", "username": "a"}
    found = find_proxy({"proxy": proxy, "flags": {"proxy_masking": "custom"}})
    assert found is not None
    assert (found.scheme, found.host, found.port) == ("socks5", "p.example", 1080)
    assert find_proxy({"proxy": proxy, "flags": {"proxy_masking": "disabled"}}) is None
    assert find_proxy({}) is None


@pytest.mark.parametrize(
    "proxy",
    [
        {},
        {"type": "url", "host": "https://list.example"},
        {"type": "http", "host": "p.example", "port": 0},
        {"type": "http", "host": "", "port": 80},
    ],
)
def test_a_proxy_that_cannot_be_used_is_never_left_out(
    proxy: Mapping[str, Any],
) -> None:
    with pytest.raises(BrowserNotStartedError):
        find_proxy({"proxy": proxy, "flags": {"proxy_masking": "custom"}})
