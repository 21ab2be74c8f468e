"""The console in a real browser, on the whole stack: as a person uses it."""

from contextlib import closing

import httpx
import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.fixtures.console import (
    ConsoleBrowser,
    console_browser,
    person,
)
from tests.fixtures.stack import RunningStack, wait_for_run

__all__ = ["console_browser", "person"]

DECK = ".deck"
LIVE_RUN = ".live-run"


@pytest.fixture(scope="module")
def reviewed_campaign(stack: RunningStack) -> str:
    """Run a campaign without criteria, so that everybody waits for a person."""
    asked = {
        "name": "Everybody on the demo site",
        "source": demo_source(stack),
        "wanted": 100,
    }
    with closing(stack.client()) as client:
        answer = client.post("/pipeline/run", json=asked)
        campaign_id: str = answer.json()["campaignId"]
        campaign_run = wait_for_run(client, campaign_id)
    assert campaign_run["queued"] >= 60, campaign_run
    return campaign_id


def demo_source(stack: RunningStack) -> dict[str, str]:
    return {
        "kind": "html_pages",
        "listingUrl": f"{stack.demo_site_url}/people",
        "recipe": "demo-people",
    }


def decisions(api: httpx.Client, campaign_id: str) -> dict[str, int]:
    counts: dict[str, int] = api.get(
        "/profiles", params={"campaignId": campaign_id, "limit": 1}
    ).json()["counts"]
    return counts


def open_deck(person: ConsoleBrowser, stack: RunningStack, campaign_id: str) -> None:
    person.open(f"{stack.url}/console/review?campaign={campaign_id}")
    person.wait_for(lambda: person.ask(DECK, "return root?.querySelector('.card');"))


def shown_card(person: ConsoleBrowser) -> str:
    return str(
        person.ask(DECK, "return root?.querySelector('.main').dataset.cardId ?? '';")
    )


def wait_until_saved(person: ConsoleBrowser) -> None:
    person.wait_for(lambda: person.data(DECK).get("unsaved") == "0")


def type_into(person: ConsoleBrowser, key: str, words: str) -> None:
    # The screen may draw itself anew in between: then the field is another one.
    person.wait_for(
        lambda: person.find(key, "input").send_keys(words, Keys.TAB) is None
    )
    person.wait_until_ready()


def test_a_campaign_is_started_from_the_form_and_watched_live(
    stack: RunningStack, person: ConsoleBrowser
) -> None:
    person.click("new_campaign")
    person.click("start")
    person.wait_for(lambda: "Give the campaign a name" in person.text())
    person.take_picture(stack.screenshots, "new-campaign-problem")
    type_into(person, "form_name", "Watched live")
    type_into(person, "form_keywords", "tea, vinyl, gardening")
    person.click("preview")
    person.wait_for(lambda: "Nothing is stored yet" in person.text())
    person.take_picture(stack.screenshots, "new-campaign-preview")
    ActionChains(person.driver).send_keys(Keys.ESCAPE).perform()
    person.wait_for(lambda: "Nothing is stored yet" not in person.text())
    person.click("start")
    person.wait_for(lambda: person.data(LIVE_RUN).get("acquired"))
    person.driver.execute_script("window.isTheSameDocument = true;")
    person.wait_for(lambda: int(person.data(LIVE_RUN)["acquired"]) > 0, seconds=60)
    wait_for_feed(person, "acquired")
    person.take_picture(stack.screenshots, "campaign-live")
    person.wait_for(
        lambda: person.data(LIVE_RUN).get("state") == "completed", seconds=120
    )
    person.wait_for(lambda: "Completed" in person.text())
    wait_for_feed(person, "completed")
    person.wait_for_text("Could not be read")
    assert person.driver.execute_script("return window.isTheSameDocument;")
    person.take_picture(stack.screenshots, "campaign-completed")


def test_a_draft_waits_until_it_is_started_and_its_counts_grow(
    stack: RunningStack, person: ConsoleBrowser
) -> None:
    person.click("new_campaign")
    type_into(person, "form_name", "Started later")
    person.click("draft")
    person.wait_for(lambda: person.data(LIVE_RUN).get("acquired") == "0")
    assert "Not started yet" in person.text()
    person.driver.execute_script("window.isTheSameDocument = true;")
    person.click("campaign_start")
    seen: set[int] = set()

    def has_grown() -> bool:
        seen.add(int(person.data(LIVE_RUN)["acquired"]))
        return len(seen) > 1

    person.wait_for(has_grown, seconds=60)
    assert person.driver.execute_script("return window.isTheSameDocument;")
    person.take_picture(stack.screenshots, "campaign-growing")


