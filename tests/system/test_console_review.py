"""The review deck in a real browser, on the whole stack, by keys alone."""

from typing import Any

import httpx
import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from tests.fixtures.console import (
    ConsoleBrowser,
    console_browser,
    person,
)
from tests.fixtures.review_queue import NAMELESS, queue_rows, second_reviewer
from tests.fixtures.stack import RunningStack

__all__ = ["console_browser", "person"]

DECK = ".deck"
WAITING = 10_000
CONFLICT = "409 (Conflict)"

TO_NEXT_CARD = """
const [, times, done] = arguments;
const main = root.querySelector('.main');
const took = [];
const painted = () => new Promise((seen) =>
  requestAnimationFrame(() => requestAnimationFrame(seen)));
const inHand = () => Number(root.dataset.inHand) > 1;
const rest = (ms) => new Promise((over) => setTimeout(over, ms));
(async () => {
  while (took.length < times) {
    while (!inHand()) await rest(20);
    const before = main.dataset.cardId;
    const began = performance.now();
    document.body.dispatchEvent(
      new KeyboardEvent('keydown', {key: 'x', bubbles: true, composed: true}));
    await painted();
    const isNext = main.dataset.cardId && main.dataset.cardId !== before;
    took.push(isNext ? performance.now() - began : null);
    await rest(40);
  }
  done(took);
})();
"""


@pytest.fixture(scope="module")
def campaign(stack: RunningStack) -> str:
    """Have 10,000 invented people wait for a reviewer."""
    return queue_rows(stack, WAITING, name="Ten thousand potters")


def open_deck(person: ConsoleBrowser, stack: RunningStack, campaign: str) -> None:
    person.open(f"{stack.url}/console/review?campaign={campaign}")
    person.wait_for(lambda: person.data(DECK).get("pending"))
    person.wait_for(lambda: person.ask(DECK, "return root?.querySelector('.card');"))


def shown_card(person: ConsoleBrowser) -> str:
    return str(
        person.ask(DECK, "return root?.querySelector('.main').dataset.cardId ?? '';")
    )


def wait_until_saved(person: ConsoleBrowser) -> None:
    person.wait_for(lambda: person.data(DECK).get("unsaved") == "0")


def press(person: ConsoleBrowser, *keys: str) -> None:
    ActionChains(person.driver).send_keys(*keys).perform()


def decide(person: ConsoleBrowser, key: str) -> str:
    """Press a key and wait for the next card; return which card it was about."""
    before = shown_card(person)
    press(person, key)
    person.wait_for(lambda: shown_card(person) not in {"", before})
    return before


def card(api: httpx.Client, card_id: str) -> dict[str, Any]:
    found: dict[str, Any] = api.get(f"/profiles/{card_id}").json()
    return found


def counts(api: httpx.Client, campaign: str) -> dict[str, int]:
    query: dict[str, str | int] = {"campaignId": campaign, "limit": 1}
    told: dict[str, int] = api.get("/profiles", params=query).json()["counts"]
    return told


def notice(person: ConsoleBrowser) -> str:
    script = "return root.querySelector('.notice:not([hidden])')?.innerText ?? '';"
    return str(person.ask(DECK, script))


def test_each_key_is_its_decision_and_says_so_on_its_button(
    stack: RunningStack, person: ConsoleBrowser, api: httpx.Client, campaign: str
) -> None:
    open_deck(person, stack, campaign)
    shown = person.ask(
        DECK,
        "return [...root.querySelectorAll('.actions button')].map((one) =>"
        "  [one.className, one.getAttribute('aria-keyshortcuts'),"
        "   one.querySelector('kbd').textContent]);",
    )
    assert [one[1] for one in shown] == ["A", "X", "M", "S", "Z"]
    assert all(said == key for _, said, key in shown)
    approved, rejected, put_aside, skipped = (decide(person, key) for key in "axms")
    wait_until_saved(person)
    assert card(api, approved)["status"] == "approved"
    assert card(api, rejected)["status"] == "rejected"
    assert card(api, put_aside)["status"] == "maybe"
    assert card(api, skipped)["status"] == "pending"
    assert shown_card(person) != skipped
    person.wait_for(lambda: int(person.data(".side").get("mine", "0")) >= 3)
    person.take_picture(stack.screenshots, "review-deck")


