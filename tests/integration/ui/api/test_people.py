"""Administration of people through HTTP; everybody else is told no."""

from uuid import uuid4

import httpx
import pytest

from config.vocabulary import Permission, Role
from tests.factories.accounts import create_login
from tests.fixtures.api import SignedIn

NEW = "a new one, never used"
ANA = "ana@muster.example"


@pytest.fixture
def root(signed_in: SignedIn) -> httpx.Client:
    return signed_in(Role.ADMINISTRATOR)


def invite(root: httpx.Client, email: str = ANA, role: str = "reviewer") -> str:
    answer = root.post("/admin/invitations", json={"email": email, "roles": [role]})
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    token: str = answer.json()["token"]
    return token


def accept(visitor: httpx.Client, token: str) -> httpx.Response:
    asked = {"token": token, "displayName": "Ana", "password": NEW}
    answer = visitor.post("/auth/invitation/accept", json=asked)
    visitor.cookies.clear()
    return answer


def test_an_invited_person_comes_in_by_the_link_and_only_once(
    root: httpx.Client, visitor: httpx.Client
) -> None:
    token = invite(root)
    assert root.get("/admin/invitations").json()["items"][0]["email"] == ANA
    seen = visitor.post("/auth/invitation", json={"token": token})
    assert seen.json()["email"] == ANA
    answer = accept(visitor, token)
    assert answer.status_code == 201
    assert answer.json()["user"]["roles"] == ["reviewer"]
    assert answer.headers.get_list("set-cookie")
    again = accept(visitor, token)
    assert (again.status_code, again.json()["error"]) == (404, "link_is_over")
    assert root.get("/admin/invitations").json() == {"items": [], "next": None}
    twice = root.post("/admin/invitations", json={"email": ANA, "roles": ["operator"]})
    assert (twice.status_code, twice.json()["error"]) == (409, "email_taken")


def test_an_invitation_is_withdrawn(root: httpx.Client, visitor: httpx.Client) -> None:
    token = invite(root)
    invitation = root.get("/admin/invitations").json()["items"][0]
    path = f"/admin/invitations/{invitation['id']}"
    assert root.delete(path).status_code == 204
    assert root.delete(path).status_code == 404
    assert accept(visitor, token).status_code == 404


@pytest.mark.parametrize("token", ["", "x" * 43, "x" * 44, "é", "../" * 14 + "x"])
def test_a_link_nobody_gave_out_opens_nothing(
    visitor: httpx.Client, token: str
) -> None:
    asked = {"token": token, "newPassword": NEW}
    for answer in (
        accept(visitor, token),
        visitor.post("/auth/password/reset", json=asked),
        visitor.post("/auth/invitation", json={"token": token}),
    ):
        assert answer.status_code in {404, 422}


def test_who_forgot_their_password_sets_a_new_one_by_the_link(
    root: httpx.Client, visitor: httpx.Client
) -> None:
    user = accept(visitor, invite(root)).json()["user"]
    path = f"/admin/accounts/{user['id']}/reset-link"
    link = root.post(path)
    assert link.status_code == 201
    assert set(link.json()) == {"token", "path", "expiresAt"}
    asked = {"token": link.json()["token"], "newPassword": "still a newer one"}
    assert visitor.post("/auth/password/reset", json=asked).status_code == 204
    assert visitor.post("/auth/password/reset", json=asked).status_code == 404
    known = {"email": ANA, "password": "still a newer one"}
    assert visitor.post("/auth/login", json=known).status_code == 200
    assert root.post(f"/admin/accounts/{uuid4()}/reset-link").status_code == 404


def test_a_change_names_the_version_it_is_meant_for(
    root: httpx.Client, visitor: httpx.Client
) -> None:
    user = accept(visitor, invite(root)).json()["user"]
    path = f"/admin/accounts/{user['id']}"
    seen = root.get(path)
    assert seen.headers["etag"] == '"1"'
    assert root.patch(path, json={"roles": ["operator"]}).status_code == 428
    tagged = {"If-Match": seen.headers["etag"]}
    changed = root.patch(path, json={"roles": ["operator"]}, headers=tagged)
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert changed.json()["roles"] == ["operator"]
    late = root.patch(path, json={"displayName": "Eve"}, headers=tagged)
    assert (late.status_code, late.json()["details"]) == (412, {"version": 2})
    stated = root.patch(path, json={"displayName": "Eve", "version": 2})
    assert stated.json()["displayName"] == "Eve"


@pytest.mark.parametrize(
    "wrong",
    [
        {"roles": []},
        {"roles": ["pope"]},
        {"displayName": "  "},
        {"displayName": "x" * 101},
        {"displayName": "a\0b"},
        {"isActive": "perhaps"},
        {"email": "other@x.example"},
        {"version": 0},
    ],
)
def test_what_cannot_be_is_refused(
    root: httpx.Client, wrong: dict[str, object]
) -> None:
    account_id = root.get("/auth/me").json()["id"]
    asked = {"version": 1} | wrong
    answer = root.patch(f"/admin/accounts/{account_id}", json=asked)
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"] == "validation_error"


