"""Browser profiles on the real API and the local Multilogin X, screen by screen."""

from collections.abc import Callable, Iterator
from threading import Event
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

import pytest
from streamlit.testing.v1 import AppTest

from config.vocabulary import BrowserState, Role
from tests.fixtures.console import labels, show, showing_console, written
from tests.fixtures.database import read_settings_again
from tests.fixtures.multilogin import MultiloginX
from tests.fixtures.prefect import PrefectAddress
from ui.console import api_client
from ui.console.browser_answers import BrowserProfile

BROWSERS = "screens/browser_profiles.py"
NEW = "screens/new_browser_profile.py"
BROWSER = "screens/browser_profile.py"
SECONDS = 40.0


@pytest.fixture
def browsers(
    multilogin: MultiloginX, database: str, deployed_samples: PrefectAddress
) -> Iterator[AppTest]:
    """Show the console to an operator; every browser is closed afterwards."""
    assert database
    assert deployed_samples.api_url
    read_settings_again()
    with showing_console(Role.OPERATOR) as screen:
        yield screen
        multilogin.stop_all()


def a_browser_profile(name: str = "", **values: Any) -> BrowserProfile:
    wish = {"name": name or f"Sample {uuid4().hex[:8]}", "template": "natural"}
    return api_client.browsers().create_browser_profile(wish | values, key=uuid4().hex)


def is_at(browser_profile_id: UUID, state: BrowserState) -> bool:
    found = api_client.browsers().get_browser_profile(browser_profile_id)
    return found is not None and found.state == state


def run_until(screen: AppTest, condition: Callable[[], bool]) -> None:
    """Let the screen run again, as its live parts do in a browser."""
    deadline, pause = monotonic() + SECONDS, Event()
    while not condition():
        assert monotonic() < deadline, written(screen)
        pause.wait(0.2)
        screen.run()
        assert not screen.exception


def test_an_empty_screen_says_what_to_do(browsers: AppTest) -> None:
    assert "No browser profiles yet" in written(show(browsers, BROWSERS))
    assert "Stop all" not in labels(browsers)


def test_a_reviewer_is_told_whom_to_ask(database: str) -> None:
    assert database
    with showing_console(Role.REVIEWER) as screen:
        for one in (BROWSERS, NEW, BROWSER):
            assert "Your roles do not include this" in written(show(screen, one))


def test_browser_profiles_stand_under_their_folders_and_are_found(
    browsers: AppTest,
) -> None:
    folder = api_client.browsers().create_folder("Team <b>", key=uuid4().hex)
    proxy = {"type": "socks5", "host": "proxy.example", "port": 1080}
    lisbon = a_browser_profile("Lisbon", proxy=proxy)
    porto = a_browser_profile("Porto", folderId=str(folder))
    screen = show(browsers, BROWSERS)
    assert screen.header[-1].value.endswith(r"Team \<b\>")
    shown = written(screen)
    assert "SOCKS5 proxy.example:1080" in shown
    assert "2 stopped" in shown
    assert "never started" in shown
    assert "leak test: not tested yet" in shown
    screen.text_input(key="browsers_search").set_value("port").run()
    assert f"start_{porto.id}" in {one.key for one in screen.button}
    assert f"start_{lisbon.id}" not in {one.key for one in screen.button}
    screen.segmented_control(key="browsers_state").set_value("running").run()
    assert "No browser profile fits" in written(screen)


def test_a_browser_is_started_and_stopped_while_the_screen_goes_on(
    browsers: AppTest,
) -> None:
    lisbon = a_browser_profile("Lisbon")
    show(browsers, BROWSERS)
    browsers.button(key=f"start_{lisbon.id}").click().run()
    assert not browsers.exception
    assert browsers.button(key=f"busy_{lisbon.id}").disabled
    run_until(browsers, lambda: "Stop" in labels(browsers))
    assert "1 running" in written(browsers)
    show(browsers, BROWSER, id=str(lisbon.id))
    known = api_client.browsers().get_browser_profile(lisbon.id)
    assert known is not None
    assert known.browser is not None
    assert known.browser.selenium_url == browsers.code[0].value
    assert "What it shows now" in written(browsers)
    assert "Delete" not in labels(browsers)
    browsers.button(key=f"stop_{lisbon.id}").click().run()
    run_until(browsers, lambda: "Start" in labels(browsers))
    assert is_at(lisbon.id, BrowserState.STOPPED)


def test_all_browsers_are_stopped_only_after_a_yes(browsers: AppTest) -> None:
    lisbon = a_browser_profile("Lisbon")
    api_client.browsers().start_browser(lisbon.id, key=uuid4().hex)
    show(browsers, BROWSERS)
    browsers.button(key="stop_all").click().run()
    assert "Stop 1 browser?" in written(browsers)
    browsers.button(key="no_stop_all").click().run()
    assert "Stop 1 browser?" not in written(browsers)
    assert is_at(lisbon.id, BrowserState.RUNNING)
    browsers.button(key="stop_all").click().run()
    browsers.button(key="yes_stop_all").click().run()
    run_until(browsers, lambda: is_at(lisbon.id, BrowserState.STOPPED))
    run_until(browsers, lambda: "Stop all" not in labels(browsers))