def test_a_reviewer_decides_by_key_and_by_click_and_takes_back(
    stack: RunningStack,
    person: ConsoleBrowser,
    api: httpx.Client,
    reviewed_campaign: str,
) -> None:
    before = decisions(api, reviewed_campaign)
    open_deck(person, stack, reviewed_campaign)
    person.take_picture(stack.screenshots, "review")
    first = shown_card(person)
    ActionChains(person.driver).send_keys("a").perform()
    person.wait_for(lambda: shown_card(person) != first)
    second = shown_card(person)
    person.ask(DECK, "return root.querySelector('button.approve');").click()
    person.wait_for(lambda: shown_card(person) != second)
    ActionChains(person.driver).send_keys("x").perform()
    ActionChains(person.driver).send_keys("x").perform()
    ActionChains(person.driver).send_keys("z").perform()
    wait_until_saved(person)
    after = decisions(api, reviewed_campaign)
    assert after == before | {
        "pending": before["pending"] - 3,
        "approved": before["approved"] + 2,
        "rejected": before["rejected"] + 1,
    }
    assert api.get(f"/profiles/{first}").json()["status"] == "approved"
    assert person.ask(DECK, "return root.querySelector('.saving').textContent;") == (
        "All saved"
    )
    person.take_picture(stack.screenshots, "review-decided")


def test_every_quick_key_press_is_a_decision(
    stack: RunningStack,
    person: ConsoleBrowser,
    api: httpx.Client,
    reviewed_campaign: str,
) -> None:
    before = decisions(api, reviewed_campaign)
    open_deck(person, stack, reviewed_campaign)
    person.wait_for(lambda: person.data(DECK).get("pending"))
    person.press_evenly("a", times=25, every_ms=60)
    wait_until_saved(person)
    after = decisions(api, reviewed_campaign)
    assert after["approved"] - before["approved"] == 25
    assert before["pending"] - after["pending"] == 25


def test_a_decision_somebody_else_took_first_stands_and_is_told(
    stack: RunningStack,
    person: ConsoleBrowser,
    api: httpx.Client,
    reviewed_campaign: str,
) -> None:
    open_deck(person, stack, reviewed_campaign)
    card = shown_card(person)
    assert api.post(f"/profiles/{card}/reject").is_success
    ActionChains(person.driver).send_keys("a").perform()
    person.wait_for(
        lambda: person.ask(DECK, "return !root.querySelector('.notice').hidden;")
    )
    wait_until_saved(person)
    assert api.get(f"/profiles/{card}").json()["status"] == "rejected"
    person.forgive("409 (Conflict)")


@pytest.mark.parametrize("look", ["light", "dark", "phone"])
def test_each_screen_is_whole(
    stack: RunningStack, person: ConsoleBrowser, reviewed_campaign: str, look: str
) -> None:
    person.look_as(look)
    for name, path in (
        ("overview", ""),
        ("campaigns", "/campaigns"),
        ("campaign", f"/campaign?id={reviewed_campaign}"),
        ("new-campaign", "/new-campaign"),
        ("review", f"/review?campaign={reviewed_campaign}"),
        ("account", "/account"),
    ):
        person.open(f"{stack.url}/console{path}")
        wait_for_component(person, name)
        person.take_picture(stack.screenshots, f"{name}-{look}")
        assert not person.is_wider_than_screen(), name
        assert "Traceback" not in person.text(), name
        # A campaign that failed is shown with its reason; that screen is whole.
        alert = "[data-testid=stAlertContentError]"
        broken = f"[data-testid=stException], :not([class*=why-failed] *){alert}"
        assert person.driver.find_elements(By.CSS_SELECTOR, broken) == [], name


def test_signing_out_ends_it(stack: RunningStack, person: ConsoleBrowser) -> None:
    person.open(f"{stack.url}/console/account")
    person.wait_for(lambda: person.ask(".sign-out", "return root;"))
    person.ask(".sign-out", "return root.querySelector('button');").click()
    person.wait_for(lambda: "/login" in person.driver.current_url)
    person.take_picture(stack.screenshots, "sign-in")
    person.driver.get(f"{stack.url}/console/campaigns")
    person.wait_for(lambda: "/login?next=" in person.driver.current_url)


def test_a_login_that_is_ended_elsewhere_leaves_no_data_on_the_screen(
    stack: RunningStack, person: ConsoleBrowser
) -> None:
    person.open(f"{stack.url}/console/account")
    headers = {"Authorization": f"Bearer {person.token()}"}
    with httpx.Client(base_url=f"{stack.url}/api/v1", headers=headers) as elsewhere:
        assert elsewhere.post("/auth/logout").is_success
    person.wait_for(lambda: "/login" in person.driver.current_url, seconds=20)
    person.forgive("")  # sockets that were closed on purpose are complained of


def wait_for_feed(person: ConsoleBrowser, words: str) -> None:
    feed = "return root.querySelector('.feed').innerText;"
    person.wait_for(lambda: words in person.ask(LIVE_RUN, feed))


def wait_for_component(person: ConsoleBrowser, screen: str) -> None:
    """Wait for the browser's half of a screen, where it has one."""
    parts = {
        "review": (DECK, ".card"),
        "campaign": (LIVE_RUN, ".badge.green"),
        "account": (".sign-out", "button"),
    }
    if screen in parts:
        selector, inner = parts[screen]
        found = f"return root?.querySelector('{inner}');"
        person.wait_for(lambda: person.ask(selector, found))
