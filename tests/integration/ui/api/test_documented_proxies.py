"""Document 003, every example and every error word, over HTTP."""

from datetime import datetime
from typing import Any

import httpx
import pytest

from config.vocabulary import Role
from tests.fixtures.api import SignedIn
from tests.fixtures.database import forget_database, read_settings_again

EXAMPLE = {
    "ip": "192.168.1.1",
    "port": 8080,
    "username": "user",
    "password": "pass",
    "session": "session_cookie",
}
NAMES = [
    "id",
    "ip",
    "port",
    "username",
    "password",
    "is_active",
    "total_requests",
    "failed_requests",
    "requests_this_hour",
    "error_count",
    "created_at",
    "updated_at",
]
FORMS = ("/api/proxies", "/proxies", "/api/v1/proxies")
NO_ONE = 2_000_000_000


@pytest.fixture
def administrator(signed_in: SignedIn) -> httpx.Client:
    """Return the API as somebody who may see secrets reaches it."""
    client = signed_in(Role.ADMINISTRATOR)
    client.timeout = httpx.Timeout(60)
    return client


def create(client: httpx.Client, **different: Any) -> dict[str, Any]:
    answer = client.post("/api/proxies", json=EXAMPLE | different)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def refused(answer: httpx.Response, status: int, word: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert told["error"] == word
    assert told["message"]
    assert isinstance(told["details"], dict)
    return told


def without_times(told: dict[str, Any]) -> dict[str, Any]:
    for name in ("created_at", "updated_at"):
        assert datetime.fromisoformat(told[name]).utcoffset() is not None
    return {name: value for name, value in told.items() if not name.endswith("_at")}


@pytest.mark.parametrize("path", FORMS)
def test_a_proxy_is_created_as_the_document_shows(
    administrator: httpx.Client, path: str
) -> None:
    answer = administrator.post(path, json=EXAMPLE)
    assert answer.status_code == 201, answer.text
    assert list(answer.json()) == [*NAMES, "sessions"]
    assert without_times(answer.json()) == {
        "id": 1,
        "ip": "192.168.1.1",
        "port": 8080,
        "username": "user",
        "password": "pass",
        "is_active": True,
        "total_requests": 0,
        "failed_requests": 0,
        "requests_this_hour": 0,
        "error_count": 0,
        "sessions": [{"id": 1, "session": "session_cookie", "status": "active"}],
    }
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", FORMS)
def test_the_list_is_a_bare_one_of_all_proxies_with_their_sessions(
    administrator: httpx.Client, path: str
) -> None:
    made = create(administrator)
    other = create(administrator, ip="192.168.1.2", session="another")
    answer = administrator.get(path)
    assert answer.status_code == 200
    assert answer.json() == [made, other]


def test_user_name_and_password_are_optional(administrator: httpx.Client) -> None:
    wish = {name: EXAMPLE[name] for name in ("ip", "port", "session")}
    made = administrator.post("/api/proxies", json=wish).json()
    assert made["username"] is None
    assert made["password"] is None


def test_a_proxy_is_deleted_with_its_sessions(administrator: httpx.Client) -> None:
    made = create(administrator)
    answer = administrator.delete(f"/api/proxies/{made['id']}")
    assert answer.status_code == 204
    assert answer.content == b""
    assert administrator.get("/api/proxies").json() == []
    again = create(administrator)
    assert again["sessions"][0]["session"] == "session_cookie"


@pytest.mark.parametrize(("word", "is_active"), [("disabled", False), ("active", True)])
def test_the_status_is_set_and_answered_without_sessions(
    administrator: httpx.Client, word: str, *, is_active: bool
) -> None:
    made = create(administrator)
    path = f"/api/proxies/{made['id']}/status"
    for _ in range(2):
        answer = administrator.patch(path, json={"status": word})
        assert answer.status_code == 200, answer.text
        assert list(answer.json()) == NAMES
        assert answer.json()["is_active"] is is_active
        assert answer.json()["password"] == "pass"
    assert administrator.get("/api/proxies").json()[0]["is_active"] is is_active


@pytest.mark.parametrize("missing", ["ip", "port", "session"])
def test_a_missing_field_is_a_validation_error(
    administrator: httpx.Client, missing: str
) -> None:
    wish = {name: value for name, value in EXAMPLE.items() if name != missing}
    told = refused(
        administrator.post("/api/proxies", json=wish), 422, "validation_error"
    )
    assert [one["path"] for one in told["details"]["fields"]] == [missing]


WRONG = [
    ("ip", ""),
    ("ip", "999.1.1.1"),
    ("ip", "user:pass@host"),
    ("ip", "a b"),
    ("port", 0),
    ("port", 65_536),
    ("port", "8080"),
    ("port", None),
    ("session", ""),
    ("session", "line\nbreak"),
    ("username", ""),
    ("protocol", "ftp"),
    ("country", "DEU"),
    ("tags", ["Two Words"]),
]


def test_a_wrong_field_is_a_validation_error_that_names_it(
    administrator: httpx.Client,
) -> None:
    for field, value in WRONG:
        answer = administrator.post("/api/proxies", json=EXAMPLE | {field: value})
        told = refused(answer, 422, "validation_error")
        assert told["details"]["fields"][0]["path"].split(".")[0] == field


def test_a_status_that_is_none_is_a_validation_error(
    administrator: httpx.Client,
) -> None:
    made = create(administrator)
    for wish in ({"status": "paused"}, {}, {"status": None}):
        answer = administrator.patch(f"/api/proxies/{made['id']}/status", json=wish)
        refused(answer, 422, "validation_error")


def test_what_is_no_json_is_an_invalid_request(administrator: httpx.Client) -> None:
    headers = {"Content-Type": "application/json"}
    for body in (b"{", b"nothing of the kind"):
        answer = administrator.post("/api/proxies", content=body, headers=headers)
        refused(answer, 400, "invalid_request")


def test_the_same_address_is_a_duplicate_proxy(administrator: httpx.Client) -> None:
    create(administrator)
    for different in ({}, {"username": "somebody", "password": "else"}):
        wish = EXAMPLE | {"session": "another"} | different
        answer = administrator.post("/api/proxies", json=wish)
        told = refused(answer, 409, "duplicate_proxy")
        assert told["details"] == {"ip": "192.168.1.1", "port": 8080}
    create(administrator, port=8081, session="another")


def test_the_same_cookie_is_a_duplicate_session_and_no_proxy_is_made(
    administrator: httpx.Client,
) -> None:
    create(administrator)
    wish = EXAMPLE | {"ip": "192.168.1.2"}
    answer = administrator.post("/api/proxies", json=wish)
    told = refused(answer, 409, "duplicate_session")
    assert "session_cookie" not in str(told)
    assert len(administrator.get("/api/proxies").json()) == 1


def test_what_does_not_exist_is_not_found(administrator: httpx.Client) -> None:
    path = f"/api/proxies/{NO_ONE}"
    refused(administrator.delete(path), 404, "not_found")
    wish = {"status": "active"}
    refused(administrator.patch(f"{path}/status", json=wish), 404, "not_found")


def test_without_a_database_the_word_is_database_error(
    administrator: httpx.Client, environment: pytest.MonkeyPatch
) -> None:
    create(administrator)
    environment.setenv("MUSTER_DATABASE__URL", "postgresql+psycopg://x@127.0.0.1:1/x")
    forget_database()
    read_settings_again()
    refused(administrator.get("/api/proxies"), 503, "database_error")
    refused(administrator.post("/api/proxies", json=EXAMPLE), 503, "database_error")


def test_secrets_are_masked_for_who_may_not_see_them(
    administrator: httpx.Client, operator: httpx.Client
) -> None:
    made = create(operator, password="geheim-1", session="geheim-2")
    assert made["password"] == "••••"
    assert made["sessions"][0]["session"] == "••••"
    for path in ("/api/proxies", "/proxies/pool", f"/proxies/{made['id']}"):
        assert "geheim" not in operator.get(path).text
        assert administrator.get(path).text.count("geheim") == 2
    path = f"/api/proxies/{made['id']}/status"
    answer = operator.patch(path, json={"status": "disabled"})
    assert answer.json()["password"] == "••••"
    assert "geheim" not in operator.post(f"/proxies/{made['id']}/drain").text
    assert operator.get("/proxies/export").status_code == 403


def test_a_repeat_under_its_key_makes_one_proxy_and_shows_no_secret_again(
    administrator: httpx.Client, operator: httpx.Client
) -> None:
    key = {"Idempotency-Key": "once"}
    first = operator.post("/api/proxies", json=EXAMPLE, headers=key)
    again = operator.post("/api/proxies", json=EXAMPLE, headers=key)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    wish = EXAMPLE | {"ip": "192.168.1.2", "session": "another"}
    assert administrator.post("/proxies", json=wish, headers=key).status_code == 201
    repeated = administrator.post("/proxies", json=wish, headers=key)
    refused(repeated, 409, "shown_once")


def test_a_reviewer_sees_no_proxy(signed_in: SignedIn) -> None:
    reviewer = signed_in(Role.REVIEWER)
    refused(reviewer.get("/api/proxies"), 403, "missing_permission")
    refused(reviewer.post("/api/proxies", json=EXAMPLE), 403, "missing_permission")