def test_a_demotion_counts_with_the_next_request(
    root: httpx.Client, signed_in: SignedIn
) -> None:
    other = signed_in(Role.OPERATOR)
    assert other.post("/campaigns", json={}).status_code == 422
    account_id = other.get("/auth/me").json()["id"]
    asked = {"roles": ["reviewer"], "version": 1}
    assert root.patch(f"/admin/accounts/{account_id}", json=asked).status_code == 200
    assert other.post("/campaigns", json={}).status_code == 403


def test_a_closed_or_removed_account_is_out_with_the_next_request(
    root: httpx.Client, signed_in: SignedIn
) -> None:
    for role, end in ((Role.OPERATOR, "close"), (Role.REVIEWER, "remove")):
        other = signed_in(role)
        path = f"/admin/accounts/{other.get('/auth/me').json()['id']}"
        if end == "close":
            root.patch(path, json={"isActive": False, "version": 1})
        else:
            assert root.delete(path).status_code == 204
        assert other.get("/auth/me").status_code == 401
    assert root.delete(path).status_code == 404


def test_the_last_administrator_stays(root: httpx.Client) -> None:
    path = f"/admin/accounts/{root.get('/auth/me').json()['id']}"
    demoted = {"roles": ["operator"], "version": 1}
    closed = {"isActive": False, "version": 1}
    for answer in (
        root.patch(path, json=demoted),
        root.patch(path, json=closed),
        root.delete(path),
    ):
        assert answer.status_code == 409
        assert answer.json()["error"] == "last_administrator"


def test_an_administrator_sees_and_ends_the_logins_of_others(
    root: httpx.Client, signed_in: SignedIn
) -> None:
    other = signed_in(Role.OPERATOR)
    path = f"/admin/accounts/{other.get('/auth/me').json()['id']}/logins"
    (login,) = root.get(path).json()["items"]
    assert login["isCurrent"] is False
    elsewhere = create_login(Role.REVIEWER).caller.login_id
    assert root.delete(f"{path}/{elsewhere}").status_code == 404
    assert root.delete(f"{path}/{login['id']}").status_code == 204
    assert other.get("/auth/me").status_code == 401
    assert root.get(path).json() == {"items": []}
    assert root.get(f"/admin/accounts/{uuid4()}/logins").status_code == 404


def test_accounts_come_page_by_page(root: httpx.Client) -> None:
    for number in range(5):
        create_login(Role.REVIEWER, email=f"{number}@muster.example")
    emails, after = [], None
    while True:
        query = {"limit": 2, "sort": "email", "role": "reviewer", "after": after}
        asked = {name: one for name, one in query.items() if one is not None}
        told = root.get("/admin/accounts", params=asked).json()
        emails += [one["email"] for one in told["items"]]
        after = told["next"]
        if after is None:
            break
    assert emails == [f"{number}@muster.example" for number in range(5)]
    assert told["items"][0]["lastSeenAt"]


def test_what_was_changed_is_audited_without_a_secret(
    root: httpx.Client, visitor: httpx.Client
) -> None:
    token = invite(root)
    user = accept(visitor, token).json()["user"]
    root.post(f"/admin/accounts/{user['id']}/reset-link")
    root.delete(f"/admin/accounts/{user['id']}")
    audit = root.get("/admin/audit")
    assert [one["action"] for one in audit.json()["items"]] == [
        *("account.removed", "account.reset_link_made", "invitation.made")
    ]
    assert {one["actor"] for one in audit.json()["items"]} == {
        "administrator@muster.example"
    }
    assert all(one["correlationId"] for one in audit.json()["items"])
    assert token not in audit.text


def test_roles_are_told_with_what_they_allow(root: httpx.Client) -> None:
    roles = {one["name"]: one for one in root.get("/admin/roles").json()["items"]}
    assert set(roles) == set(Role)
    assert set(roles["administrator"]["permissions"]) == set(Permission)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.REVIEWER])
def test_nobody_else_administers_people(signed_in: SignedIn, role: Role) -> None:
    other = signed_in(role)
    one = f"/admin/accounts/{uuid4()}"
    for method, path in (
        ("GET", "/admin/accounts"),
        ("GET", one),
        ("PATCH", one),
        ("DELETE", one),
        ("POST", f"{one}/reset-link"),
        ("GET", f"{one}/logins"),
        ("DELETE", f"{one}/logins/{uuid4()}"),
        ("GET", "/admin/invitations"),
        ("POST", "/admin/invitations"),
        ("DELETE", f"/admin/invitations/{uuid4()}"),
        ("GET", "/admin/roles"),
        ("GET", "/admin/audit"),
    ):
        answer = other.request(method, path)
        assert (answer.status_code, answer.json()["error"]) == (
            403,
            "missing_permission",
        ), path