def test_a_start_that_fails_says_why_and_what_to_do(
    browsers: AppTest, multilogin: MultiloginX
) -> None:
    lisbon = a_browser_profile("Lisbon")
    multilogin.put_fault(
        "launcher/api/v2/profile", error_code="GET_PROXY_CONNECTION_IP_ERROR"
    )
    show(browsers, BROWSERS)
    browsers.button(key=f"start_{lisbon.id}").click().run()
    run_until(browsers, lambda: "Start again" in labels(browsers))
    assert "What to do" in written(browsers)
    assert len(browsers.error) == 1, "what went wrong is said once"
    assert "proxy" in browsers.error[0].value


def test_a_refusal_that_is_no_state_stays_until_something_else_is_tried(
    browsers: AppTest, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("MUSTER_BROWSER_PROFILES__BROWSERS_PER_WORKER", "1")
    read_settings_again()
    lisbon, porto = a_browser_profile("Lisbon"), a_browser_profile("Porto")
    api_client.browsers().start_browser(lisbon.id, key=uuid4().hex)
    show(browsers, BROWSERS)
    browsers.button(key=f"start_{porto.id}").click().run()
    run_until(browsers, lambda: "Porto did not start" in written(browsers))
    browsers.run()
    assert "stop one first" in written(browsers)
    browsers.button(key=f"start_{porto.id}").click().run()
    assert "Porto did not start" not in written(browsers)
    run_until(browsers, lambda: "Porto did not start" in written(browsers))
    show(browsers, NEW)
    assert "Porto did not start" not in written(show(browsers, BROWSERS))


def test_a_browser_profile_is_made_of_a_template_with_flags_and_proxy(
    browsers: AppTest,
) -> None:
    show(browsers, NEW)
    browsers.text_input(key="browser_form_name").set_value("Lisbon").run()
    browsers.selectbox(key="browser_form_template").set_value("quiet-exit").run()
    flag = browsers.selectbox(key="browser_form_flag_quiet-exit_fonts_masking")
    assert flag.value == "natural"
    flag.set_value("mask").run()
    browsers.segmented_control(key="browser_form_proxy_type").set_value("http").run()
    browsers.text_input(key="browser_form_host").set_value("proxy.example").run()
    browsers.number_input(key="browser_form_port").set_value(3128).run()
    browsers.text_input(key="browser_form_username").set_value("ada").run()
    browsers.text_input(key="browser_form_password").set_value("no one knows").run()
    browsers.text_area(key="browser_form_start_urls").set_value("https://a.example/")
    browsers.button(key="create").click().run()
    assert not browsers.exception
    assert "Lisbon" in [one.value for one in browsers.title]
    page = api_client.browsers().list_browser_profiles()
    (made,) = page.items
    assert made.template == "quiet-exit"
    assert made.parameters.flags["fonts_masking"] == "mask"
    assert made.parameters.flags["webrtc_masking"] == "disabled"
    assert made.parameters.flags["startup_behavior"] == "custom"
    assert made.parameters.start_urls == ("https://a.example/",)
    assert made.proxy is not None
    assert made.proxy.is_authenticated
    assert "no one knows" not in written(browsers)
    assert "browser_form_password" not in browsers.session_state


def test_what_is_wrong_is_said_at_the_field(browsers: AppTest) -> None:
    show(browsers, NEW)
    key = "browser_form_flag_documented_timezone_masking"
    browsers.selectbox(key=key).set_value("custom").run()
    browsers.button(key="create").click().run()
    assert "Give the browser profile a name" in written(browsers)
    browsers.text_input(key="browser_form_name").set_value("Lisbon").run()
    browsers.button(key="create").click().run()
    assert "fingerprint.timezone has to say what it shows" in written(browsers)
    assert browsers.selectbox(key=key).value == "custom"
    values = '{"timezone": {"zone": "Europe/Lisbon"}}'
    browsers.text_area(key="browser_form_fingerprint").set_value(values).run()
    browsers.button(key="create").click().run()
    assert "Lisbon" in [one.value for one in browsers.title]


def test_a_name_twice_in_a_folder_is_refused(browsers: AppTest) -> None:
    a_browser_profile("Lisbon")
    show(browsers, NEW)
    browsers.text_input(key="browser_form_name").set_value("Lisbon").run()
    browsers.button(key="create").click().run()
    assert "The browser profile was not made" in browsers.error[0].value
    assert browsers.text_input(key="browser_form_name").value == "Lisbon"


def test_a_browser_profile_is_deleted_only_after_a_yes(browsers: AppTest) -> None:
    lisbon = a_browser_profile("Lisbon")
    show(browsers, BROWSER, id=str(lisbon.id))
    browsers.button(key=f"delete_{lisbon.id}").click().run()
    assert "Delete Lisbon for good?" in written(browsers)
    browsers.button(key=f"yes_delete_{lisbon.id}").click().run()
    run_until(browsers, lambda: "No browser profiles yet" in written(browsers))
    assert api_client.browsers().get_browser_profile(lisbon.id) is None


@pytest.mark.parametrize("asked", [{}, {"id": str(UUID(int=7))}])
def test_an_address_of_nothing_is_a_sentence(
    browsers: AppTest, asked: dict[str, str]
) -> None:
    shown = written(show(browsers, BROWSER, **asked))
    assert "Which browser profile?" in shown or "no such browser profile" in shown
