"""The review list in a real browser: stable rows, batches, conflicts, views."""

from typing import Any

import httpx
import pytest

from tests.fixtures.console import ConsoleBrowser, console_browser, person
from tests.fixtures.review_queue import NAMELESS, queue_rows, second_reviewer
from tests.fixtures.stack import RunningStack

__all__ = ["console_browser", "person"]

LIST = ".review-list"
ROWS = 5_400
"""More than are decided while a person waits."""

WATCH_THE_BAR = """
const bar = root.querySelector('.bar');
window.musterShares = [];
new MutationObserver(() => {
  if (!bar.hidden) window.musterShares.push(Number(bar.getAttribute('aria-valuenow')));
}).observe(bar, {attributes: true});
"""


@pytest.fixture(scope="module")
def campaign(stack: RunningStack) -> str:
    """Have some thousand invented people wait for a reviewer."""
    return queue_rows(stack, ROWS, name="Many potters")


def open_list(
    person: ConsoleBrowser, stack: RunningStack, campaign: str, more: str = ""
) -> None:
    address = f"{stack.url}/console/review?show=list&campaign={campaign}{more}"
    person.open(address)
    person.wait_for(lambda: person.data(LIST).get("matched"))


def rows(person: ConsoleBrowser) -> list[str]:
    script = (
        "return [...root.querySelectorAll('tr[data-id]')].map((r) => r.dataset.id);"
    )
    found: list[str] = person.ask(LIST, script)
    return found


def state_of(person: ConsoleBrowser, row: str) -> str:
    script = (
        "return root.querySelector(`tr[data-id='${arguments[1]}'] .badge`).innerText;"
    )
    return str(person.ask(LIST, script, row))


def click(person: ConsoleBrowser, selector: str) -> None:
    person.wait_for(
        lambda: person.ask(
            LIST,
            "const found = root.querySelector(arguments[1]);"
            "if (!found || found.disabled) return false;"
            "found.click(); return true;",
            selector,
        )
    )


def said(person: ConsoleBrowser) -> str:
    return str(person.ask(LIST, "return root.querySelector('.said').innerText;"))


def count(api: httpx.Client, campaign: str, decision: str) -> int:
    counts: dict[str, Any] = api.get(
        "/profiles", params={"campaignId": campaign, "limit": 1}
    ).json()["counts"]
    return int(counts[decision])


def test_chosen_rows_are_decided_stay_in_place_and_are_taken_back_as_one(
    stack: RunningStack, person: ConsoleBrowser, api: httpx.Client, campaign: str
) -> None:
    before = count(api, campaign, "approved")
    open_list(person, stack, campaign)
    shown = rows(person)
    for row in shown[:3]:
        click(person, f"tr[data-id='{row}'] input")
    click(person, "button.approve")
    person.wait_for(lambda: "3 of 3 approved" in said(person))
    person.wait_for(lambda: "Approved" in state_of(person, shown[0]))
    assert rows(person) == shown
    assert count(api, campaign, "approved") == before + 3
    click(person, "button.undo-batch")
    person.wait_for(lambda: "3 taken back" in said(person))
    person.wait_for(lambda: "Waiting" in state_of(person, shown[0]))
    assert count(api, campaign, "approved") == before


def test_a_page_is_decided_and_conflicts_are_listed(
    stack: RunningStack, person: ConsoleBrowser, api: httpx.Client, campaign: str
) -> None:
    open_list(person, stack, campaign)
    shown = rows(person)
    click(person, "thead input")
    assert person.data(LIST)["chosen"] == str(len(shown))
    with second_reviewer(stack, "Nora Second") as nora:
        assert nora.post(f"/profiles/{shown[1]}/reject").is_success
        person.wait_for(lambda: "Rejected" in state_of(person, shown[1]))
        assert rows(person) == shown
        click(person, "button.approve")
        person.wait_for(lambda: "stays as it is" in said(person))
    assert "Nora Second" in said(person)
    assert f"{len(shown) - 1} of {len(shown)} approved" in said(person)
    person.take_picture(stack.screenshots, "review-list-conflict")
    assert api.get(f"/profiles/{shown[1]}").json()["status"] == "rejected"


