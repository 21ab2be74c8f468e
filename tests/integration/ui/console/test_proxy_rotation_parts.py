"""How proxies are chosen, on the real API, part by part."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from config.clock import now
from config.vocabulary import Role
from tasks.proxies.attempts import keep_attempts
from tests.factories.proxies import attempts_of, create_proxy
from tests.fixtures.console import labels, showing_console, written
from ui.console import api_client

WHY: dict[str, Any] = {
    "score": 1.1,
    "parts": {
        "latency": 0.4,
        "in_flight": 1.0,
        "waiting": 0.8,
        "success_chance": 0.99,
        "failure_cost": 0.3,
    },
    "trial": False,
    "candidates": [{"proxy_id": 0, "score": 1.1}, {"proxy_id": 9_999, "score": 2.5}],
}


PART = """
from ui.console.api_client import api, proxy_rotation
from ui.console.panels import panel
from ui.console.sign_in import remember_person
from {module} import {function}

remember_person(api().who_am_i())
with panel("part", "This part"):
    {function}({given})
from ui.console.toasts import show_toasts
show_toasts()  # as the frame round each screen does
"""
ROTATION = PART.format(
    module="ui.console.proxy_rotation", function="show_rotation", given=""
)
SETTINGS = PART.format(
    module="ui.console.proxy_settings_form", function="show_rotation_settings", given=""
)


def history_of(proxy_id: int) -> str:
    asked = f'"GET", "/proxies/{proxy_id}", ProxyDetail'
    script = PART.format(
        module="ui.console.proxy_history_chart",
        function="show_history",
        given=f"proxy_rotation().ask({asked})",
    )
    return "from tasks.proxies.schemas import ProxyDetail" + script


@pytest.fixture
def console(database: str) -> Iterator[AppTest]:
    """Have an operator be signed in, for parts that are shown alone."""
    assert database
    with showing_console(Role.OPERATOR) as screen:
        yield screen


def showing(part: str, *, host: str = "") -> AppTest:
    """Show one part of a screen alone; `host` is typed in."""
    shown = AppTest.from_string(part, default_timeout=20)
    if host:
        shown.session_state["rotation_host"] = host
    shown.run()
    assert not shown.exception
    return shown


def press(shown: AppTest, key: str) -> None:
    next(one for one in shown.button if str(one.key).startswith(key)).click().run()
    assert not shown.exception


def keep_requests(proxy_id: int, *outcomes: str, host: str = "a.example") -> None:
    started = now() - timedelta(minutes=2)
    found = attempts_of(proxy_id, outcomes, at=started, every=timedelta(seconds=1))
    drawn = [{"proxy_id": proxy_id, "score": 1.1}, *WHY["candidates"][1:]]
    why = WHY | {"candidates": drawn}
    keep_attempts([one._replace(host=host, why=why) for one in found])


def test_without_requests_it_says_what_will_be_here(console: AppTest) -> None:
    assert console.title
    shown = showing(ROTATION)
    assert "No host is chosen" in written(shown)
    assert "No requests yet" in written(shown)
    shown = showing(ROTATION, host="a.example")
    assert "No proxy is in use" in written(shown)
    shown = showing(ROTATION, host="no host")
    assert "no host is no name of a host" in written(shown)


def test_proxies_stand_with_a_host_best_first(console: AppTest) -> None:
    assert console.title
    good, bad = create_proxy(), create_proxy()
    keep_requests(good, "success")
    shown = showing(ROTATION)
    names = api_client.proxy_rotation().name_proxies()
    assert "2 proxies in use, the best first" in written(shown)
    shown.selectbox(key="rotation_ban_proxy").set_value(bad).run()
    shown.number_input(key="rotation_ban_minutes").set_value(5).run()
    press(shown, "rotation_ban_here")
    table = shown.dataframe[0].value.set_index("Proxy")
    assert table.loc[names[good], "State"] == "Ready"
    assert table.loc[names[bad], "State"].startswith("Cools down until")
    assert "is not given out" in shown.toast[0].value
    assert "for 5 minutes" in shown.toast[0].value
    press(shown, "rotation_unban_here")
    table = shown.dataframe[0].value.set_index("Proxy")
    assert table.loc[names[bad], "State"] == "Ready"


def test_a_host_may_be_typed(console: AppTest) -> None:
    assert console.title
    create_proxy()
    shown = showing(ROTATION, host="http://B.example:8080/page")
    assert "1 proxy in use" in written(shown)


def test_a_request_tells_why_it_took_its_proxy(console: AppTest) -> None:
    assert console.title
    first, second = create_proxy(), create_proxy()
    keep_requests(first, "success")
    keep_requests(second, "blocked", host="b.example")
    shown = showing(ROTATION)
    assert labels(shown).count("Why?") == 2
    shown.selectbox(key="proxy_attempts_outcome").set_value("blocked").run()
    assert labels(shown).count("Why?") == 1
    shown.selectbox(key="proxy_attempts_host").set_value("a.example").run()
    assert "No request fits" in written(shown)
    shown.selectbox(key="proxy_attempts_outcome").set_value("").run()
    shown.selectbox(key="proxy_attempts_proxy").set_value(first).run()
    press(shown, "why_")
    name = api_client.proxy_rotation().name_proxies()[first]
    assert f"2 proxies were drawn, and {name} was expected" in written(shown)
    drawn, parts = shown.table[0].value, shown.table[1].value
    assert list(drawn["Proxy"]) == [name, "proxy 9999"]
    assert list(drawn["Choice"]) == ["taken", ""]
    assert "99.0 %" in list(parts["Value"])
    assert "Close" in labels(shown)


def test_a_setting_is_tried_saved_and_taken_back(console: AppTest) -> None:
    assert console.title
    keep_requests(create_proxy(), *["success"] * 5)
    shown = showing(SETTINGS)
    assert "All settings have their usual values" in written(shown)
    assert shown.button(key="rotation_save").disabled
    burst = shown.number_input(key="rotation_form_burst")
    burst.set_value(5).run()
    assert "Requests at once after a rest: 3 → 5" in written(shown)
    press(shown, "rotation_effect")
    assert "The last 5 requests through proxies were chosen for anew" in written(shown)
    assert shown.table[0].value["New settings"].iloc[0] == "5"
    press(shown, "rotation_save")
    assert api_client.proxy_rotation().get_rotation().settings.burst == 5
    assert "1 setting changed from the usual value" in written(shown)
    press(shown, "rotation_usual")
    assert shown.number_input(key="rotation_form_burst").value == 3
    press(shown, "rotation_save")
    assert api_client.proxy_rotation().get_rotation().settings.burst == 3


def test_saving_changes_nothing_but_what_was_changed(console: AppTest) -> None:
    assert console.title
    door = api_client.proxy_rotation()
    before = door.get_rotation().settings
    shown = showing(SETTINGS)
    shown.number_input(key="rotation_form_half_life").set_value(7.5).run()
    press(shown, "rotation_save")
    after = door.get_rotation().settings
    assert after == before.model_copy(update={"half_life": timedelta(minutes=7.5)})


def test_what_the_api_does_not_take_is_said_and_nothing_is_lost(
    console: AppTest,
) -> None:
    assert console.title
    shown = showing(SETTINGS)
    shown.number_input(key="rotation_form_half_life").set_value(0.0).run()
    press(shown, "rotation_save")
    assert "Look for the 1 marked above" in written(shown)
    shown.number_input(key="rotation_form_half_life").set_value(10.0).run()
    shown.number_input(key="rotation_form_burst").set_value(800).run()
    press(shown, "rotation_save")
    said = "“Requests at once after a rest” must be less than “Requests in any hour”"
    assert said in written(shown)
    press(shown, "rotation_discard")
    assert shown.number_input(key="rotation_form_burst").value == 3
    assert "must be less" not in written(shown)


def test_the_form_follows_what_another_person_saved(console: AppTest) -> None:
    assert console.title
    shown = showing(SETTINGS)
    shown.number_input(key="rotation_form_retries").set_value(1).run()
    door = api_client.proxy_rotation()
    asked = door.get_rotation().settings.model_copy(update={"candidates": 6})
    door.change_rotation(asked.model_dump(mode="json"))
    shown.run()
    assert shown.number_input(key="rotation_form_candidates").value == 6
    assert shown.number_input(key="rotation_form_retries").value == 1


def test_who_may_only_look_can_try_but_not_save(database: str) -> None:
    assert database
    with showing_console(Role.REVIEWER) as console:
        assert console.title
        may_read = "proxies.read" in api_client.api().who_am_i().permissions
        shown = showing(SETTINGS)
        assert "Save" not in labels(shown)
        assert may_read == ("Show the effect" in labels(shown))


def test_history_is_drawn_and_told_as_a_table(console: AppTest) -> None:
    assert console.title
    proxy_id = create_proxy()
    shown = showing(history_of(proxy_id))
    assert "Nothing went through it in this time" in written(shown)
    keep_requests(proxy_id, "success", "proxy", "blocked")
    shown.run()
    assert "3 requests" in written(shown)
    assert "minute by minute" in written(shown)
    assert len(shown.get("vega_lite_chart")) == 3
    assert shown.dataframe[0].value["Requests"].sum() == 3
