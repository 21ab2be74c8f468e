"""Leak tests on the real API, with the real responders, screen by screen."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

import pytest
from streamlit.testing.v1 import AppTest

from config.vocabulary import Role
from tests.fixtures.console import labels, show, showing_console, written
from tests.fixtures.database import read_settings_again
from tests.fixtures.elsewhere_proxy import ElsewhereProxy, elsewhere_proxy
from tests.fixtures.leak_responders import RunningResponders
from tests.fixtures.multilogin import MultiloginX
from tests.fixtures.prefect import PrefectAddress
from tests.fixtures.upstream_proxies import PASSWORD
from ui.console import api_client

CLOAK = "screens/cloak.py"
BROWSER = "screens/browser_profile.py"
NEW_CAMPAIGN = "screens/new_campaign.py"
SECONDS = 60.0


@pytest.fixture
def responders(
    leak_responders: RunningResponders, environment: pytest.MonkeyPatch
) -> RunningResponders:
    """Have Muster know the responders."""
    environment.setenv("MUSTER_LEAK_TESTS__RESPONDER_URL", leak_responders.url)
    environment.setenv("MUSTER_LEAK_TESTS__RESPONDER_TOKEN", leak_responders.token)
    return leak_responders


@pytest.fixture
def cloak(
    responders: RunningResponders,
    multilogin: MultiloginX,
    database: str,
    deployed_samples: PrefectAddress,
) -> Iterator[AppTest]:
    """Show the console to an operator; every browser is closed afterwards."""
    assert database
    assert responders.url
    assert deployed_samples.api_url
    read_settings_again()
    with showing_console(Role.OPERATOR) as screen:
        yield screen
        multilogin.stop_all()


@pytest.fixture
def proxy(responders: RunningResponders) -> Iterator[ElsewhereProxy]:
    with elsewhere_proxy(responders) as serving:
        yield serving


def run_until(screen: AppTest, condition: Callable[[], bool]) -> None:
    """Let the screen run again, as its live parts do in a browser."""
    deadline, pause = monotonic() + SECONDS, Event()
    while not condition():
        assert monotonic() < deadline, written(screen)
        pause.wait(0.2)
        screen.run()
        assert not screen.exception


def choose(screen: AppTest, key: str, word: str) -> None:
    screen.segmented_control(key=key).set_value(word).run()
    assert not screen.exception


def press(screen: AppTest, key: str) -> None:
    """Press the button whose key begins so."""
    next(one for one in screen.button if str(one.key).startswith(key)).click().run()
    assert not screen.exception


def a_browser_profile(**values: Any) -> UUID:
    wish = {"name": f"Sample {uuid4().hex[:8]}", "template": "natural", **values}
    return api_client.browsers().create_browser_profile(wish, key=uuid4().hex).id


def test_a_reviewer_is_told_whom_to_ask(database: str) -> None:
    assert database
    with showing_console(Role.REVIEWER) as screen:
        assert "Your roles do not include this" in written(show(screen, CLOAK))


def test_the_direct_exit_is_tested_with_what_is_expected(cloak: AppTest) -> None:
    show(cloak, CLOAK)
    choose(cloak, "leak_form_kind", "direct")
    expected = cloak.text_input(key="leak_form_exit_addresses")
    expected.set_value("192.0.2.1").run()
    press(cloak, "run_leak_test")
    assert cloak.button(key="run_leak_test").disabled
    run_until(cloak, lambda: "Result" in written(cloak))
    shown = written(cloak)
    assert "Leak] &nbsp; **Address** &nbsp; A web server saw 127.0.0.1" in shown
    assert "Could not tell] &nbsp; **WebRTC**" in shown
    assert "looked at without a browser" in shown
    assert ":gray[Expected] &nbsp; 192.0.2.1" in shown
    assert "Fix WebRTC" not in labels(cloak)


def test_what_the_api_does_not_take_is_said_at_the_field(cloak: AppTest) -> None:
    show(cloak, CLOAK)
    choose(cloak, "leak_form_kind", "direct")
    cloak.text_input(key="leak_form_exit_addresses").set_value("somewhere").run()
    press(cloak, "run_leak_test")
    run_until(cloak, lambda: "such as 203.0.113.5" in written(cloak))
    assert "Something has to change first" in written(cloak)
    cloak.text_input(key="leak_form_exit_addresses").set_value("").run()
    assert "such as 203.0.113.5" not in written(cloak)
    choose(cloak, "leak_form_kind", "browser_profile")
    press(cloak, "run_leak_test")
    assert "Choose the browser profile to test" in written(cloak)


def test_a_proxy_is_typed_in_and_its_password_shown_nowhere(
    cloak: AppTest, proxy: ElsewhereProxy
) -> None:
    given = proxy.parameters()
    show(cloak, CLOAK)
    choose(cloak, "leak_form_kind", "proxy")
    cloak.selectbox(key="leak_form_proxy_type").set_value(given["type"]).run()
    cloak.text_input(key="leak_form_host").set_value(given["host"]).run()
    cloak.number_input(key="leak_form_port").set_value(given["port"]).run()
    cloak.text_input(key="leak_form_username").set_value(given["username"]).run()
    cloak.text_input(key="leak_form_password").set_value(PASSWORD).run()
    press(cloak, "run_leak_test")
    run_until(cloak, lambda: "Result" in written(cloak))
    shown = written(cloak)
    assert "Clean] &nbsp; **Address**" in shown
    assert "exit **127.0.0.2**" in shown
    assert PASSWORD not in shown
    show(cloak, NEW_CAMPAIGN)
    assert "leak_form_password" not in cloak.session_state


def test_webrtc_of_a_browser_is_fixed_and_shown_before_and_after(
    cloak: AppTest, proxy: ElsewhereProxy
) -> None:
    lisbon = a_browser_profile(proxy=proxy.parameters())
    show(cloak, BROWSER, id=str(lisbon))
    assert "Not tested yet" in written(cloak)
    press(cloak, "run_leak_test")
    run_until(cloak, lambda: "Test again" in labels(cloak))
    assert "Leak] &nbsp; **WebRTC**" in written(cloak)
    press(cloak, "fix_webrtc")
    assert "is tested again at once" in written(cloak)
    press(cloak, "yes_fix")
    run_until(cloak, lambda: "**After**" in written(cloak))
    shown = written(cloak)
    assert "**WebRTC** changed from natural to disabled" in shown
    after = shown[shown.index("**After**") :]
    assert "Clean] &nbsp; **WebRTC**" in after
    assert "Fix WebRTC" not in labels(cloak)
    press(cloak, "its_leak_tests")
    assert "Only one browser profile: show all" in labels(cloak)
    assert labels(cloak).count("Open") == 2


def test_a_test_that_came_to_nothing_says_so(
    cloak: AppTest, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("MUSTER_LEAK_TESTS__RESPONDER_URL", "http://127.0.0.1:9")
    read_settings_again()
    lisbon = a_browser_profile()
    show(cloak, BROWSER, id=str(lisbon))
    press(cloak, "run_leak_test")
    run_until(cloak, lambda: "Test again" in labels(cloak))
    assert "It could not be carried out" in cloak.warning[0].value
    assert "Could not tell] &nbsp; **Address**" in written(cloak)


def test_history_is_filtered_and_opened(cloak: AppTest) -> None:
    show(cloak, CLOAK, show="history")
    assert "No leak tests yet" in written(cloak)
    door = api_client.cloak()
    door.test_for_leaks({}, key=uuid4().hex)
    wrong = {"expected": {"exitAddresses": ["192.0.2.1"]}}
    leak = door.test_for_leaks(wrong, key=uuid4().hex)
    cloak.run()
    assert labels(cloak).count("Open") == 2
    choose(cloak, "leak_tests_verdict", "leak")
    assert labels(cloak).count("Open") == 1
    press(cloak, f"open_{leak.id}")
    assert "A web server saw 127.0.0.1" in written(cloak)
    assert "Close" in labels(cloak)
    cloak.selectbox(key="leak_tests_kind").set_value("vpn").run()
    assert "No leak test fits" in written(cloak)


def test_a_schedule_is_added_and_removed(cloak: AppTest) -> None:
    show(cloak, CLOAK, show="schedules")
    assert "Nothing is tested by itself yet" in written(cloak)
    choose(cloak, "leak_form_kind", "direct")
    press(cloak, "add_schedule")
    assert "**Direct exit**, every hour" in written(cloak)
    press(cloak, "remove_")
    assert "Nothing is tested by itself yet" in written(cloak)
    assert api_client.cloak().list_schedules() == ()


def test_a_campaign_in_browsers_may_demand_a_leak_test(cloak: AppTest) -> None:
    lisbon = a_browser_profile(name="Lisbon")
    show(cloak, NEW_CAMPAIGN)
    cloak.text_input(key="form_name").set_value("Careful").run()
    choose(cloak, "form_kind", "browser_pages")
    cloak.text_input(key="form_listing_url").set_value("http://p.example/all").run()
    cloak.selectbox(key="form_recipe").set_value("demo-people").run()
    cloak.multiselect(key="form_browser_profiles").set_value([lisbon]).run()
    cloak.toggle(key="form_leak_test").set_value(True).run()
    cloak.number_input(key="form_leak_test_max_age").set_value(30).run()
    press(cloak, "draft")
    (campaign,) = api_client.api().list_campaigns().items
    assert campaign.source["leakTest"] == {"maxAgeMinutes": 30}
    assert "with a passed leak test no older than 30 min" in written(cloak)


def test_what_keeps_a_location_from_being_used_is_said(
    cloak: AppTest, environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environment.setenv("MUSTER_VPN__FOLDER", str(tmp_path))
    read_settings_again()
    assert "There are no locations yet" in written(show(cloak, CLOAK))
    control = "control = http://127.0.0.1:9\nproxy = http://127.0.0.1:9\n"
    (tmp_path / "lisbon.gluetun").write_text(control)
    (tmp_path / "porto.ovpn").write_text('client\nup "/bin/sh -c id"\n')
    shown = written(show(cloak, CLOAK))
    assert "**porto** cannot be connected: porto.ovpn: line 2: `up`" in shown
    assert "No tunnel is connected" in shown
    assert cloak.selectbox(key="vpn_location").options == ["lisbon"]
    assert cloak.button(key="vpn_connect").disabled, "no tunnel keeper runs"
    assert "the tunnel keeper does not run on this machine" in shown
