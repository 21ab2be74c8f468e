"""A wish for a new session becomes one to join the open browser."""

from deployments.standins.multilogin_x.browsers.gateway import join_browser
from deployments.standins.multilogin_x.browsers.preferences import merge_dotted

ADDRESS = "127.0.0.1:4444"


def test_only_the_browser_options_of_a_wish_are_replaced() -> None:
    wish = {
        "capabilities": {
            "alwaysMatch": {
                "browserName": "chrome",
                "pageLoadStrategy": "eager",
                "goog:chromeOptions": {"args": ["--headless"], "extensions": []},
            }
        }
    }
    assert join_browser(wish, address=ADDRESS)["capabilities"]["alwaysMatch"] == {
        "browserName": "chrome",
        "pageLoadStrategy": "eager",
        "goog:chromeOptions": {"debuggerAddress": ADDRESS},
    }


def test_options_of_a_first_match_move_without_clashing() -> None:
    option = {"goog:chromeOptions": {"perfLoggingPrefs": {"enablePage": True}}}
    first = [{"browserName": "chrome", **option}]
    joined = join_browser({"capabilities": {"firstMatch": first}}, address=ADDRESS)
    assert joined["capabilities"] == {
        "firstMatch": [{"browserName": "chrome"}],
        "alwaysMatch": {
            "goog:chromeOptions": {
                "perfLoggingPrefs": {"enablePage": True},
                "debuggerAddress": ADDRESS,
            }
        },
    }


def test_an_empty_or_old_wish_joins_too() -> None:
    joined = join_browser({"desiredCapabilities": {}}, address=ADDRESS)
    options = {"goog:chromeOptions": {"debuggerAddress": ADDRESS}}
    assert joined == {"capabilities": {"alwaysMatch": options}}


def test_a_preference_is_set_at_its_place_and_nothing_else_changes() -> None:
    kept = {"a": {"b": 1, "c": {"d": 2}}, "e": "f"}
    merged = merge_dotted(kept, {"a.c.d": 3, "a.g": 4, "e.h": 5})
    assert merged == {"a": {"b": 1, "c": {"d": 3}, "g": 4}, "e": {"h": 5}}
    assert kept == {"a": {"b": 1, "c": {"d": 2}}, "e": "f"}