def test_every_quick_key_press_is_a_decision(
    stack: RunningStack, person: ConsoleBrowser, api: httpx.Client, campaign: str
) -> None:
    before = counts(api, campaign)
    open_deck(person, stack, campaign)
    person.press_evenly("a", times=25, every_ms=60)
    wait_until_saved(person)
    after = counts(api, campaign)
    assert after["approved"] - before["approved"] == 25
    assert before["pending"] - after["pending"] == 25


def test_typing_a_note_decides_nothing_and_it_goes_with_the_decision(
    stack: RunningStack, person: ConsoleBrowser, api: httpx.Client, campaign: str
) -> None:
    before = counts(api, campaign)
    open_deck(person, stack, campaign)
    first = shown_card(person)
    press(person, Keys.BACKSPACE, "n")
    press(person, *"a max size", Keys.BACKSPACE)
    assert shown_card(person) == first
    note = person.ask(DECK, "return root.querySelector('.note').value;")
    assert note == "a max siz"
    assert counts(api, campaign) == before
    press(person, Keys.ESCAPE)
    assert decide(person, "x") == first
    wait_until_saved(person)
    assert card(api, first)["note"] == "a max siz"
    assert person.ask(DECK, "return root.querySelector('.note').value;") == ""


def test_undo_brings_the_card_back_also_after_the_page_was_opened_anew(
    stack: RunningStack, person: ConsoleBrowser, api: httpx.Client, campaign: str
) -> None:
    open_deck(person, stack, campaign)
    first = decide(person, "a")
    second = decide(person, "m")
    press(person, "z")
    person.wait_for(lambda: shown_card(person) == second)
    wait_until_saved(person)
    assert card(api, second)["status"] == "pending"
    assert decide(person, "x") == second
    wait_until_saved(person)
    assert card(api, second)["status"] == "rejected"
    open_deck(person, stack, campaign)
    press(person, "z")
    person.wait_for(lambda: shown_card(person) == second)
    press(person, "z")
    person.wait_for(lambda: shown_card(person) == first)
    person.wait_for(lambda: card(api, first)["status"] == "pending")


def test_whose_decision_stands_is_told_to_who_comes_late(
    stack: RunningStack, person: ConsoleBrowser, api: httpx.Client, campaign: str
) -> None:
    open_deck(person, stack, campaign)
    person.driver.execute_script(
        "const kept = window.musterHub.ask;"
        "const held = new Promise((over) => { window.letGo = over; });"
        "window.musterHub.ask = async (path, wish) => {"
        "  if (path.endsWith('/approve')) await held;"
        "  return kept(path, wish); };"
    )
    late = decide(person, "a")
    with second_reviewer(stack, "Nora Second") as nora:
        refused = nora.post(f"/profiles/{late}/reject")
        assert refused.json()["error"] == "leased_elsewhere"
        assert api.post("/profiles/leases/release", json={"ids": [late]}).is_success
        assert nora.post(f"/profiles/{late}/reject").is_success
        person.driver.execute_script("window.letGo();")
        told = person.wait_for(lambda: notice(person))
    assert "rejected by Nora Second" in told
    wait_until_saved(person)
    assert card(api, late)["status"] == "rejected"
    person.take_picture(stack.screenshots, "review-conflict")
    person.forgive(CONFLICT)


def test_a_card_in_hand_is_held_and_given_back_on_leaving(
    stack: RunningStack, person: ConsoleBrowser, api: httpx.Client, campaign: str
) -> None:
    open_deck(person, stack, campaign)
    held = shown_card(person)
    assert card(api, held)["lease"]["byName"]
    with second_reviewer(stack, "Nora Second") as nora:
        wish = {"campaignId": campaign, "count": 10}
        given = nora.post("/profiles/next", json=wish).json()["items"]
        assert held not in {one["id"] for one in given}
    person.open(f"{stack.url}/console/campaigns")
    person.wait_for(lambda: card(api, held)["lease"] is None)


