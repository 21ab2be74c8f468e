"""Browser profiles over HTTP: made, started, looked at, stopped, removed."""

from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from config.vocabulary import Role
from tasks.clients.multilogin import Multilogin
from tasks.database import transaction
from tests.fixtures.api import SignedIn
from tests.fixtures.database import read_settings_again
from tests.fixtures.multilogin import MultiloginX, with_multilogin

PNG = b"\x89PNG\r\n\x1a\n"
SECRET = "the way into a proxy"


@pytest.fixture
def operator(
    multilogin: MultiloginX, visitor: httpx.Client, signed_in: SignedIn
) -> Iterator[httpx.Client]:
    """Return the API as an operator reaches it; close every browser afterwards."""
    read_settings_again()
    visitor.timeout = 60
    client = signed_in(Role.OPERATOR)
    client.timeout = httpx.Timeout(60)
    yield client
    multilogin.stop_all()


def make(operator: httpx.Client, **values: Any) -> dict[str, Any]:
    asked = {"name": f"Sample {uuid4().hex[:8]}", "template": "natural", **values}
    answer = operator.post("/browser-profiles", json=asked)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def fields_of(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    return {one["path"]: one["message"] for one in answer.json()["details"]["fields"]}


def test_a_browser_profile_is_made_listed_and_looked_at(operator: httpx.Client) -> None:
    proxy = {
        "type": "http",
        "host": "127.0.0.1",
        "port": 3128,
        "username": "somebody",
        "password": SECRET,
    }
    made = make(operator, proxy=proxy, notes="first")
    assert made["state"] == "stopped"
    assert made["reason"] is None
    assert made["browser"] is None
    assert made["proxy"] == {
        "type": "http",
        "host": "127.0.0.1",
        "port": 3128,
        "isAuthenticated": True,
        "saveTraffic": False,
    }
    assert made["parameters"]["flags"]["proxy_masking"] == "custom"
    assert made["parameters"]["flags"]["webrtc_masking"] == "natural"
    looked = operator.get(f"/api/v1/browser-profiles/{made['id']}")
    assert looked.json() == made
    assert SECRET not in looked.text
    listed = operator.get("/browser-profiles").json()
    assert listed["items"] == [made]
    assert listed["counts"] == {
        "stopped": 1,
        **dict.fromkeys(("starting", "running", "stopping", "failed", "crashed"), 0),
    }
    metas = with_multilogin(lambda opened: opened.cloud.metas([made["id"]]))
    assert metas[0]["name"] == made["name"]
    assert metas[0]["parameters"]["proxy"]["password"] == SECRET


def test_a_list_is_filtered_and_read_page_by_page(operator: httpx.Client) -> None:
    folder = operator.post("/browser-profiles/folders", json={"name": "Elsewhere"})
    assert folder.status_code == 201, folder.text
    inside = make(operator, name="Needle", folderId=folder.json()["id"])
    others = [make(operator)["id"] for _ in range(3)]
    query = {"folderId": folder.json()["id"]}
    found = operator.get("/browser-profiles", params=query).json()
    assert [one["id"] for one in found["items"]] == [inside["id"]]
    assert found["counts"]["stopped"] == 1
    searched = operator.get("/browser-profiles", params={"search": "eedl"}).json()
    assert [one["id"] for one in searched["items"]] == [inside["id"]]
    running = operator.get("/browser-profiles", params={"state": "running"}).json()
    assert running["items"] == []
    seen: list[str] = []
    wish: dict[str, Any] = {"limit": 2, "sort": "-createdAt"}
    while True:
        page = operator.get("/browser-profiles", params=wish).json()
        seen += [one["id"] for one in page["items"]]
        if page["next"] is None:
            break
        wish["after"] = page["next"]
    assert seen == [*reversed(others), inside["id"]]
    folders = operator.get("/browser-profiles/folders").json()["items"]
    counts = {one["name"]: one["profilesCount"] for one in folders}
    assert counts["Elsewhere"] == 1


def test_the_default_folder_is_known_from_the_start(operator: httpx.Client) -> None:
    folders = operator.get("/browser-profiles/folders").json()["items"]
    made = make(operator)
    assert made["folderId"] in {one["id"] for one in folders}


def test_what_cannot_be_is_refused_at_its_field(operator: httpx.Client) -> None:
    def refused(**values: Any) -> dict[str, str]:
        wish = {"name": "One", **values}
        return fields_of(operator.post("/browser-profiles", json=wish))

    assert "name" in refused(name="")
    assert "natural" in refused(template="loud")["template"]
    flags = {"webrtc_masking": "sometimes"}
    found = refused(parameters={"flags": flags})
    assert "disabled" in found["parameters.flags.webrtc_masking"]
    flags = {"timezone_masking": "custom"}
    found = refused(parameters={"flags": flags})
    assert "parameters.fingerprint.timezone" in found
    assert "proxy.port" in refused(proxy={"type": "http", "host": "a", "port": 0})
    assert "proxy.type" in refused(proxy={"type": "url", "host": "a", "port": 1})
    assert "parameters.startUrls" in refused(parameters={"startUrls": ["x"] * 6})
    assert "folderId" in refused(folderId=str(uuid4()))
    flags = {"screen_masking": "custom"}
    odd = {"flags": flags, "fingerprint": {"screen": {"width": 1, "height": 1}}}
    assert "parameters" in refused(parameters=odd)
    assert operator.get("/browser-profiles").json()["items"] == []


def test_a_name_is_taken_once_in_a_folder_and_a_key_makes_one(
    operator: httpx.Client,
) -> None:
    wish = {"name": "The one"}
    first, again = (
        operator.post("/browser-profiles", json=wish, headers={"Idempotency-Key": "k"})
        for _ in range(2)
    )
    assert first.json() == again.json()
    taken = operator.post("/browser-profiles", json=wish)
    assert taken.status_code == 409
    assert taken.json()["error"] == "browser_profile_name_taken"


def test_templates_are_listed_with_every_flag(operator: httpx.Client) -> None:
    items = operator.get("/browser-profiles/templates").json()["items"]
    names = [one["name"] for one in items]
    assert names[:3] == ["documented", "natural", "quiet-exit"]
    assert all(len(one["flags"]) == 17 for one in items)


@pytest.mark.usefixtures("deployed_samples")
def test_a_browser_is_started_pictured_stopped_and_removed(
    operator: httpx.Client,
) -> None:
    made = make(operator)
    path = f"/browser-profiles/{made['id']}"
    assert operator.get(f"{path}/picture").status_code == 409
    started = operator.post(f"{path}/start")
    assert started.status_code == 200, started.text
    told = started.json()
    assert told["state"] == "running"
    assert told["seleniumUrl"].startswith("http://127.0.0.1:")
    assert operator.post(f"{path}/start", json={"headless": True}).json() == told
    shown = operator.get(path).json()
    assert shown["state"] == "running"
    assert shown["browser"]["seleniumUrl"] == told["seleniumUrl"]
    assert shown["browser"]["headless"] is True
    assert shown["lastStartedAt"] is not None
    picture = operator.get(f"{path}/picture")
    assert picture.headers["content-type"] == "image/png"
    assert picture.headers["cache-control"] == "no-store"
    assert picture.content.startswith(PNG)
    refused = operator.delete(path)
    assert refused.status_code == 409
    assert refused.json()["error"] == "browser_running"
    stopped = operator.post(f"{path}/stop")
    assert stopped.json() == {
        "id": made["id"],
        "state": "stopped",
        "seleniumUrl": None,
        "startedAt": None,
        "unsupported": [],
    }
    assert operator.post(f"{path}/stop").json() == stopped.json()
    assert operator.delete(path).status_code == 204
    assert operator.get(path).status_code == 404
    for in_bin in (False, True):
        left = with_multilogin(partial(search, in_bin=in_bin))
        assert made["id"] not in left


async def search(opened: Multilogin, *, in_bin: bool) -> list[str]:
    return [one.id for one in await opened.cloud.search(in_bin=in_bin)]


def test_what_is_gone_over_there_can_be_removed_here(operator: httpx.Client) -> None:
    made = make(operator)
    with_multilogin(lambda opened: opened.cloud.remove([made["id"]]))
    assert operator.delete(f"/browser-profiles/{made['id']}").status_code == 204


@pytest.mark.usefixtures("deployed_samples")
def test_a_failed_start_says_why_and_the_reason_stays_in_sight(
    operator: httpx.Client, multilogin: MultiloginX
) -> None:
    made = make(operator)
    path = f"/browser-profiles/{made['id']}"
    where = "launcher/api/v2/profile"
    multilogin.put_fault(where, error_code="LOCK_PROFILE_ERROR", http=500)
    refused = operator.post(f"{path}/start")
    assert refused.status_code == 502, refused.text
    assert refused.json()["error"] == "browser_profile_locked"
    shown = operator.get(path).json()
    assert shown["state"] == "failed"
    assert shown["reason"]["error"] == "browser_profile_locked"
    assert shown["reason"]["message"] == refused.json()["message"]
    assert shown["browser"] is None


@pytest.mark.usefixtures("deployed_samples")
def test_all_are_stopped_at_once(operator: httpx.Client) -> None:
    made = make(operator)
    operator.post(f"/browser-profiles/{made['id']}/start")
    answer = operator.post("/browser-profiles/stop-all")
    assert answer.json() == {"stopped": [made["id"]], "failed": []}
    assert operator.post("/browser-profiles/stop-all").json()["stopped"] == []


def test_where_a_browser_is_driven_is_told_to_nobody_who_merely_follows(
    operator: httpx.Client,
) -> None:
    make(operator)
    with transaction() as session:
        query = text("SELECT data::text FROM tracking_events WHERE type = 'browser'")
        told = [str(one) for one in session.scalars(query)]
    assert told
    assert not any("http" in one for one in told)


def test_what_is_not_there_is_not_found(operator: httpx.Client) -> None:
    path = f"/browser-profiles/{uuid4()}"
    for answer in (
        operator.get(path),
        operator.delete(path),
        operator.get(f"{path}/picture"),
    ):
        assert answer.status_code == 404, answer.text
