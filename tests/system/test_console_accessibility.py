"""What axe-core finds on every screen, in a real browser, in light and in dark."""

from collections.abc import Iterator
from http import HTTPStatus
from importlib.resources import files

import pytest

from tests.fixtures.console import ConsoleBrowser, console_browser, person
from tests.fixtures.review_queue import queue_rows
from tests.fixtures.stack import RunningStack

__all__ = ["console_browser", "person"]

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
SCAN = """
const done = arguments[arguments.length - 1];
const asked = {resultTypes: ['violations'], elementRef: true};
const own = arguments[0];
const isOwn = (rule, node) => own.some(([named, part]) =>
  named === rule && node.element?.closest(part));
axe.run(document, asked).then((told) => done(
  told.violations.flatMap(({id, nodes}) => nodes.filter((one) => !isOwn(id, one))
    .map((one) => `${id}: ${one.html.slice(0, 160)} ${one.failureSummary}`))));
"""
STREAMLITS_OWN = (
    ("list", "[data-testid=stSidebarNavItems]"),
    ("listitem", "[data-testid=stSidebarNavItems]"),
    ("color-contrast", "[data-selected=true]"),
    ("color-contrast", "[data-testid=stSlider]"),
)
"""
Rule and place of what the framework draws: section heads in the menu's list, and in the
dark a chosen segment and a slider's number in the one colour that carries white text.
"""

SCREENS = (
    "",
    "campaigns",
    "campaign?id={campaign}",
    "new-campaign",
    "browser-profiles",
    "cloak",
    "new-browser-profile",
    "proxies",
    "proxies?host=people.example",
    "proxy?id={proxy}",
    "add-proxies",
    "add-proxies?show=one",
    "add-proxies?show=generate",
    "people",
    "secrets",
    "invite",
    "errors",
    "rate-limits",
    "account",
    "review?campaign={campaign}",
    "review?show=list&campaign={campaign}",
)


@pytest.fixture(scope="module")
def campaign(stack: RunningStack) -> str:
    """Have some invented people wait for a reviewer."""
    return queue_rows(stack, 30, name="Thirty potters")


@pytest.fixture(scope="module")
def proxy(stack: RunningStack) -> Iterator[str]:
    """Have a proxy with an account session; return its id."""
    client = stack.client()
    wish = {"ip": "192.0.2.77", "port": 3128, "session": "a cookie to look past"}
    made = client.post("/proxies", json=wish)
    assert made.status_code == HTTPStatus.CREATED, made.text
    yield str(made.json()["id"])
    client.delete(f"/proxies/{made.json()['id']}")
    client.close()


def findings(person: ConsoleBrowser) -> list[str]:
    """Return what axe-core finds on the screen, but for what Streamlit draws."""
    person.driver.execute_script(AXE)
    found: list[str] = person.driver.execute_async_script(SCAN, STREAMLITS_OWN)
    return found


@pytest.mark.parametrize("look", ["light", "dark"])
def test_axe_finds_nothing_on_any_screen(
    stack: RunningStack,
    person: ConsoleBrowser,
    campaign: str,
    proxy: str,
    look: str,
) -> None:
    person.look_as(look)
    found: list[str] = []
    for screen in SCREENS:
        address = screen.format(campaign=campaign, proxy=proxy)
        person.open(f"{stack.url}/console/{address}")
        if "review" in screen:
            part = ".review-list tr[data-id]" if "list" in screen else ".deck .card"
            person.wait_for(lambda part=part: person.ask(part, "return Boolean(root);"))
        found += [f"{screen or 'overview'}: {one}" for one in findings(person)]
    assert not found, "\n".join(found)


def test_axe_finds_nothing_on_the_sign_in_page(
    stack: RunningStack, console_browser: ConsoleBrowser
) -> None:
    console_browser.driver.get(f"{stack.url}/login")
    assert findings(console_browser) == []
