"""What holds for every route there is, asked of every route there is."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import jwt
import pytest

from config.clock import now
from config.settings import settings
from config.vocabulary import Permission, Role
from tasks.accounts.logins import close_login
from tasks.accounts.permissions import permissions_of
from tasks.accounts.tokens import issue_access_token, read_token
from tests.factories.accounts import age_all_logins, create_login
from tests.fixtures.api import SignedIn
from tests.shape.test_openapi import operations, permissions_named

SOME_ID = "01a20481-f790-7a1b-8751-c5dafd812fb6"
LONG_AGO = timedelta(days=1)

GUARDED = [
    (method.upper(), path)
    for (method, path), operation in operations().items()
    if permissions_named(operation)
]
PAGED = [
    path
    for (method, path), operation in operations().items()
    if any(one["name"] == "limit" for one in operation.get("parameters", ()))
]


def address_of(path: str) -> str:
    return "/".join(SOME_ID if "{" in part else part for part in path.split("/"))


def forge(token: str, *, algorithm: str, key: Any = None) -> str:
    """Say the same as a good token, signed in another way."""
    body = jwt.decode(token, options={"verify_signature": False})
    return jwt.encode(body, key, algorithm=algorithm, headers={"typ": "at+jwt"})


def no_token(_: str) -> str:
    return ""


def unsigned(token: str) -> str:
    return forge(token, algorithm="none")


def signed_by_another_algorithm(token: str) -> str:
    key = settings().accounts.signing_key.get_secret_value()
    return forge(token, algorithm="HS384", key=key.ljust(48))


def signed_by_somebody_else(token: str) -> str:
    return forge(token, algorithm="HS256", key="k" * 32)


def with_an_equals_sign(token: str) -> str:
    return f"{token}="


def expired(token: str) -> str:
    return issue_access_token(read_token(token), now=now() - LONG_AGO)


def of_a_login_that_was_ended(token: str) -> str:
    close_login(read_token(token).login_id)
    return token


def of_a_login_long_unused(token: str) -> str:
    age_all_logins(timedelta(days=8))
    return token


@pytest.mark.parametrize(
    "spoil",
    [
        no_token,
        unsigned,
        signed_by_another_algorithm,
        signed_by_somebody_else,
        with_an_equals_sign,
        expired,
        of_a_login_that_was_ended,
        of_a_login_long_unused,
    ],
)
def test_no_route_takes_a_token_that_is_not_good(
    visitor: httpx.Client, spoil: Callable[[str], str]
) -> None:
    token = spoil(create_login(Role.ADMINISTRATOR).tokens.access)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    for method, path in GUARDED:
        answer = visitor.request(method, address_of(path), headers=headers)
        assert answer.status_code == 401, (method, path, answer.text)
        assert answer.json()["error"] == "INVALID_TOKEN"
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"] == "Bearer"


def test_no_route_does_what_a_role_does_not_allow(signed_in: SignedIn) -> None:
    reviewer, allowed = signed_in(Role.REVIEWER), permissions_of([Role.REVIEWER])
    refused = 0
    for (method, path), operation in operations().items():
        named = {Permission(one) for one in permissions_named(operation)}
        if not named or named <= allowed:
            continue
        answer = reviewer.request(method, address_of(path))
        assert answer.status_code == 403, (method, path, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        refused += 1
    assert refused > 20


@pytest.mark.parametrize("limit", ["0", "-1", "501", str(10**30), "1.5", "", "%00"])
def test_no_list_has_a_page_of_no_size(signed_in: SignedIn, limit: str) -> None:
    administrator = signed_in(Role.ADMINISTRATOR)
    for path in PAGED:
        answer = administrator.get(f"{address_of(path)}?limit={limit}")
        assert answer.status_code == 422, (path, answer.text)
        assert answer.json()["details"]["fields"][0]["path"] == "limit"


@pytest.mark.parametrize(
    "after", ["x", "-1", str(-(10**30)), str(10**30), "%00", "%ff", f"{UUID(int=0)}~"]
)
def test_no_list_has_a_page_after_nothing(signed_in: SignedIn, after: str) -> None:
    administrator = signed_in(Role.ADMINISTRATOR)
    for path in PAGED:
        answer = administrator.get(f"{address_of(path)}?after={after}")
        assert answer.status_code in {200, 404, 422}, (path, answer.text)


@pytest.fixture
def others_login(signed_in: SignedIn) -> Iterator[UUID]:
    """Have somebody else signed in; they must stay so."""
    somebody = signed_in(Role.ADMINISTRATOR)
    items = somebody.get("/auth/logins").json()["items"]
    yield UUID(items[0]["id"])
    assert somebody.get("/auth/me").status_code == 200


def test_a_login_of_somebody_else_cannot_be_ended(
    operator: httpx.Client, others_login: UUID
) -> None:
    theirs = operator.delete(f"/auth/logins/{others_login}")
    nobodys = operator.delete(f"/auth/logins/{uuid4()}")
    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.json()["error"] == nobodys.json()["error"]
