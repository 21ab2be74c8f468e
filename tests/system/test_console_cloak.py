"""Leak tests and exits at the console in a real browser, on the whole stack."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from deployments.stack.ports import LEAK_RESPONDERS, LEAK_RESPONDERS_DNS
from tests.fixtures.console import ConsoleBrowser, console_browser, person
from tests.fixtures.elsewhere_proxy import ElsewhereProxy, elsewhere_proxy
from tests.fixtures.leak_responders import RunningResponders
from tests.fixtures.stack import RunningStack

__all__ = ["console_browser", "person"]

SECONDS_TO_TEST = 120

CHOOSE = """
const [key, words] = arguments;
const parts = [...document.querySelectorAll(`[class*='st-key-${key}'] button`)];
const part = parts.find((one) => one.innerText.trim() === words);
part?.scrollIntoView({block: 'center'});
part?.click();
return Boolean(part);
"""
NAMELESS = """
const named = (one) => (one.getAttribute('aria-label') || one.innerText || one.title
  || one.getAttribute('alt') || (one.labels && one.labels[0]?.innerText) || '').trim();
return [...document.querySelectorAll(
  '[data-testid=stMain] :is(button, input, textarea, select, a[href], img)')]
  .filter((one) => one.checkVisibility() && !named(one))
  .map((one) => one.outerHTML.slice(0, 200));
