"""Keys of interfaces over HTTP: set, listed without themselves, removed, noted."""

import httpx
import pytest
from sqlalchemy import text

from config.vocabulary import Role
from tasks.api_secrets.keep import open_secret
from tasks.database import transaction
from tests.fixtures.api import SignedIn

KEY = "open-sesame-42"


@pytest.fixture
def administrator(signed_in: SignedIn) -> httpx.Client:
    return signed_in(Role.ADMINISTRATOR)


def keep_key(client: httpx.Client, name: str = "YouTube", **more: object) -> None:
    answer = client.put(f"/secrets/{name}", json={"value": KEY, **more})
    assert answer.status_code == 200, answer.text
    assert KEY not in answer.text


def stored() -> str:
    with transaction() as session:
        rows = session.execute(text("SELECT * FROM api_secrets, audit_entries")).all()
    return repr(
        [[bytes(c) if isinstance(c, memoryview) else c for c in r] for r in rows]
    )


def test_a_key_is_kept_sealed_listed_masked_and_opened_by_name(
    administrator: httpx.Client, signed_in: SignedIn
) -> None:
    keep_key(administrator, hosts=["social.example"])
    answer = signed_in(Role.OPERATOR).get("/secrets")
    [item] = answer.json()["items"]
    assert (item["name"], item["value"]) == ("youtube", "••••")
    assert item["hosts"] == ["social.example"]
    assert item["changedBy"] == "administrator@muster.example"
    assert KEY not in answer.text
    assert KEY not in stored()
    opened = open_secret("YOUTUBE")
    assert opened is not None
    assert opened.value.get_secret_value() == KEY
    assert KEY not in repr(opened)


def test_setting_it_again_replaces_it_and_removing_it_ends_it(
    administrator: httpx.Client,
) -> None:
    keep_key(administrator)
    keep_key(administrator, "youtube", hosts=["a.example:8443"])
    [item] = administrator.get("/api/v1/secrets").json()["items"]
    assert item["hosts"] == ["a.example:8443"]
    assert administrator.delete("/secrets/YouTube").status_code == 204
    assert administrator.delete("/secrets/youtube").status_code == 404
    assert open_secret("youtube") is None
    with transaction() as session:
        done = session.execute(
            text("SELECT action, subject FROM audit_entries ORDER BY id")
        ).all()
    assert [tuple(row) for row in done] == [
        ("secret.set", "youtube"),
        ("secret.set", "youtube"),
        ("secret.removed", "youtube"),
    ]


@pytest.mark.parametrize(
    "asked", [{}, {"value": ""}, {"value": "a\nb"}, {"value": "x", "hosts": ["a b"]}]
)
def test_what_is_no_key_is_refused_without_repeating_it(
    administrator: httpx.Client, asked: dict[str, object]
) -> None:
    answer = administrator.put("/secrets/mine", json=asked)
    assert answer.status_code == 422, answer.text
    assert administrator.get("/secrets").json()["items"] == []


def test_only_administrators_set_and_remove_keys(signed_in: SignedIn) -> None:
    operator = signed_in(Role.OPERATOR)
    assert operator.put("/secrets/mine", json={"value": KEY}).status_code == 403
    assert operator.delete("/secrets/mine").status_code == 403
    assert signed_in(Role.REVIEWER).get("/secrets").status_code == 403
