"""People at the console in a real browser: invited, changed, signed out, waited for."""

from collections.abc import Iterator
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

PASSWORD = "a sentence that only this test knows"
LINK = ".one-time-link"
REFUSED = "401 (Unauthorized)"
"""A browser notes it when a page asks something while its cookie is missing."""

FIND_SECRETS = """
return JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage}]);
"""


@pytest.fixture
def rita(stack: RunningStack, api: httpx.Client) -> Iterator[dict[str, str]]:
    """Invite a reviewer who makes her account; it is removed afterwards."""
    email = f"rita-{uuid4().hex[:8]}@tests.localhost"
    invited = api.post(
        "/admin/invitations", json={"email": email, "roles": ["reviewer"]}
    )
    assert invited.is_success, invited.text
    accepted = httpx.post(
        f"{stack.url}/api/v1/auth/invitation/accept",
        json={
            "token": invited.json()["token"],
            "displayName": "Rita Example",
            "password": PASSWORD,
        },
    )
    assert accepted.is_success, accepted.text
    account: dict[str, str] = accepted.json()["user"]
    yield account
    api.delete(f"/admin/accounts/{account['id']}")


def open_person(person: ConsoleBrowser, stack: RunningStack, account_id: str) -> None:
    person.open(f"{stack.url}/console/person?id={account_id}")
    person.wait_for_text("Where they are signed in")


def choose(person: ConsoleBrowser, role: str) -> None:
    """Tick a role."""
    box = f"[class*='_{role}'] label"
    person.wait_for(
        lambda: person.driver.find_element(By.CSS_SELECTOR, box).click() is None
    )


def test_a_login_outlives_a_reload_and_no_script_can_read_it(
    stack: RunningStack, person: ConsoleBrowser
) -> None:
    token = person.token()
    person.driver.delete_cookie("__Host-access")
    person.open(f"{stack.url}/console/review?campaign={uuid4()}")
    assert "/console/review?campaign=" in person.driver.current_url
    readable = person.driver.execute_script(FIND_SECRETS)
    for secret in (token, person.token(), "__Host", "eyJ"):
        assert secret not in readable
    said = "return (await fetch('/api/v1/auth/me')).json();"
    assert "token" not in person.driver.execute_script(said)
    person.forgive(REFUSED)


def test_a_token_that_is_over_is_renewed_without_anybody_noticing(
    stack: RunningStack, person: ConsoleBrowser
) -> None:
    person.driver.execute_script("window.isTheSameDocument = true;")
    asked = "return (await window.musterHub.ask('/auth/me')).email;"
    person.wait_for(lambda: person.driver.execute_script("return window.musterHub;"))
    person.driver.delete_cookie("__Host-access")
    assert person.driver.execute_script(asked) == stack.admin_email
    assert person.token()
    assert person.driver.execute_script("return window.isTheSameDocument;")
    person.forgive(REFUSED)


def test_an_expired_session_says_so_and_leads_back_to_where_one_was(
    stack: RunningStack, person: ConsoleBrowser, api: httpx.Client
) -> None:
    campaign = api.post("/campaigns", json=a_campaign(stack)).json()["id"]
    was_at = f"{stack.url}/console/review?campaign={campaign}"
    person.open(was_at)
    headers = {"Authorization": f"Bearer {person.token()}"}
    httpx.post(f"{stack.url}/api/v1/auth/logout", headers=headers)
    person.wait_for_text("Session expired")
    person.take_picture(stack.screenshots, "session-expired")
    person.sign_in(stack.admin_email, stack.admin_password)
    assert person.driver.current_url == was_at
    chosen = person.find("review_campaign", "input")
    person.wait_for(lambda: chosen.get_attribute("value") == "Waits for nobody")
    person.forgive("")  # sockets that were closed on purpose are complained of


def a_campaign(stack: RunningStack) -> dict[str, object]:
    source = {
        "kind": "html_pages",
        "listingUrl": f"{stack.demo_site_url}/people",
        "recipe": "demo-people",
    }
    return {"name": "Waits for nobody", "source": source, "wanted": 10}


def test_somebody_is_invited_makes_an_account_and_sees_only_their_work(
    stack: RunningStack, person: ConsoleBrowser, api: httpx.Client
) -> None:
    email = f"new-{uuid4().hex[:8]}@tests.localhost"
    person.open(f"{stack.url}/console/people")
    person.click("invite")
    person.find("invite_email", "input").send_keys(email)
    choose(person, "operator")
    person.click("invite_send")
    link = person.wait_for(
        lambda: person.ask(LINK, "return root.querySelector('input').value;")
    )
    assert link.startswith(f"{stack.url}/invitation")
    person.ask(LINK, "root.querySelector('button').click();")
    person.wait_for(
        lambda: (
            "Cop" in person.ask(LINK, "return root.querySelector('.said').innerText;")
        )
    )
    person.take_picture(stack.screenshots, "invited")
    person.driver.delete_all_cookies()
    person.driver.get(link)
    person.wait_for(lambda: person.driver.find_element(By.ID, "name").is_displayed())
    person.take_picture(stack.screenshots, "invitation")
    person.driver.find_element(By.ID, "name").send_keys("Nora Example")
    person.driver.find_element(By.ID, "password").send_keys(PASSWORD)
    person.driver.find_element(By.ID, "again").send_keys(PASSWORD, Keys.ENTER)
    person.wait_for(lambda: "/console" in person.driver.current_url)
    person.wait_until_ready()
    assert "Administration" not in person.text()
    person.open(f"{stack.url}/console/people")
    person.wait_for_text("Your roles do not include this")
    found = api.get("/admin/accounts", params={"q": email}).json()["items"]
    assert sorted(found[0]["roles"]) == ["operator", "reviewer"]
    assert api.delete(f"/admin/accounts/{found[0]['id']}").is_success
    person.forgive("")  # a person who is gone is refused