"""


@pytest.fixture
def exits(api: httpx.Client) -> Iterator[httpx.Client]:
    """Return the API; browser profiles and schedules are gone afterwards."""
    api.timeout = httpx.Timeout(SECONDS_TO_TEST)
    yield api
    for one in api.get("/cloak/leak-test-schedules").json()["items"]:
        api.delete(f"/cloak/leak-test-schedules/{one['id']}")
    assert api.post("/browser-profiles/stop-all").is_success
    for one in api.get("/browser-profiles", params={"limit": 100}).json()["items"]:
        api.delete(f"/browser-profiles/{one['id']}")


@pytest.fixture
def proxy(stack: RunningStack) -> Iterator[ElsewhereProxy]:
    """Serve a proxy that leaves by another address and asks another resolver."""
    responders = RunningResponders(
        host="127.0.0.1",
        http_port=int(stack.environment[LEAK_RESPONDERS]),
        dns_port=int(stack.environment[LEAK_RESPONDERS_DNS]),
        process_id=0,
    )
    with elsewhere_proxy(responders) as serving:
        yield serving


def make(exits: httpx.Client, **values: Any) -> dict[str, Any]:
    wish = {"name": f"Lisbon {uuid4().hex[:6]}", "template": "natural", **values}
    answer = exits.post("/browser-profiles", json=wish)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def choose(person: ConsoleBrowser, key: str, words: str) -> None:
    """Press the part of a segmented control that says so."""
    person.wait_for(lambda: person.driver.execute_script(CHOOSE, key, words))
    person.wait_until_ready()


def rows(person: ConsoleBrowser) -> int:
    """Return how many leak tests the history lists."""
    found = "[class*='st-key-open_'] button"
    return len(person.driver.find_elements(By.CSS_SELECTOR, found))


def fill(person: ConsoleBrowser, key: str, words: str) -> None:
    person.wait_for(
        lambda: person.find(key, "input").send_keys(words, Keys.TAB) is None
    )
    person.wait_until_ready()


def wait_for_result(person: ConsoleBrowser, words: str) -> None:
    person.wait_for(lambda: words in person.text(), seconds=SECONDS_TO_TEST)
    person.wait_until_ready()


def test_the_direct_exit_is_tested_by_keyboard_and_says_what_it_saw(
    stack: RunningStack, person: ConsoleBrowser, exits: httpx.Client
) -> None:
    assert exits.base_url
    person.driver.find_element(
        By.CSS_SELECTOR, "[data-testid=stSidebarNavLink][href$=cloak]"
    ).click()
    person.wait_for_text("What to test")
    person.wait_until_ready()
    choose(person, "leak_form_kind", "Direct exit")
    person.click_on("leak_form_expected", "summary")
    fill(person, "leak_form_exit_addresses", "192.0.2.1")
    person.find("run_leak_test", "button").send_keys(Keys.ENTER)
    wait_for_result(person, "A web server saw")
    said = person.text()
    assert "Leak" in said
    assert "Could not tell" in said
    person.click_on("leak_details_result", "summary")
    person.wait_for_text("Expected")
    person.wait_until_ready()
    person.take_picture(stack.screenshots, "cloak-direct")
    assert person.driver.execute_script(NAMELESS) == []


def test_a_proxy_is_typed_in_and_tested(
    stack: RunningStack,
    person: ConsoleBrowser,
    exits: httpx.Client,
    proxy: ElsewhereProxy,
) -> None:
    assert exits.base_url
    given = proxy.parameters()
    person.open(f"{stack.url}/console/cloak")
    choose(person, "leak_form_kind", "Proxy")
    fill(person, "leak_form_host", given["host"])
    fill(person, "leak_form_port", str(given["port"]))
    fill(person, "leak_form_username", given["username"])
    person.find("leak_form_password", "input").send_keys(given["password"])
    person.click("run_leak_test")
    wait_for_result(person, "looked at without a browser")
    assert "127.0.0.2" in person.text()
    assert given["password"] not in person.text()
    person.take_picture(stack.screenshots, "cloak-proxy")


def test_webrtc_is_fixed_and_shown_before_and_after(
    stack: RunningStack,
    person: ConsoleBrowser,
    exits: httpx.Client,
    proxy: ElsewhereProxy,
) -> None:
    lisbon = make(exits, proxy=proxy.parameters())
    person.open(f"{stack.url}/console/browser-profile?id={lisbon['id']}")
    person.click_on("run_leak_test", "button")
    person.wait_for_text("Testing in its browser")
    person.take_picture(stack.screenshots, "cloak-profile-testing")
    wait_for_result(person, "Fix WebRTC")
    person.take_picture(stack.screenshots, "cloak-profile-leak")
    person.click("fix_webrtc_profile")
    person.wait_for_text("It is tested again at once")
    person.take_picture(stack.screenshots, "cloak-profile-fix")
    person.click("yes_fix_webrtc")
    wait_for_result(person, "After")
    person.wait_for_text("changed from natural to disabled")
    person.take_picture(stack.screenshots, "cloak-profile-fixed")
    last = exits.get(f"/browser-profiles/{lisbon['id']}").json()["lastLeakTest"]
    assert last["webrtcLeak"] is False
    person.click("its_leak_tests")
    person.wait_for_text("Only one browser profile")
    person.wait_for(lambda: rows(person) == 2)


def test_a_schedule_is_added_and_its_test_turns_up_by_itself(
    stack: RunningStack, person: ConsoleBrowser, exits: httpx.Client
) -> None:
    person.open(f"{stack.url}/console/cloak?show=schedules")
    choose(person, "leak_form_kind", "Direct exit")
    person.click("add_schedule")
    person.wait_for_text("every hour")
    choose(person, "cloak_part", "History")
    person.driver.execute_script("window.isTheSameDocument = true;")
    before = rows(person)
    assert exits.post("/cloak/leak-test", json={}).is_success
    person.wait_for(lambda: rows(person) > before)
    assert person.driver.execute_script("return window.isTheSameDocument;")


@pytest.mark.parametrize("look", ["light", "dark", "phone"])
def test_each_part_of_the_screen_is_whole(
    stack: RunningStack,
    person: ConsoleBrowser,
    exits: httpx.Client,
    proxy: ElsewhereProxy,
    look: str,
) -> None:
    lisbon = make(exits, proxy=proxy.parameters())
    subject = {"browserProfileId": lisbon["id"]}
    leak = exits.post("/cloak/leak-test", json=subject).json()
    wrong = {"expected": {"exitAddresses": ["192.0.2.1"]}}
    assert exits.post("/cloak/leak-test", json=wrong).is_success
    asked = {**subject, "everyMinutes": 360}
    assert exits.post("/cloak/leak-test-schedules", json=asked).is_success
    person.look_as(look)
    person.open(f"{stack.url}/console/cloak")
    person.wait_for_text("What to test")
    choose(person, "leak_form_kind", "Proxy")
    look_at(stack, person, f"cloak-test-{look}")
    choose(person, "cloak_part", "History")
    person.click(f"open_{leak['id']}")
    person.click_on(f"leak_details_{leak['id']}", "summary")
    person.wait_for_text("Everything that was seen")
    look_at(stack, person, f"cloak-history-{look}")
    choose(person, "cloak_part", "Schedules")
    person.wait_for_text("every 6 hours")
    look_at(stack, person, f"cloak-schedules-{look}")
    person.open(f"{stack.url}/console/browser-profile?id={lisbon['id']}")
    person.wait_for_text("Fix WebRTC")
    look_at(stack, person, f"cloak-profile-{look}")


def look_at(stack: RunningStack, person: ConsoleBrowser, name: str) -> None:
    """Take a picture of a part that is whole, narrow enough and named throughout."""
    person.wait_until_ready()
    person.take_picture(stack.screenshots, name)
    assert not person.is_wider_than_screen(), name
    wrong = "[data-testid=stException], [data-testid=stAlertContentError]"
    assert person.driver.find_elements(By.CSS_SELECTOR, wrong) == [], name
    assert person.driver.execute_script(NAMELESS) == [], name