def test_what_was_decided_about_the_same_person_elsewhere_is_on_the_card(
    stack: RunningStack, person: ConsoleBrowser, api: httpx.Client, campaign: str
) -> None:
    again = queue_rows(stack, 1, name="Seen before")
    query = {"campaignId": campaign, "search": "person0"}
    found = api.get("/profiles", params=query).json()["items"]
    known = next(one["id"] for one in found if one["handle"] == "person0")
    why = {"reason": "too small"}
    assert api.post(f"/profiles/{known}/reject", json=why).is_success
    open_deck(person, stack, again)
    earlier = "return root.querySelector('.earlier:not([hidden])')?.innerText ?? '';"
    told = person.wait_for(lambda: person.ask(DECK, earlier))
    assert "Rejected" in told
    assert "in Ten thousand potters" in told
    assert "too small" in told
    person.take_picture(stack.screenshots, "review-earlier")


def test_where_two_must_agree_an_opinion_is_kept_and_the_second_decides(
    stack: RunningStack, person: ConsoleBrowser, api: httpx.Client
) -> None:
    careful = queue_rows(stack, 2, name="Two must agree", agreeing=(2, 3))
    open_deck(person, stack, careful)
    signs = "return root.querySelector('.signs').innerText;"
    assert "0 to approve, 0 to reject, 2 decide" in person.ask(DECK, signs)
    voted = decide(person, "a")
    told = person.wait_for(lambda: notice(person))
    assert "1 to approve, 0 to reject; 2 that agree decide" in told
    wait_until_saved(person)
    assert card(api, voted)["status"] == "pending"
    with second_reviewer(stack, "Nora Second") as nora:
        assert nora.post(f"/profiles/{voted}/approve").json()["status"] == "approved"


def test_the_next_card_is_there_at_once_with_ten_thousand_waiting(
    stack: RunningStack, person: ConsoleBrowser, campaign: str
) -> None:
    open_deck(person, stack, campaign)
    find = (
        "const root = [...document.querySelectorAll("
        "'[data-testid=stBidiComponentIsolated]')]"
        ".map((one) => one.shadowRoot?.querySelector(arguments[0])).find(Boolean);"
    )
    took = person.driver.execute_async_script(find + TO_NEXT_CARD, DECK, 60)
    wait_until_saved(person)
    assert None not in took, "a card was not there two pictures after its key"
    ordered = sorted(took)
    print(f"key to next card: p50 {ordered[30]:.0f} ms, p95 {ordered[56]:.0f} ms")  # noqa: T201 - the figure that was asked for; pytest -s shows it


def test_a_reviewer_needs_no_mouse(
    stack: RunningStack, person: ConsoleBrowser, api: httpx.Client, campaign: str
) -> None:
    open_deck(person, stack, campaign)
    assert person.ask(DECK, NAMELESS) == []
    focused = "return root.getRootNode().activeElement?.className ?? '';"
    walked: list[str] = []
    while "approve" not in walked:
        press(person, Keys.TAB)
        walked.append(person.ask(DECK, focused))
        assert len(walked) < 80, walked
    assert walked.index("reason") < walked.index("note") < walked.index("approve")
    first = shown_card(person)
    press(person, Keys.ENTER)
    person.wait_for(lambda: shown_card(person) != first)
    wait_until_saved(person)
    assert card(api, first)["status"] == "approved"
    assert "approve" in person.ask(DECK, focused)
    person.take_picture(stack.screenshots, "review-keyboard")


@pytest.mark.parametrize("look", ["light", "dark", "phone"])
def test_the_deck_is_whole(
    stack: RunningStack, person: ConsoleBrowser, campaign: str, look: str
) -> None:
    person.look_as(look)
    open_deck(person, stack, campaign)
    decide(person, "s")
    person.wait_for(lambda: "mine" in person.data(".side"))
    wait_until_saved(person)
    person.take_picture(stack.screenshots, f"review-deck-{look}")
    assert not person.is_wider_than_screen()
    assert person.ask(DECK, NAMELESS) == []
