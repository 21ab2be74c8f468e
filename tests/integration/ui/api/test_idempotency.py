"""A request repeated under its Idempotency-Key is done once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from config.clock import now
from config.settings import settings
from config.vocabulary import Role
from tasks.database import transaction
from tasks.kept_answers.keep import claim_key
from tasks.kept_answers.schemas import KeyedRequest
from tests.fixtures.api import SignedIn

TABLE = b"user,fans\nmira,12\ntal,34\n"
REPLAYED = "idempotent-replayed"


def campaign(operator: httpx.Client) -> dict[str, Any]:
    table = operator.post("/campaigns/tables", content=TABLE).json()
    columns = {"handle": "user", "followers": "fans"}
    source = {"kind": "table", "tableId": table["tableId"], "columns": columns}
    return {"name": "Potters", "source": source | {"platform": "demo"}}


def keyed(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


def count(table: str) -> int:
    with transaction() as session:
        query = text(f"SELECT count(*) FROM {table}")  # noqa: S608 - of this file
        return int(session.scalar(query) or 0)


def test_a_repeat_is_answered_as_the_first_and_makes_nothing(
    operator: httpx.Client,
) -> None:
    asked = campaign(operator)
    first, again = (
        operator.post(path, json=asked, headers=keyed("one"))
        for path in ("/campaigns", "/api/v1/campaigns")
    )
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["content-type"] == first.headers["content-type"]
    assert REPLAYED not in first.headers
    assert again.headers[REPLAYED] == "true"
    assert again.headers["x-request-id"] != first.headers["x-request-id"]
    assert count("campaigns") == 1
    other = operator.post("/campaigns", json=asked, headers=keyed("two"))
    assert other.json()["id"] != first.json()["id"]


def test_the_same_key_for_something_else_is_refused(operator: httpx.Client) -> None:
    asked = campaign(operator)
    operator.post("/campaigns", json=asked, headers=keyed("one"))
    for other in ("/campaigns", "/campaigns?a=1"):
        body = asked | {"name": "Weavers"} if other == "/campaigns" else asked
        refused = operator.post(other, json=body, headers=keyed("one"))
        assert refused.status_code == 422, other
        assert refused.json()["error"] == "idempotency_key_reused"
    assert count("campaigns") == 1


def test_a_table_of_many_pieces_is_stored_once(operator: httpx.Client) -> None:
    rows = b"user,fans\n" + b"mira,12\n" * 400_000
    first, again, other = (
        operator.post("/campaigns/tables", content=content, headers=keyed("one"))
        for content in (rows, rows, rows + b"x,1\n")
    )
    assert again.json() == first.json()
    assert other.status_code == 422
    assert count("uploaded_tables") == 1


def test_while_the_first_is_under_way_a_repeat_is_told_to_wait(
    signed_in: SignedIn,
) -> None:
    operator = signed_in(Role.OPERATOR)
    me = operator.get("/auth/me").json()["id"]
    route = "POST /api/v1/campaigns"
    claim_key(KeyedRequest(me, route, "one"), now=now())
    answer = operator.post("/campaigns", json={}, headers=keyed("one"))
    assert answer.status_code == 409
    assert answer.json()["error"] == "idempotency_in_flight"
    assert answer.headers["retry-after"] == "1"


def test_of_many_at_once_one_is_done(operator: httpx.Client) -> None:
    asked = campaign(operator)

    def ask(_: int) -> httpx.Response:
        answer = operator.post("/campaigns", json=asked, headers=keyed("one"))
        while answer.status_code == 409:
            Event().wait(0.05)
            answer = operator.post("/campaigns", json=asked, headers=keyed("one"))
        return answer

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(ask, range(8)))
    assert {one.status_code for one in answers} == {201}
    assert len({one.json()["id"] for one in answers}) == 1
    assert count("campaigns") == 1


def test_a_refused_request_may_be_corrected_under_its_key(
    operator: httpx.Client,
) -> None:
    asked = campaign(operator)
    wrong = operator.post("/campaigns", json={"name": ""}, headers=keyed("one"))
    assert wrong.status_code == 422
    right = operator.post("/campaigns", json=asked, headers=keyed("one"))
    assert right.status_code == 201
    assert count("kept_answers") == 1


def test_another_person_s_key_is_another(signed_in: SignedIn) -> None:
    ana, lev = signed_in(Role.OPERATOR), signed_in(Role.ADMINISTRATOR)
    asked = campaign(ana)
    ids = {
        one.post("/campaigns", json=asked, headers=keyed("one")).json()["id"]
        for one in (ana, lev)
    }
    assert len(ids) == 2


def test_an_answer_with_a_secret_is_shown_once_and_never_stored(
    signed_in: SignedIn,
) -> None:
    administrator = signed_in(Role.ADMINISTRATOR)
    asked = {"email": "new@muster.example", "roles": ["reviewer"]}
    first, again = (
        administrator.post("/admin/invitations", json=asked, headers=keyed("one"))
        for _ in range(2)
    )
    assert first.status_code == 201, first.text
    assert again.status_code == 409
    assert again.json()["error"] == "shown_once"
    with transaction() as session:
        kept = session.execute(text("SELECT kept_answers::text FROM kept_answers"))
        told = str(kept.all())
    assert first.json()["token"] not in told
    assert first.json()["token"].encode().hex() not in told


@pytest.mark.parametrize("key", ["", "a b", "ä", "x" * 201, "tab\there"])
def test_a_key_of_another_form_is_refused(operator: httpx.Client, key: str) -> None:
    headers = {b"Idempotency-Key": key.encode("utf-8")}
    answer = operator.post("/campaigns", json={}, headers=headers)
    assert answer.status_code == 422
    fields = answer.json()["details"]["fields"]
    assert fields[0]["path"] == "Idempotency-Key"


def test_somebody_who_is_not_signed_in_is_told_so(visitor: httpx.Client) -> None:
    answer = visitor.post("/campaigns", json={}, headers=keyed("one"))
    assert answer.status_code == 401
    assert count("kept_answers") == 0


@pytest.fixture
def short_lived(environment: pytest.MonkeyPatch) -> Iterator[None]:
    environment.setenv("MUSTER_LIMITS__KEPT_ANSWER_LIFETIME", "PT0.05S")
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.mark.usefixtures("short_lived")
def test_kept_answers_expire_and_are_deleted(operator: httpx.Client) -> None:
    asked = campaign(operator)
    ids = set()
    for key in ("one", "one", str(uuid4())):
        made = operator.post("/campaigns", json=asked, headers=keyed(key))
        ids.add(made.json()["id"])
        Event().wait(0.06)
    assert len(ids) == 3
    assert count("kept_answers") == 1
