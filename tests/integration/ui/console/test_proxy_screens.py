"""Proxies on the real API, screen by screen."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Event
from time import monotonic

import pytest
from streamlit.testing.v1 import AppTest

from config.clock import now
from config.vocabulary import ProxyState, Role
from tasks.proxies.attempts import keep_attempts
from tasks.proxies.schemas import PoolEntry, ProxyFilter
from tests.factories.browser_profiles import make_browser_profile
from tests.factories.proxies import attempts_of, create_account_session, create_proxy
from tests.fixtures.console import labels, show, showing_console, written
from tests.fixtures.database import read_settings_again
from tests.fixtures.multilogin import MultiloginX
from tests.fixtures.prefect import PrefectAddress
from ui.console import api_client

PROXIES = "screens/proxies.py"
NEW = "screens/new_proxies.py"
PROXY = "screens/proxy.py"
SECONDS = 60.0
SECRET = "p@ss:w/rd%41"
COOKIE = "a cookie nobody may read"


@pytest.fixture
def working(
    multilogin: MultiloginX, database: str, deployed_samples: PrefectAddress
) -> Iterator[AppTest]:
    """Show the console to an operator, with a worker and Multilogin X behind it."""
    assert multilogin.proxy
    assert database
    assert deployed_samples.api_url
    read_settings_again()
    with showing_console(Role.OPERATOR) as screen:
        yield screen


def run_until(screen: AppTest, condition: Callable[[], bool]) -> None:
    """Let the screen run again, as its live parts do in a browser."""
    deadline, pause = monotonic() + SECONDS, Event()
    while not condition():
        assert monotonic() < deadline, written(screen)
        pause.wait(0.2)
        screen.run()
        assert not screen.exception


def press(screen: AppTest, key: str) -> None:
    screen.button(key=key).click().run()
    assert not screen.exception


def pool(**wanted: str) -> tuple[PoolEntry, ...]:
    return api_client.proxies().list_pool(ProxyFilter(**wanted)).items  # type: ignore[arg-type]  # words, as an address has them


def state_of(proxy_id: int) -> ProxyState:
    found = api_client.proxies().get_proxy(proxy_id, window_hours=1)
    assert found is not None
    return found.state


def opened(screen: AppTest) -> set[str]:
    """Return which proxies the list shows, by the keys of their buttons."""
    keys = (str(one.key) for one in screen.button)
    return {key.removeprefix("open_proxy_") for key in keys if "open_proxy_" in key}


def test_an_empty_pool_says_how_to_fill_it(console: AppTest) -> None:
    shown = show(console, PROXIES)
    assert "No proxies yet" in written(shown)
    assert {"Paste a list", "Add one", "Generate"} <= set(labels(shown))


def test_a_reviewer_is_told_whom_to_ask(database: str) -> None:
    assert database
    with showing_console(Role.REVIEWER) as screen:
        for one in (PROXIES, NEW, PROXY):
            assert "Your roles do not include this" in written(show(screen, one))


def test_the_pool_is_seen_at_a_glance_and_filtered(console: AppTest) -> None:
    lisbon = create_proxy(ip="192.0.2.1", country="PT", city="Lisbon", tags=("may",))
    berlin = create_proxy(ip="2001:db8::1", country="DE", protocol="socks5")
    keep_attempts(
        attempts_of(
            lisbon, ["success", "proxy"], at=now(), every=timedelta(milliseconds=1)
        )
    )
    press(show(console, PROXY, id=str(berlin)), "drain_proxy")
    shown = written(show(console, PROXIES))
    assert "1 in use · 1 draining" in shown
    assert "**192.0.2.1:3128** &nbsp; :green-badge" in shown
    assert "HTTP · PT, Lisbon · #may" in shown
    assert "50 % success of 2 requests · 1 failure in a row" in shown
    assert "718 of 720 left this hour" in shown
    assert "**[2001:db8::1]:3128** &nbsp; :orange-badge" in shown
    assert "given to nobody new" in shown
    console.segmented_control(key="pool_state").set_value("draining").run()
    assert opened(console) == {str(berlin)}
    assert console.query_params["state"] == "draining"
    show(console, PROXIES, state="", country="pt", sort="-id")
    assert opened(console) == {str(lisbon)}
    console.text_input(key="pool_country").set_value("P").run()
    assert "A country is two letters" in written(console)
    console.text_input(key="pool_country").set_value("").run()
    console.text_input(key="pool_tag").set_value("june").run()
    assert "No proxy fits" in written(console)


def test_a_host_shows_scores_and_puts_the_best_first(console: AppTest) -> None:
    one, other = create_proxy(), create_proxy()
    show(console, PROXIES, host="a.example", sort="score")
    shown = written(console)
    assert "chance · 1,000 ms · 0 in flight" in shown
    assert opened(console) == {str(one), str(other)}
    show(console, PROXIES, host="no host!")
    assert "How proxies stand with no host! could not be read" in written(console)
    assert opened(console) == {str(one), str(other)}
    show(console, PROXIES, sort="score", host="")
    assert "Choose a host" in written(console)


def test_verbs_change_a_proxy_and_are_taken_back(console: AppTest) -> None:
    proxy = create_proxy(ip="192.0.2.7")
    show(console, PROXY, id=str(proxy))
    assert {"Test now", "Drain", "Disable", "Retire", "Undo"} <= set(labels(console))
    press(console, "undo_proxy")
    assert "192.0.2.7:3128 is as it was" in written(console)
    press(console, "drain_proxy")
    assert "is given to nobody new" in written(console)
    press(console, "disable_proxy")
    assert "A person disabled it." in written(console)
    assert "Drain" not in labels(console)
    press(console, "retire_proxy")
    assert state_of(proxy) is ProxyState.RETIRED
    assert not {"Test now", "Enable", "Retire"} & set(labels(console))
    for state in (ProxyState.DISABLED, ProxyState.DRAINING, ProxyState.ACTIVE):
        press(console, "undo_proxy")
        assert state_of(proxy) is state
    assert "Taken back: 192.0.2.7:3128 is in use." in written(console)
    press(console, "disable_proxy")
    press(console, "enable_proxy")
    assert state_of(proxy) is ProxyState.ACTIVE


def test_a_proxy_is_removed_only_after_a_yes(console: AppTest) -> None:
    proxy = create_proxy(ip="192.0.2.7")
    create_account_session(proxy)
    show(console, PROXY, id=str(proxy))
    press(console, "remove_proxy")
    assert "Its 1 account session, 0 pins and its history" in written(console)
    press(console, f"no_remove_proxy_{proxy}")
    assert pool()
    press(console, "remove_proxy")
    press(console, f"yes_remove_proxy_{proxy}")
    assert console.title[0].value == "Proxies"
    assert pool() == ()
    assert "There is no such proxy" in written(show(console, PROXY, id="2000000000"))
    assert "Which proxy?" in written(show(console, PROXY, id="x"))


def test_who_may_only_read_sees_no_verbs(
    database: str, environment: pytest.MonkeyPatch
) -> None:
    assert database
    proxy = create_proxy()
    create_account_session(proxy)
    with showing_console(Role.OPERATOR) as screen:
        for module in ("proxy_verbs", "proxy_sessions", "proxy_pool"):
            environment.setattr(
                f"ui.console.{module}.may", lambda one: one.endswith(".read")
            )
        show(screen, PROXY, id=str(proxy))
        assert labels(screen) == []
        assert "Another account session" not in [one.label for one in screen.text_input]


def test_a_list_is_taken_in_and_its_refused_lines_are_told(console: AppTest) -> None:
    show(console, NEW)
    press(console, "send_proxies")
    assert "Paste at least one line." in written(console)
    lines = f"192.0.2.1:3128:me:{SECRET}\n192.0.2.2:80\n192.0.2.2:80\nnonsense {SECRET}"
    console.text_area(key="proxy_form_text_0").set_value(lines).run()
    console.text_input(key="proxy_form_country").set_value("pt").run()
    console.text_input(key="proxy_form_tags").set_value("May, fast").run()
    press(console, "send_proxies")
    shown = console.warning[0].value
    assert "**2 proxies added**, 1 known already, and left as they are" in shown
    assert "- Line 4: " in shown
    assert SECRET not in shown
    assert console.text_area(key="proxy_form_text_0").value == lines, "to be mended"
    console.text_area(key="proxy_form_text_0").set_value("192.0.2.2:80").run()
    press(console, "send_proxies")
    assert "**0 proxies added**, 1 known already" in written(console)
    assert console.text_area(key="proxy_form_text_1").value == ""
    assert {(one.country, one.tags) for one in pool()} == {("PT", ("may", "fast"))}


def test_one_proxy_is_added_and_shown_and_a_second_of_its_kind_refused(
    administration: AppTest,
) -> None:
    for turn in ("first", "second"):
        show(administration, NEW, show="one")
        press(administration, "send_proxies")
        assert "Look for the 3 marked" in written(administration)
        administration.text_input(key="proxy_form_ip").set_value("192.0.2.1").run()
        administration.number_input(key="proxy_form_port").set_value(3128).run()
        administration.text_input(key="proxy_form_password").set_value(SECRET).run()
        administration.text_input(key="proxy_form_username").set_value("me").run()
        administration.text_input(key="proxy_form_session").set_value(COOKIE).run()
        press(administration, "send_proxies")
        if turn == "first":
            assert administration.title[0].value.replace("\\", "") == "192.0.2.1:3128"
            shown = written(administration)
            assert "me, with a password" in shown
            assert "••••" in shown
            assert SECRET not in shown
            assert COOKIE not in shown
    assert "The proxy was not added" in written(administration)


def test_account_sessions_are_added_and_disabled(console: AppTest) -> None:
    proxy = create_proxy()
    show(console, PROXY, id=str(proxy))
    press(console, "add_session")
    assert "Paste the session cookie first" in written(console)
    console.text_input(key="session_form_cookie_0").set_value(COOKIE).run()
    press(console, "add_session")
    assert "The account session is added, and sealed." in written(console)
    ((one,),) = [one.sessions for one in pool()]
    press(console, f"session_status_{one.id}")
    assert f"**Account session {one.id}** `••••` &nbsp; :gray-badge" in written(console)
    console.text_input(key="session_form_cookie_1").set_value(COOKIE).run()
    press(console, "add_session")
    assert "The account session was not added" in written(console)


def test_a_pin_is_made_moved_and_ended(working: AppTest) -> None:
    home, other = create_proxy(country="DE"), create_proxy(country="DE")
    owner, browser = create_account_session(home), make_browser_profile()
    show(working, PROXY, id=str(home))
    assert "not pinned" in written(working)
    press(working, f"pin_{owner}")
    form = f"pin_form_{owner}"
    working.selectbox(key=f"{form}_browser").set_value(browser).run()
    working.selectbox(key=f"{form}_policy").set_value("same_country").run()
    working.number_input(key=f"{form}_patience").set_value(45).run()
    press(working, f"{form}_save")
    run_until(working, lambda: "Unpin" in labels(working))
    assert "moved within the country after 45 minutes out of use" in written(working)
    press(working, f"move_{owner}")
    assert working.selectbox(key=f"move_form_{owner}_to").value == other
    press(working, f"move_form_{owner}_save")
    run_until(working, lambda: "goes out by" in written(working))
    show(working, PROXY, id=str(other))
    press(working, f"unpin_{owner}")
    assert "From then on it may go out by any proxy" in written(working)
    press(working, f"yes_unpin_{owner}")
    assert "is pinned no longer" in written(working)
    assert "not pinned" in written(working)


def test_proxies_are_generated_and_one_that_is_dead_is_tested(working: AppTest) -> None:
    dead = create_proxy(ip="127.0.0.1", port=1)
    show(working, NEW, show="generate")
    assert "of traffic went through the proxies" in written(working)
    working.selectbox(key="proxy_form_session_type").set_value("rotating").run()
    press(working, "send_proxies")
    assert "Say how long an exit is kept" in written(working)
    working.number_input(key="proxy_form_ip_lifetime_seconds").set_value(600).run()
    working.text_input(key="proxy_form_country").set_value("de").run()
    working.number_input(key="proxy_form_count").set_value(2).run()
    press(working, "send_proxies")
    assert "**2 proxies made**" in written(working)
    assert len(pool(country="DE")) == 2
    show(working, PROXY, id=str(dead))
    press(working, "test_proxy")
    assert working.button(key="test_proxy").disabled
    run_until(working, lambda: "It does not work." in written(working))
    assert "test failed just now" in written(working)


def test_without_multilogin_a_person_is_told_so(
    console: AppTest, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("MUSTER_MULTILOGIN__CLOUD_URL", "http://127.0.0.1:1")
    read_settings_again()
    show(console, NEW, show="generate")
    assert any("cannot make proxies now" in one.value for one in console.warning)
