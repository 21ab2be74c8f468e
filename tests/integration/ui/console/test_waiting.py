"""Who asked too often waits, sees how long, and goes on without doing anything."""

from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By

from tests.factories.accounts import PASSWORD, create_account
from tests.factories.campaigns import create_taken_run
from tests.factories.public_profiles import queue_handles
from tests.fixtures.console import ConsoleBrowser, running_console

EMAIL = "operator@muster.example"
ALLOWED = 60
WINDOW_SECONDS = 8
DECK, KEEPER, COUNTDOWN = ".deck", ".keeper", ".countdown"


@pytest.fixture
def address(
    database: str, service_environment: dict[str, str], tmp_path: Path
) -> Iterator[str]:
    """Serve a console to whose API one may send few requests in few seconds."""
    assert database
    limits = {
        "MUSTER_LIMITS__INTERACTIVE": str(ALLOWED),
        "MUSTER_LIMITS__WINDOW": f"PT{WINDOW_SECONDS}S",
    }
    with running_console(service_environment | limits, tmp_path / "api.log") as url:
        yield url


@pytest.fixture
def reviewer(address: str, console_browser: ConsoleBrowser) -> ConsoleBrowser:
    """Sign in to review two public profiles."""
    create_account(email=EMAIL)
    queue_handles(create_taken_run(), "ada", "ben")
    console_browser.driver.get(f"{address}/console/review")
    console_browser.sign_in(EMAIL, PASSWORD)
    console_browser.wait_for(
        lambda: console_browser.ask(DECK, "return root?.querySelector('.card');")
    )
    return console_browser


def ask_too_often(address: str, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"{address}/api/v1", headers=headers) as client:
        for _ in range(ALLOWED + 1):
            answer = client.get("/auth/me")
            if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
                return
    pytest.fail("nobody was refused")


def words_of(person: ConsoleBrowser, selector: str) -> str:
    return str(person.ask(selector, "return root?.innerText ?? '';"))


def test_a_decision_waits_in_line_and_is_sent_when_there_is_room(
    address: str, reviewer: ConsoleBrowser
) -> None:
    ask_too_often(address, reviewer.token())
    ActionChains(reviewer.driver).send_keys("a").perform()
    said = reviewer.wait_for(
        lambda: (words := words_of(reviewer, KEEPER)) and "Retry in" in words and words
    )
    assert "Rate limited." in said
    assert "goes on by itself" in said
    reviewer.wait_for(lambda: reviewer.data(DECK).get("unsaved") == "0")
    reviewer.wait_for(lambda: reviewer.data(KEEPER).get("waiting") == "0")
    assert "Retry in" not in words_of(reviewer, KEEPER)
    headers = {"Authorization": f"Bearer {reviewer.token()}"}
    reviewer.wait_for(lambda: approved(address, headers) == 1)
    limited = "429 (Too Many Requests)"
    reviewer.forgive(limited)
    assert reviewer.errors() == []


def approved(address: str, headers: dict[str, str]) -> int:
    answer = httpx.get(f"{address}/api/v1/profiles?status=approved", headers=headers)
    return len(answer.json()["items"]) if answer.is_success else -1


def test_a_screen_counts_down_and_then_shows_itself(
    address: str, reviewer: ConsoleBrowser
) -> None:
    ask_too_often(address, reviewer.token())
    reviewer.driver.execute_script("window.isTheSameDocument = true;")
    link = "[data-testid=stSidebarNavLink][href$=campaigns]"
    reviewer.driver.find_element(By.CSS_SELECTOR, link).click()
    said = reviewer.wait_for(lambda: words_of(reviewer, COUNTDOWN))
    assert "Rate limited." in said
    assert "Retry in" in said
    assert "New campaign" not in reviewer.text()
    reviewer.wait_for(lambda: "New campaign" in reviewer.text())
    reviewer.wait_for(lambda: not words_of(reviewer, COUNTDOWN))
    assert reviewer.driver.execute_script("return window.isTheSameDocument;")


def test_what_a_person_wanted_done_waits_and_is_done_by_itself(
    address: str, reviewer: ConsoleBrowser
) -> None:
    reviewer.open(f"{address}/console/campaigns")
    ask_too_often(address, reviewer.token())
    reviewer.click("campaigns_pause")
    reviewer.wait_for(lambda: "Retry in" in words_of(reviewer, COUNTDOWN))
    reviewer.wait_for(lambda: "Resume" in reviewer.text())
    assert "did not change" not in reviewer.text()
