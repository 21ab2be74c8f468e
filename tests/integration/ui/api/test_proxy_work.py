"""Proxies over HTTP where another system takes part: made, tested, pinned, moved."""

from typing import Any

import httpx
import pytest
from sqlalchemy import text

from config.vocabulary import Role
from tasks.database import transaction
from tests.factories.browser_profiles import make_browser_profile
from tests.factories.proxies import create_account_session, create_proxy
from tests.fixtures.api import SignedIn
from tests.fixtures.database import read_settings_again
from tests.fixtures.multilogin import MultiloginX

NOWHERE = "01a20481-f790-7a1b-8751-c5dafd812fb6"
SECRET = "geheim, wirklich"


@pytest.fixture
def administrator(
    deployed_samples: object, multilogin: MultiloginX, signed_in: SignedIn
) -> httpx.Client:
    """Return the API as somebody who may see secrets reaches it."""
    assert deployed_samples
    assert multilogin.proxy
    read_settings_again()
    client = signed_in(Role.ADMINISTRATOR)
    client.timeout = httpx.Timeout(60)
    return client


def told(answer: httpx.Response, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_proxies_are_made_and_tested(administrator: httpx.Client) -> None:
    wish = {"country": "de", "count": 2, "tags": ["made"]}
    key = {"Idempotency-Key": "made-once"}
    made = told(administrator.post("/proxies/generate", json=wish, headers=key), 201)
    again = told(administrator.post("/proxies/generate", json=wish, headers=key), 201)
    assert made == again
    assert {one["password"] for one in made["items"]} == {"••••"}
    assert {one["source"] for one in made["items"]} == {"multilogin"}
    assert len(administrator.get("/api/proxies").json()) == 2
    first = made["items"][0]["id"]
    checked = told(administrator.post(f"/proxies/{first}/test"))
    assert (checked["ok"], checked["error"]) == (True, None)
    assert told(administrator.get("/proxies/traffic"))["bytes"] >= 0
    wrong = administrator.post("/proxies/generate", json={"session_type": "rotating"})
    fields = told(wrong, 422)["details"]["fields"]
    assert [one["path"] for one in fields] == ["ip_lifetime_seconds"]
    assert administrator.post("/proxies/2000000000/test").status_code == 404


def test_a_pin_is_made_looked_at_moved_and_ended(administrator: httpx.Client) -> None:
    home, other = create_proxy(country="DE"), create_proxy(country="DE")
    owner, browser = create_account_session(home), str(make_browser_profile())
    path = f"/proxies/pins/{owner}"
    assert administrator.get(path).status_code == 404
    lost = {"browser_profile_id": NOWHERE}
    assert administrator.put(path, json=lost).status_code == 404
    wish = {"browser_profile_id": browser, "policy": "same_country"}
    made = told(administrator.put(path, json=wish))
    assert (made["proxy_id"], made["waits"]) == (home, False)
    assert administrator.get(path).json() == made
    assert told(administrator.get("/proxies/pins"))["items"] == [made]
    listed = told(administrator.get(f"/proxies/{home}"))
    assert listed["pins"] == 1
    moved = told(administrator.post(f"{path}/move", json={"proxy_id": other}))
    assert (moved["proxy_id"], moved["browser_profile_id"]) == (other, browser)
    entry = administrator.get("/admin/audit").json()["items"][0]
    assert (entry["action"], entry["subject"]) == ("proxy_pin.moved", str(owner))
    nowhere = administrator.post(f"{path}/move", json={"proxy_id": 2_000_000_000})
    assert nowhere.status_code == 404
    assert administrator.delete(path).status_code == 204
    assert administrator.delete(path).status_code == 404


def test_no_secret_lies_open_in_the_database(administrator: httpx.Client) -> None:
    wish = {
        "ip": "10.0.0.1",
        "port": 80,
        "username": "me",
        "password": SECRET,
        "session": f"{SECRET} too",
    }
    made = told(administrator.post("/api/proxies", json=wish), 201)
    assert made["password"] == SECRET
    with transaction() as session:
        names = session.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        )
        for name in list(names):
            query = f'SELECT count(*) FROM "{name}" AS t WHERE t::text LIKE :like'  # noqa: S608 - our own tables
            for secret in (SECRET, SECRET.encode().hex()):
                found = session.scalar(text(query), {"like": f"%{secret}%"})
                assert found == 0, name
