"""Browser profiles at the console in a real browser, on the whole stack."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.fixtures.console import (
    ConsoleBrowser,
    console_browser,
    person,
)
from tests.fixtures.stack import RunningStack

__all__ = ["console_browser", "person"]

UPTIME, PICTURE = ".uptime", ".page-picture"
SECONDS_TO_START = 60
TWO_PICTURES_LATER = 7
NAMELESS = """
const named = (one) => (one.getAttribute('aria-label') || one.innerText || one.title
  || one.getAttribute('alt') || (one.labels && one.labels[0]?.innerText) || '').trim();
const all = [...document.querySelectorAll(
  '[data-testid=stMain] :is(button, input, textarea, select, a[href], img)')];
const roots = [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')]
  .map((one) => one.shadowRoot).filter(Boolean)
  .flatMap((one) => [...one.querySelectorAll('button, input, img')]);
return [...all, ...roots].filter((one) => one.checkVisibility() && !named(one))
  .map((one) => one.outerHTML.slice(0, 200));
"""


@pytest.fixture
def profiles(api: httpx.Client) -> Iterator[httpx.Client]:
    """Return the API; every browser profile is gone afterwards."""
    api.timeout = httpx.Timeout(SECONDS_TO_START)
    yield api
    assert api.post("/browser-profiles/stop-all").is_success
    for one in api.get("/browser-profiles", params={"limit": 100}).json()["items"]:
        api.delete(f"/browser-profiles/{one['id']}")


def make(profiles: httpx.Client, name: str, **values: Any) -> str:
    wish = {"name": f"{name} {uuid4().hex[:6]}", "template": "natural"}
    answer = profiles.post("/browser-profiles", json=wish | values)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def do(profiles: httpx.Client, browser_profile_id: str, wish: str) -> dict[str, Any]:
    answer = profiles.post(f"/browser-profiles/{browser_profile_id}/{wish}")
    assert answer.is_success, answer.text
    told: dict[str, Any] = answer.json()
    return told


def words_of(person: ConsoleBrowser, selector: str) -> str:
    return str(person.ask(selector, "return root?.innerText ?? '';"))


def pictures(person: ConsoleBrowser) -> int:
    return int(person.data(PICTURE).get("taken") or 0)


def hide_tab(person: ConsoleBrowser, *, hidden: bool) -> None:
    """Have the page think that somebody looks at another tab, or is back."""
    person.driver.execute_script(
        """
        const [hidden] = arguments;
        const said = {configurable: true, get: () => hidden};
        Object.defineProperty(document, 'hidden', said);
        document.dispatchEvent(new Event('visibilitychange'));
        """,
        hidden,
    )


def seconds_up(person: ConsoleBrowser) -> int:
    """Return what the uptime says while it is below a minute, and a minute after."""
    said = words_of(person, UPTIME).split()
    return 60 if "min" in said else int(said[-2])


def test_a_browser_profile_is_made_in_a_new_folder_and_started(
    stack: RunningStack, person: ConsoleBrowser, profiles: httpx.Client
) -> None:
    person.driver.find_element(
        By.CSS_SELECTOR, "[data-testid=stSidebarNavLink][href$=browser-profiles]"
    ).click()
    person.wait_until_ready()
    person.click("new_browser_profile")
    name, folder = f"Lisbon {uuid4().hex[:6]}", f"Team {uuid4().hex[:6]}"
    person.find("browser_form_name", "input").send_keys(name, Keys.TAB)
    person.wait_until_ready()
    person.find("browser_form_folder", "input").send_keys(folder, Keys.ENTER)
    person.wait_until_ready()
    person.find("browser_form_start_urls", "textarea").send_keys(
        f"{stack.demo_site_url}/people", Keys.TAB
    )
    person.wait_until_ready()
    person.click_on("browser_form_proxy_type", "button:nth-of-type(2)")
    person.find("browser_form_host", "input")
    person.click_on("browser_form_all_flags", "summary")
    person.wait_until_ready()
    assert person.driver.execute_script(NAMELESS) == []
    person.take_picture(stack.screenshots, "new-browser-profile-flags")
    person.click_on("browser_form_proxy_type", "button:nth-of-type(1)")
    person.wait_until_gone("browser_form_host")
    person.wait_until_ready()
    person.click("create_start")
    person.wait_for_text("Selenium URL")
    person.wait_for(lambda: pictures(person) >= 2)
    person.wait_for(lambda: " s" in words_of(person, UPTIME))
    person.take_picture(stack.screenshots, "browser-profile-running")
    found = profiles.get("/browser-profiles", params={"search": name}).json()["items"]
    assert found[0]["browser"]["seleniumUrl"] in person.text()
    assert person.driver.execute_script(NAMELESS) == []
    folders = profiles.get("/browser-profiles/folders").json()["items"]
    assert folder in {one["name"] for one in folders}
    person.click("stop_")
    person.wait_for(lambda: "What it shows now" not in person.text())
    person.wait_for_text("stopped just now")


def test_pictures_are_taken_only_while_somebody_looks(
    stack: RunningStack, person: ConsoleBrowser, profiles: httpx.Client
) -> None:
    lisbon = make(profiles, "Lisbon")
    do(profiles, lisbon, "start")
    person.open(f"{stack.url}/console/browser-profile?id={lisbon}")
    person.wait_for(lambda: pictures(person) >= 1)
    hide_tab(person, hidden=True)
    person.wait_for(lambda: "Paused" in words_of(person, PICTURE))
    then, taken = seconds_up(person), pictures(person)
    person.wait_for(lambda: seconds_up(person) >= then + TWO_PICTURES_LATER)
    assert pictures(person) <= taken + 1, "one may have been on its way"
    hide_tab(person, hidden=False)
    person.wait_for(lambda: pictures(person) > taken + 1)


def test_states_change_on_the_screen_by_themselves(
    stack: RunningStack, person: ConsoleBrowser, profiles: httpx.Client
) -> None:
    lisbon, porto = make(profiles, "Lisbon"), make(profiles, "Porto")
    person.open(f"{stack.url}/console/browser-profiles")
    person.wait_for_text("2 stopped")
    person.driver.execute_script("window.isTheSameDocument = true;")
    do(profiles, lisbon, "start")
    person.wait_for_text("1 running")
    first = person.wait_for(lambda: words_of(person, UPTIME))
    person.wait_for(lambda: words_of(person, UPTIME) not in {"", first})
    person.click(f"start_{porto}")
    person.wait_for_text("2 running")
    person.take_picture(stack.screenshots, "browser-profiles-running")
    person.click("stop_all")
    person.wait_for_text("Stop 2 browsers?")
    person.wait_until_ready()
    person.take_picture(stack.screenshots, "browser-profiles-stop-all")
    person.click("yes_stop_all")
    person.wait_for_text("2 browsers stopped")
    person.wait_for_text("2 stopped")
    assert "Stop all" not in person.text()
    assert person.driver.execute_script("return window.isTheSameDocument;")


def test_a_start_that_fails_says_why_and_what_to_do(
    stack: RunningStack, person: ConsoleBrowser, profiles: httpx.Client
) -> None:
    proxy = {"type": "http", "host": "127.0.0.1", "port": 9, "username": "ada"}
    lisbon = make(profiles, "Lisbon", proxy=proxy | {"password": "not shown"})
    person.open(f"{stack.url}/console/browser-profiles")
    person.click(f"start_{lisbon}")
    person.wait_for_text("What to do:")
    assert "Did not start" in person.text()
    person.take_picture(stack.screenshots, "browser-profiles-failed")
    person.click(f"delete_{lisbon}")
    person.wait_for_text("for good?")
    person.take_picture(stack.screenshots, "browser-profiles-delete")
    person.click(f"yes_delete_{lisbon}")
    person.wait_for_text("is deleted")
    assert profiles.get(f"/browser-profiles/{lisbon}").status_code == 404


@pytest.mark.parametrize("look", ["light", "dark", "phone"])
def test_each_screen_about_browser_profiles_is_whole(
    stack: RunningStack,
    person: ConsoleBrowser,
    profiles: httpx.Client,
    look: str,
) -> None:
    lisbon = make(profiles, "Lisbon", template="documented")
    broken = {"type": "socks5", "host": "127.0.0.1", "port": 9}
    porto = make(profiles, "Porto", proxy=broken)
    make(profiles, "A name that somebody made rather long, with many words in it")
    assert not profiles.post(f"/browser-profiles/{porto}/start").is_success
    do(profiles, lisbon, "start")
    person.look_as(look)
    for name, path, words in (
        ("browser-profiles", "browser-profiles", "What to do:"),
        ("new-browser-profile", "new-browser-profile", "Create and start"),
        ("browser-profile", f"browser-profile?id={lisbon}", "Last started"),
        ("browser-profile-failed", f"browser-profile?id={porto}", "What to do:"),
    ):
        person.open(f"{stack.url}/console/{path}")
        person.wait_for_text(words)
        if name == "browser-profile":
            person.wait_for(lambda: pictures(person) >= 1)
        person.take_picture(stack.screenshots, f"{name}-{look}")
        assert not person.is_wider_than_screen(), name
        wrong = "[data-testid=stException], [data-testid=stAlertContentError]"
        shown = person.driver.find_elements(By.CSS_SELECTOR, wrong)
        assert len(shown) == ("What to do:" in words), name
        assert person.driver.execute_script(NAMELESS) == [], name