def test_a_change_somebody_else_made_first_is_told_and_shown(
    stack: RunningStack,
    person: ConsoleBrowser,
    api: httpx.Client,
    rita: dict[str, str],
) -> None:
    open_person(person, stack, rita["id"])
    seen = api.get(f"/admin/accounts/{rita['id']}").json()
    changed = {"roles": ["operator"], "version": seen["version"]}
    assert api.patch(f"/admin/accounts/{rita['id']}", json=changed).is_success
    choose(person, "administrator")
    person.click("roles_save")
    person.wait_for_text("Rita Example did not change")
    assert "the newest" in person.text()
    person.take_picture(stack.screenshots, "person-conflict")
    now = api.get(f"/admin/accounts/{rita['id']}").json()
    assert now["roles"] == ["operator"]
    choose(person, "administrator")
    person.click("roles_save")
    person.wait_for_text("The roles are changed")
    now = api.get(f"/admin/accounts/{rita['id']}").json()
    assert sorted(now["roles"]) == ["administrator", "operator"]


def test_the_last_administrator_is_told_why_not(
    stack: RunningStack, person: ConsoleBrowser, api: httpx.Client
) -> None:
    me = api.get("/auth/me").json()
    open_person(person, stack, me["id"])
    person.click("standing")
    person.wait_for_text("last active administrator")
    person.take_picture(stack.screenshots, "person-last-administrator")
    assert api.get(f"/admin/accounts/{me['id']}").json()["isActive"]


def test_somebody_deactivated_is_signed_out_at_once(
    stack: RunningStack,
    person: ConsoleBrowser,
    api: httpx.Client,
    rita: dict[str, str],
) -> None:
    answer = httpx.post(
        f"{stack.url}/api/v1/auth/login",
        json={"email": rita["email"], "password": PASSWORD},
    )
    headers = {"Authorization": f"Bearer {answer.json()['token']}"}
    open_person(person, stack, rita["id"])
    person.take_picture(stack.screenshots, "person")
    person.click("standing")
    person.wait_for_text("signed out everywhere")
    me = httpx.get(f"{stack.url}/api/v1/auth/me", headers=headers)
    assert me.status_code == 401
    assert not api.get(f"/admin/accounts/{rita['id']}").json()["isActive"]


def test_a_person_changes_the_password_and_ends_their_other_logins(
    stack: RunningStack, person: ConsoleBrowser, rita: dict[str, str]
) -> None:
    person.driver.delete_all_cookies()
    person.driver.get(f"{stack.url}/console/account")
    person.sign_in(rita["email"], PASSWORD)
    person.click("logins_end_others")
    person.wait_for(lambda: "Sign out 1 other" not in person.text())
    person.find("password_current", "input").send_keys("not it")
    person.find("password_new", "input").send_keys("another sentence of this test")
    person.click("password_change")
    person.wait_for_text("Your password did not change")
    person.find("password_current", "input").send_keys(PASSWORD)
    person.find("password_new", "input").send_keys("another sentence of this test")
    person.click("password_change")
    person.wait_for_text("Your password is changed")
    person.take_picture(stack.screenshots, "account-changed")
    assert "/console/account" in person.driver.current_url
    person.driver.refresh()
    person.wait_until_ready()
    person.wait_for_text("Rita Example")
    person.forgive(REFUSED)


@pytest.mark.parametrize("look", ["light", "dark", "phone"])
def test_each_screen_about_people_is_whole(
    stack: RunningStack,
    person: ConsoleBrowser,
    api: httpx.Client,
    rita: dict[str, str],
    look: str,
) -> None:
    waiting = {"email": f"waits-{look}@tests.localhost", "roles": ["reviewer"]}
    assert api.post("/admin/invitations", json=waiting).is_success
    person.look_as(look)
    for name, path, words in (
        ("people", "people", "Invited, not here yet"),
        ("invite", "invite", "Make the link"),
        ("person", f"person?id={rita['id']}", "Where they are signed in"),
        ("errors", "errors", "Faults of Muster itself"),
        ("rate-limits", "rate-limits", "Who was refused"),
        ("account", "account", "Recent activity"),
    ):
        person.open(f"{stack.url}/console/{path}")
        person.wait_for_text(words)
        person.take_picture(stack.screenshots, f"{name}-{look}")
        assert not person.is_wider_than_screen(), name
        broken = "[data-testid=stException], [data-testid=stAlertContentError]"
        assert person.driver.find_elements(By.CSS_SELECTOR, broken) == [], name
