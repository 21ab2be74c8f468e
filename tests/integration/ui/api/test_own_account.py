"""One's own account through HTTP: password, logins, activity."""

from collections.abc import Callable

import httpx
import pytest

from config.vocabulary import Role
from tasks.accounts.logins import open_login_of
from tests.factories.accounts import DEVICE, PASSWORD, create_account, create_login

NEW = "a new one, never used"
Client = Callable[[str], httpx.Client]


@pytest.fixture
def as_holder(visitor: httpx.Client) -> Client:
    """Reach the API with a token."""

    def reach(token: str) -> httpx.Client:
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=visitor.base_url, headers=headers)

    return reach


@pytest.fixture
def tokens() -> list[str]:
    """Sign one person in on three devices."""
    account_id = create_account(Role.REVIEWER, email="ana@muster.example")
    return [open_login_of(account_id, device=DEVICE).tokens.access for _ in range(3)]


def test_a_person_sees_where_they_are_signed_in_and_ends_one_of_them(
    as_holder: Client, tokens: list[str]
) -> None:
    with as_holder(tokens[0]) as here, as_holder(tokens[1]) as there:
        items = here.get("/auth/logins").json()["items"]
        assert len(items) == 3
        assert set(items[0]) == {
            *("id", "userAgent", "address", "createdAt", "lastUsedAt", "isCurrent")
        }
        assert [one["isCurrent"] for one in items].count(True) == 1
        own = next(
            one["id"]
            for one in there.get("/auth/logins").json()["items"]
            if one["isCurrent"]
        )
        assert here.delete(f"/auth/logins/{own}").status_code == 204
        assert there.get("/auth/me").status_code == 401
        assert here.delete(f"/auth/logins/{own}").status_code == 404
        assert len(here.get("/auth/logins").json()["items"]) == 2


def test_nobody_ends_the_login_of_another(as_holder: Client, tokens: list[str]) -> None:
    other = create_login(Role.OPERATOR)
    with as_holder(tokens[0]) as here, as_holder(other.tokens.access) as there:
        path = f"/auth/logins/{other.caller.login_id}"
        assert here.delete(path).status_code == 404
        assert there.get("/auth/me").status_code == 200
        assert str(other.caller.login_id) not in here.get("/auth/logins").text


def test_a_new_password_ends_all_other_logins(
    as_holder: Client, tokens: list[str], visitor: httpx.Client
) -> None:
    asked = {"currentPassword": PASSWORD, "newPassword": NEW}
    with as_holder(tokens[0]) as here, as_holder(tokens[1]) as there:
        assert here.post("/auth/password", json=asked).status_code == 204
        assert here.get("/auth/me").status_code == 200
        assert there.get("/auth/me").status_code == 401
    for password, status in ((PASSWORD, 401), (NEW, 200)):
        known = {"email": "ana@muster.example", "password": password}
        assert visitor.post("/auth/login", json=known).status_code == status


def test_a_new_password_needs_the_old_one_and_guessing_it_costs_time(
    as_holder: Client, tokens: list[str]
) -> None:
    with as_holder(tokens[0]) as here:
        for current in ["wrong"] * 5 + [PASSWORD]:
            asked = {"currentPassword": current, "newPassword": NEW}
            answer = here.post("/auth/password", json=asked)
            assert (answer.status_code, answer.json()["error"]) == (
                422,
                "wrong_password",
            )
        assert answer.json()["details"]["fields"][0]["path"] == "currentPassword"


@pytest.mark.parametrize(
    "weak", ["short", "x1" * 65, "Password1", "Ana@muster.example"]
)
def test_a_weak_password_is_refused_before_the_old_one_is_looked_at(
    as_holder: Client, tokens: list[str], weak: str
) -> None:
    asked = {"currentPassword": "wrong", "newPassword": weak}
    with as_holder(tokens[0]) as here:
        answer = here.post("/auth/password", json=asked)
    assert (answer.status_code, answer.json()["error"]) == (422, "weak_password")
    assert answer.json()["details"]["fields"][0]["path"] == "newPassword"


def test_a_person_sees_what_happened_to_their_account_and_nobody_elses(
    as_holder: Client, tokens: list[str], visitor: httpx.Client
) -> None:
    create_login(Role.OPERATOR)
    visitor.post("/auth/login", json={"email": "ana@muster.example", "password": "x"})
    with as_holder(tokens[0]) as here, as_holder(tokens[1]) as there:
        there.post("/auth/logout")
        asked = {"currentPassword": PASSWORD, "newPassword": NEW}
        here.post("/auth/password", json=asked)
        told = here.get("/auth/activity", params={"limit": 4}).json()
        rest = here.get("/auth/activity", params={"after": told["next"]}).json()
    assert [one["kind"] for one in told["items"]] == [
        *("password_changed", "signed_out", "sign_in_failed", "signed_in")
    ]
    assert set(told["items"][0]) >= {"at", "kind", "address", "userAgent"}
    assert [one["kind"] for one in rest["items"]] == ["signed_in", "signed_in"]
    assert rest["next"] is None


def test_signing_out_one_login_leaves_the_others(
    as_holder: Client, tokens: list[str]
) -> None:
    with as_holder(tokens[0]) as here, as_holder(tokens[1]) as there:
        assert here.post("/auth/logout").status_code == 204
        assert here.get("/auth/me").status_code == 401
        assert there.get("/auth/me").status_code == 200
