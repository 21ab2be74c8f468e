"""Keys of interfaces at the console in a real browser: set, named, removed."""

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest
from selenium.webdriver.common.keys import Keys

from tests.fixtures.console import ConsoleBrowser, console_browser, person
from tests.fixtures.stack import RunningStack

__all__ = ["console_browser", "person"]


@pytest.fixture
def name(api: httpx.Client) -> Iterator[str]:
    """Invent a name; the secret that is set under it is removed afterwards."""
    invented = f"youtube-{uuid4().hex[:8]}"
    yield invented
    api.delete(f"/secrets/{invented}")


def names(api: httpx.Client) -> list[str]:
    return [one["name"] for one in api.get("/secrets").json()["items"]]


def fill(person: ConsoleBrowser, key: str, words: str) -> None:
    person.wait_for(lambda: person.find(key, "input").send_keys(words) is None)


def test_a_secret_is_set_replaced_and_removed_and_never_shown(
    stack: RunningStack, person: ConsoleBrowser, api: httpx.Client, name: str
) -> None:
    person.open(f"{stack.url}/console/secrets")
    person.wait_for_text("Set a secret")
    person.wait_until_ready()
    fill(person, "secret_name_0", name)
    fill(person, "secret_value_0", "opens nothing" + Keys.ENTER)
    person.wait_for_text(f"{name} is kept, and sealed")
    person.wait_until_ready()
    assert name in names(api)
    assert "opens nothing" not in person.driver.page_source
    assert person.find("secret_value_1", "input").get_attribute("value") == ""
    person.take_picture(stack.screenshots, "secrets")
    person.click(f"remove_{name}")
    person.wait_for_text("It cannot be brought back")
    person.click(f"yes_{name}")
    person.wait_for_text(f"{name} is removed")
    assert name not in names(api)


def test_a_name_that_cannot_be_is_refused_in_words_and_nothing_typed_is_lost(
    stack: RunningStack, person: ConsoleBrowser, api: httpx.Client
) -> None:
    before = names(api)
    person.open(f"{stack.url}/console/secrets")
    person.wait_for_text("Set a secret")
    person.wait_until_ready()
    fill(person, "secret_name_0", "you/tube")
    fill(person, "secret_value_0", "opens nothing" + Keys.ENTER)
    person.wait_for_text("A name is made of at most 64 letters")
    person.wait_until_ready()
    assert person.find("secret_name_0", "input").get_attribute("value") == "you/tube"
    assert names(api) == before
