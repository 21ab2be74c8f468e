"""The pool over HTTP: lists in and out, verbs with undo, attempts, settings."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from config.clock import now
from config.vocabulary import Role
from tasks.proxies.attempts import keep_attempts
from tests.factories.proxies import attempts_of, create_account_session, create_proxy
from tests.fixtures.api import SignedIn

SECRET = "p@ss:w/rd%41"
LIST = f"""
# bought in May
10.0.0.1:3128:me:{SECRET}
10.0.0.1:3128:you:{SECRET}
socks5://me@10.0.0.2
10.0.0.3:8080
nonsense {SECRET}
10.0.0.3:8080
"""


@pytest.fixture
def administrator(signed_in: SignedIn) -> httpx.Client:
    """Return the API as somebody who may see secrets reaches it."""
    client = signed_in(Role.ADMINISTRATOR)
    client.timeout = httpx.Timeout(60)
    return client


def take_in(client: httpx.Client, text: str, **labels: Any) -> dict[str, Any]:
    answer = client.post("/proxies/import", json={"text": text, **labels})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def pool(client: httpx.Client, **query: Any) -> list[dict[str, Any]]:
    answer = client.get("/proxies/pool", params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_a_list_is_taken_in_and_given_out(administrator: httpx.Client) -> None:
    told = take_in(administrator, LIST, country="de", tags=["may"])
    assert len(told["added"]) == 4
    assert told["known"] == 1
    assert [one["line"] for one in told["refused"]] == [7]
    assert SECRET not in str(told)
    again = take_in(administrator, LIST)
    assert (again["added"], again["known"]) == ([], 5)
    found = pool(administrator)
    assert [one["protocol"] for one in found] == ["http", "http", "socks5", "http"]
    assert {one["country"] for one in found} == {"DE"}
    given = {
        form: administrator.get("/proxies/export", params={"form": form}).text
        for form in ("lines", "urls", "csv")
    }
    assert given["lines"].splitlines()[0] == f"10.0.0.1:3128:me:{SECRET}"
    for one in found:
        assert administrator.delete(f"/proxies/{one['id']}").status_code == 204
    take_in(administrator, given["csv"])
    kept = ("ip", "port", "username", "password", "protocol", "country", "tags")
    assert [[one[name] for name in kept] for one in pool(administrator)] == [
        [one[name] for name in kept] for one in found
    ]
    actions = {
        one["action"] for one in administrator.get("/admin/audit").json()["items"]
    }
    assert {"proxies.added", "proxies.exported", "proxy.removed"} <= actions


def test_the_pool_is_filtered_sorted_and_read_page_by_page(
    operator: httpx.Client,
) -> None:
    ids = [create_proxy(country="DE" if n % 2 else "US", tags=["x"]) for n in range(5)]
    retired = create_proxy(notes="needle")
    assert operator.post(f"/proxies/{retired}/retire").status_code == 200
    assert [one["id"] for one in pool(operator, country="de")] == ids[1::2]
    assert [one["id"] for one in pool(operator, tag="x", sort="-id")] == ids[::-1]
    assert [one["id"] for one in pool(operator, search="NEEDLE")] == [retired]
    assert [one["id"] for one in pool(operator, state="retired")] == [retired]
    seen, after = [], None
    while True:
        query = {"limit": 2, "sort": "ip"} | ({"after": after} if after else {})
        page = operator.get("/proxies/pool", params=query).json()
        seen += [one["id"] for one in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert sorted(seen) == [*ids, retired]
    assert page["counts"] == {"active": 5, "disabled": 0, "draining": 0, "retired": 1}


def test_what_is_done_with_a_proxy_is_taken_back_step_by_step(
    administrator: httpx.Client,
) -> None:
    one = create_proxy()

    def act(verb: str, status: int = 200) -> Any:
        answer = administrator.post(f"/proxies/{one}/{verb}")
        assert answer.status_code == status, answer.text
        told = answer.json()
        return told["state"] if status == 200 else told["error"]

    assert act("undo", 409) == "nothing_to_undo"
    assert act("drain") == "draining"
    assert act("drain") == "draining"
    assert act("retire") == "retired"
    assert act("drain", 409) == "proxy_retired"
    assert act("undo") == "draining"
    wish = {"status": "disabled"}
    administrator.patch(f"/proxies/{one}/status", json=wish)
    assert pool(administrator)[0]["disabled_reason"] == "a person disabled it"
    assert act("undo") == "draining"
    assert act("undo") == "active"
    assert act("undo", 409) == "nothing_to_undo"
    told = administrator.get("/admin/audit").json()["items"]
    assert [entry["action"] for entry in told] == [
        "proxy.undo_drain",
        "proxy.undo_disable",
        "proxy.disable",
        "proxy.undo_retire",
        "proxy.retire",
        "proxy.drain",
    ]


def test_a_proxy_is_looked_at_with_its_history_and_why_it_was_taken(
    operator: httpx.Client,
) -> None:
    one, other = create_proxy(), create_proxy()
    moment, second = now() - timedelta(minutes=2), timedelta(seconds=1)
    for proxy_id in (one, other):
        outcomes = ["success", "success", "blocked"]
        keep_attempts(attempts_of(proxy_id, outcomes, at=moment, every=second))
    shown = operator.get(f"/proxies/{one}", params={"window_hours": 1}).json()
    assert sum(point["requests"] for point in shown["history"]) == 3
    assert sum(point["bans"] for point in shown["history"]) == 1
    assert {point["step"] for point in shown["history"]} == {"minute"}
    found = operator.get("/proxies/attempts", params={"proxy_id": one}).json()["items"]
    assert [each["outcome"] for each in found] == ["blocked", "success", "success"]
    assert found[0]["why"] == {"score": 1.5, "parts": {"latency": 0.5}}
    assert operator.get("/proxies/2000000000").status_code == 404


def test_another_account_session_is_added_and_disabled(
    administrator: httpx.Client,
) -> None:
    one = create_proxy()
    first = create_account_session(one)
    path = f"/proxies/{one}/sessions"
    made = administrator.post(path, json={"session": "second"})
    assert made.status_code == 201
    assert made.json() == {"id": first + 1, "session": "second", "status": "active"}
    again = administrator.post(path, json={"session": "second"})
    assert again.json()["error"] == "duplicate_session"
    wish = {"status": "disabled"}
    answer = administrator.patch(f"/proxies/sessions/{first + 1}", json=wish)
    assert answer.json()["status"] == "disabled"
    assert administrator.patch("/proxies/sessions/99", json=wish).status_code == 404


def test_the_settings_of_rotation_are_tried_changed_and_audited(
    administrator: httpx.Client,
) -> None:
    ids = [create_proxy() for _ in range(4)]
    for place, one in enumerate(ids):
        outcomes = ["success" if place else "proxy"] * 15
        moment, gap = now() - timedelta(minutes=2), timedelta(seconds=4)
        keep_attempts(attempts_of(one, outcomes, at=moment, every=gap))
    told = administrator.get("/proxies/rotation").json()
    assert told["settings"] == told["usual"]
    wanted = told["settings"] | {"candidates": 1, "budget_per_hour": 3, "burst": 1}
    effect = administrator.post("/proxies/rotation/preview", json=wanted)
    assert effect.status_code == 200, effect.text
    assert effect.json()["now"]["attempts"] == effect.json()["then"]["attempts"] == 60
    assert effect.json()["then"]["waits"] > effect.json()["now"]["waits"]
    assert administrator.get("/proxies/rotation").json() == told
    changed = administrator.put("/proxies/rotation", json=wanted)
    assert changed.status_code == 200, changed.text
    assert administrator.get("/proxies/rotation").json()["settings"] == wanted
    (entry, *_) = administrator.get("/admin/audit").json()["items"]
    assert entry["action"] == "proxy_rotation.changed"
    assert set(entry["details"]) == {"candidates", "budget_per_hour", "burst"}
    wrong = wanted | {"burst": 10}
    assert administrator.put("/proxies/rotation", json=wrong).status_code == 422


def test_a_proxy_is_banned_at_one_host_only_and_let_in_again(
    administrator: httpx.Client,
) -> None:
    one, other = create_proxy(), create_proxy()

    def standing(host: str) -> dict[int, dict[str, Any]]:
        path, query = "/proxies/rotation/standing", {"host": host}
        answer = administrator.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return {each["proxy_id"]: each for each in answer.json()["proxies"]}

    fresh = standing("a.example")
    assert set(fresh) == {one, other}
    assert fresh[one]["budget_left_this_hour"] > 0
    path, wish = f"/proxies/rotation/{one}/ban", {"host": "A.example", "minutes": 5}
    assert administrator.post(path, json=wish).status_code == 200
    assert standing("a.example")[one]["cooling_until"] is not None
    assert standing("a.example")[other]["cooling_until"] is None
    assert standing("b.example")[one]["cooling_until"] is None
    back = administrator.post(
        f"/proxies/rotation/{one}/unban", json={"host": "a.example"}
    )
    assert back.status_code == 200, back.text
    assert standing("a.example")[one]["cooling_until"] is None
    told = administrator.get("/admin/audit").json()["items"]
    actions = [entry["action"] for entry in told]
    assert actions == ["proxy.unbanned_at_host", "proxy.banned_at_host"]
    nobody = administrator.post("/proxies/rotation/99999/ban", json=wish)
    assert nobody.status_code == 404


def test_without_redis_nobody_says_how_proxies_stand(
    administrator: httpx.Client, redis_away: None
) -> None:
    assert redis_away is None
    query = {"host": "a.example"}
    answer = administrator.get("/proxies/rotation/standing", params=query)
    assert answer.status_code == 503
    assert answer.json()["error"] == "rotation_unavailable"
