"""Where somebody signed in, in words."""

import pytest

from config.vocabulary import LoginActivityKind
from ui.console.device_words import ACTIVITIES, activity_sign, device_in_words

MOZILLA = "Mozilla/5.0"
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (
            f"{MOZILLA} (X11; Linux x86_64) {WEBKIT} Chrome/156.0.0.0 Safari/537.36",
            "Chrome on Linux",
        ),
        (
            f"{MOZILLA} (Windows NT 10.0) {WEBKIT} Chrome/156.0 Edg/156.0",
            "Edge on Windows",
        ),
        (
            f"{MOZILLA} (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox on Windows",
        ),
        (
            f"{MOZILLA} (iPhone; like Mac OS X) {WEBKIT} Version/26.0 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            f"{MOZILLA} (Linux; Android 16; Pixel) {WEBKIT} Chrome/156.0 Mobile",
            "Chrome on Android",
        ),
        ("python-httpx/0.28.1", "python-httpx"),
        ("", "Unknown"),
    ],
)
def test_a_device_is_named_as_its_owner_would(user_agent: str, words: str) -> None:
    assert device_in_words(user_agent) == words


def test_a_program_cannot_write_a_novel() -> None:
    assert len(device_in_words("x" * 5_000)) == 40


def test_everything_that_is_recorded_has_words() -> None:
    assert set(ACTIVITIES) == set(LoginActivityKind)
    assert activity_sign("made_up_later").word == "Made up later"
