"""The pages before the sign-in, in a real browser: by password, by link, by Plex."""

import re

import httpx
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from config.vocabulary import Role
from tests.factories.accounts import PASSWORD, create_account
from tests.fixtures.api import SignedIn
from tests.fixtures.console import ConsoleBrowser, console_browser
from tests.fixtures.plex import Plex

__all__ = ["console_browser"]

ANA = "ana@muster.example"
NEW = "a new one, never used"


@pytest.fixture
def url(visitor: httpx.Client) -> str:
    """Say where the API answers: the name that browsers trust without HTTPS."""
    return f"http://localhost:{visitor.base_url.port}"


def fill(browser: ConsoleBrowser, **words: str) -> None:
    """Write into the fields of a page, and send it."""
    for field, word in words.items():
        browser.wait_for(
            lambda field=field: browser.driver.find_element(By.ID, field).is_displayed()
        )
        element = browser.driver.find_element(By.ID, field)
        element.clear()
        element.send_keys(word)
    element.send_keys(Keys.ENTER)


def problem(browser: ConsoleBrowser) -> str:
    return browser.driver.find_element(By.ID, "problem").text


def arrives(browser: ConsoleBrowser, address: str) -> None:
    browser.wait_for(lambda: browser.driver.current_url == address)


def test_whoever_signs_in_is_redirected_to_the_main_app(
    console_browser: ConsoleBrowser, url: str
) -> None:
    create_account(Role.REVIEWER, email=ANA)
    console_browser.driver.get(f"{url}/login")
    fill(console_browser, email=ANA, password="wrong")
    console_browser.wait_for(
        lambda: problem(console_browser) == "Email or password is wrong"
    )
    fill(console_browser, password=PASSWORD)
    arrives(console_browser, f"{url}/console")
    assert console_browser.driver.execute_script("return document.cookie") == ""


def test_an_invited_person_makes_their_account_on_a_page(
    console_browser: ConsoleBrowser, url: str, signed_in: SignedIn
) -> None:
    asked = {"email": ANA, "roles": ["reviewer"]}
    link = signed_in(Role.ADMINISTRATOR).post("/admin/invitations", json=asked).json()
    console_browser.driver.get(f"{url}{link['path']}")
    email = console_browser.driver.find_element(By.ID, "email")
    console_browser.wait_for(lambda: email.get_attribute("value") == ANA)
    fill(console_browser, name="Ana", password="password1", again="password1")
    console_browser.wait_for(lambda: "tried first" in problem(console_browser))
    fill(console_browser, password=NEW, again=NEW + "!")
    console_browser.wait_for(lambda: "differ" in problem(console_browser))
    fill(console_browser, again=NEW)
    arrives(console_browser, f"{url}/console")
    console_browser.driver.get(f"{url}{link['path']}")
    console_browser.wait_for(lambda: "not work any more" in problem(console_browser))
    assert not console_browser.driver.find_element(By.ID, "send").is_displayed()


def test_a_forgotten_password_is_set_anew_on_a_page(
    console_browser: ConsoleBrowser, url: str, signed_in: SignedIn
) -> None:
    account_id = create_account(Role.REVIEWER, email=ANA)
    root = signed_in(Role.ADMINISTRATOR)
    link = root.post(f"/admin/accounts/{account_id}/reset-link").json()
    console_browser.driver.get(f"{url}{link['path']}")
    fill(console_browser, password=NEW, again=NEW)
    console_browser.wait_for(lambda: "is set" in console_browser.text())
    console_browser.driver.find_element(By.LINK_TEXT, "Sign in").click()
    fill(console_browser, email=ANA, password=NEW)
    arrives(console_browser, f"{url}/console")


def test_a_link_that_was_cut_says_so(console_browser: ConsoleBrowser, url: str) -> None:
    for page in ("invitation#token=abc", "invitation"):
        console_browser.driver.get("about:blank")
        console_browser.driver.get(f"{url}/{page}")
        console_browser.wait_for(lambda: "not complete" in problem(console_browser))


def test_a_person_signs_in_through_plex_in_another_window(
    plex: Plex, console_browser: ConsoleBrowser, url: str
) -> None:
    driver = console_browser.driver
    driver.get(f"{url}/login?next=/console/review")
    driver.find_element(By.ID, "plex").click()
    console_browser.wait_for(lambda: len(driver.window_handles) == 2)
    here, there = driver.window_handles
    driver.switch_to.window(there)
    console_browser.wait_for(lambda: driver.current_url.startswith(plex.url))
    assert driver.execute_script("return window.opener") is None
    Select(driver.find_element(By.ID, "login")).select_by_value("jon")
    fill(console_browser, password=plex.password)
    console_browser.wait_for(lambda: "Done." in console_browser.text())
    driver.close()
    driver.switch_to.window(here)
    arrives(console_browser, f"{url}/console/review")
    names = {one["name"] for one in driver.get_cookies()}
    assert names == {"__Host-access", "__Host-refresh"}


@pytest.mark.parametrize("look", ["light", "dark", "phone"])
def test_each_page_is_whole(
    console_browser: ConsoleBrowser, url: str, look: str
) -> None:
    console_browser.look_as(look)
    for page in ("login", "invitation", "password-reset"):
        console_browser.driver.get(f"{url}/{page}")
        assert re.match(".+ · Muster", console_browser.driver.title)
        assert not console_browser.is_wider_than_screen()
    assert console_browser.foreign_hosts(url) == set()