def test_what_arrives_waits_behind_a_pill(
    stack: RunningStack, person: ConsoleBrowser, api: httpx.Client, campaign: str
) -> None:
    open_list(person, stack, campaign)
    shown = rows(person)
    elsewhere = api.get(
        "/profiles", params={"campaignId": campaign, "status": "approved", "limit": 1}
    ).json()["items"][0]["id"]
    reason = {"reason": "look again"}
    assert api.post(f"/profiles/{elsewhere}/reopen", json=reason).is_success
    person.wait_for(lambda: person.data(LIST).get("arrived") == "1")
    assert rows(person) == shown
    person.take_picture(stack.screenshots, "review-list-new")
    click(person, ".pill")
    person.wait_for(lambda: elsewhere in rows(person))


def test_a_filter_is_in_the_address_and_its_history_is_shown(
    stack: RunningStack, person: ConsoleBrowser, campaign: str
) -> None:
    open_list(person, stack, campaign, "&state=approved,rejected&min=1")
    row = rows(person)[0]
    assert state_of(person, row) != "Waiting"
    click(person, f"tr[data-id='{row}'] button.small")
    words = "return root.querySelector('tr.history')?.innerText ?? '';"
    person.wait_for(lambda: "by " in person.ask(LIST, words))
    exported = person.ask(LIST, "return root.querySelector('.exports a').href;")
    assert "decision=approved&decision=rejected" in exported
    person.click_on("review_status", "button:nth-of-type(4)")
    person.wait_for(lambda: "maybe" in person.driver.current_url)


@pytest.mark.parametrize("look", ["light", "dark", "phone"])
def test_the_list_is_whole(
    stack: RunningStack, person: ConsoleBrowser, campaign: str, look: str
) -> None:
    person.look_as(look)
    open_list(person, stack, campaign)
    person.take_picture(stack.screenshots, f"review-list-{look}")
    assert not person.is_wider_than_screen()
    assert person.ask(LIST, NAMELESS) == []


def test_decided_rows_are_sent_back_with_a_reason(
    stack: RunningStack, person: ConsoleBrowser, api: httpx.Client, campaign: str
) -> None:
    query = {"campaignId": campaign, "status": "approved", "limit": 1}
    approved = api.get("/profiles", params=query).json()["items"][0]["id"]
    open_list(person, stack, campaign, "&state=approved")
    click(person, f"tr[data-id='{approved}'] input")
    click(person, "button.reopen")
    assert "Say in the field beside why" in said(person)
    person.ask(LIST, "root.querySelector('.batch .reason').value = 'seen in a hurry';")
    click(person, "button.reopen")
    person.wait_for(lambda: "1 sent back" in said(person))
    person.wait_for(lambda: "Waiting" in state_of(person, approved))
    steps = api.get(f"/profiles/{approved}/history").json()["items"]
    assert "seen in a hurry" in {one["reason"] for one in steps}


def test_everything_the_filter_finds_is_counted_first_and_then_decided(
    stack: RunningStack, person: ConsoleBrowser, api: httpx.Client, campaign: str
) -> None:
    open_list(person, stack, campaign)
    waiting = count(api, campaign, "pending")
    click(person, ".batch .box input")
    click(person, "button.reject")
    person.wait_for(lambda: f"finds {waiting:,} now" in said(person))
    assert count(api, campaign, "pending") == waiting
    person.take_picture(stack.screenshots, "review-list-asks")
    person.ask(LIST, WATCH_THE_BAR)
    click(person, "button.yes")
    done = f"{waiting:,} of {waiting:,} rejected"
    person.wait_for(lambda: done in said(person), seconds=90)
    person.wait_for(lambda: "Rejected" in state_of(person, rows(person)[0]))
    person.wait_for(lambda: person.data(LIST)["matched"] == "0")
    shares = person.driver.execute_script("return window.musterShares;")
    assert shares, "no progress was shown"
    assert shares == sorted(shares)
    person.take_picture(stack.screenshots, "review-list-batch")
    assert count(api, campaign, "pending") == 0
