"""
The documents' diagrams of signing in, refreshing and asking, a sentence a test.

"Event flow" 1.1, 1.2 and 6.2, and "API sequence diagrams", Authentication Flow. What a
diagram says of the screen is tried in `tests/system`.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from config.clock import now
from config.connections import redis_client
from config.vocabulary import Role
from tasks.accounts.administration import change_account
from tasks.accounts.schemas import AccountChange
from tasks.accounts.tokens import Claims, issue_access_token, read_token
from tasks.database import transaction
from tests.factories.accounts import (
    PASSWORD,
    age_all_logins,
    create_account,
    create_login,
)
from tests.fixtures.plex import Plex

EMAIL = "ana@muster.example"
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def ana(visitor: httpx.Client) -> httpx.Response:
    create_account(Role.REVIEWER, email=EMAIL)
    answer = visitor.post("/auth/login", json={"email": EMAIL, "password": PASSWORD})
    visitor.cookies.clear()
    return answer


def cookies_of(answer: httpx.Response) -> dict[str, str]:
    cookies = SimpleCookie()
    for line in answer.headers.get_list("set-cookie"):
        cookies.load(line)
    return {name: one.value for name, one in cookies.items()}


def with_cookies(answer: httpx.Response) -> dict[str, str]:
    pairs = (f"{name}={value}" for name, value in cookies_of(answer).items())
    return OWN_PAGE | {"Cookie": "; ".join(pairs)}


def bearer(answer: httpx.Response) -> dict[str, str]:
    return {"Authorization": f"Bearer {answer.json()['token']}"}


def expired_token(answer: httpx.Response) -> dict[str, str]:
    claims = read_token(answer.json()["token"])
    token = issue_access_token(claims, now=now() - timedelta(hours=1))
    return {"Authorization": f"Bearer {token}"}


def rows(query: str) -> list[dict[str, Any]]:
    with transaction() as session:
        return [dict(one) for one in session.execute(text(query)).mappings()]


# 1.1 Login Flow; Authentication Flow


def test_user_navigates_to_login(visitor: httpx.Client) -> None:
    page = visitor.get("/login")
    assert page.headers["content-type"].startswith("text/html")
    assert 'id="email"' in page.text
    assert 'id="password"' in page.text


def test_backend_finds_the_user_by_email_and_validates_the_argon2_hash(
    visitor: httpx.Client, ana: httpx.Response
) -> None:
    assert ana.status_code == 200
    stored = rows("SELECT password_hash FROM accounts")[0]["password_hash"]
    assert stored.startswith("$argon2id$")
    wrong = {"email": EMAIL, "password": PASSWORD + "!"}
    assert visitor.post("/auth/login", json=wrong).status_code == 401


def test_backend_answers_200_with_token_and_user(ana: httpx.Response) -> None:
    told = ana.json()
    assert set(told) == {"token", "expiresIn", "user"}
    assert told["user"]["email"] == EMAIL
    assert told["user"]["roles"] == ["reviewer"]


def test_backend_sets_the_refresh_token_as_a_cookie_that_no_script_reads(
    ana: httpx.Response,
) -> None:
    lines = ana.headers.get_list("set-cookie")
    refresh = next(line for line in lines if line.startswith("__Host-refresh="))
    for word in ("HttpOnly", "Secure", "Path=/", "SameSite=lax"):
        assert word in refresh


def test_plex_oauth_login_validates_the_plex_token_and_creates_the_user(
    plex: Plex, visitor: httpx.Client
) -> None:
    asked = {"plexToken": plex.token_of("jon")}
    answer = visitor.post("/auth/login", json=asked)
    assert answer.status_code == 200
    assert answer.json()["user"]["email"] == "jon@plex.example"
    assert rows("SELECT plex_id FROM accounts") == [{"plex_id": "102"}]


def test_plex_oauth_login_updates_the_user_who_comes_again(
    plex: Plex, visitor: httpx.Client
) -> None:
    asked = {"plexToken": plex.token_of("jon")}
    visitor.post("/auth/login", json=asked)
    with transaction() as session:
        session.execute(text("UPDATE accounts SET email = 'former@plex.example'"))
    visitor.post("/auth/login", json=asked)
    assert rows("SELECT email FROM accounts") == [{"email": "jon@plex.example"}]


def test_jwt_service_generates_an_access_and_a_refresh_token(
    ana: httpx.Response,
) -> None:
    assert read_token(ana.json()["token"]).token_id
    cookies = cookies_of(ana)
    assert cookies["__Host-access"] == ana.json()["token"]
    assert cookies["__Host-refresh"] not in {"", ana.json()["token"]}


def test_the_session_is_stored_and_of_its_tokens_only_hashes(
    ana: httpx.Response,
) -> None:
    (login,) = rows("SELECT * FROM logins")
    assert str(login["id"]) == str(read_token(ana.json()["token"]).login_id)
    stored = str(login)
    assert cookies_of(ana)["__Host-refresh"] not in stored
    assert ana.json()["token"] not in stored


def test_login_activity_is_logged_for_success_and_failure(
    visitor: httpx.Client, ana: httpx.Response
) -> None:
    assert ana.status_code == 200
    for email in (EMAIL, "nobody@muster.example"):
        visitor.post("/auth/login", json={"email": email, "password": "wrong"})
    logged = rows("SELECT account_id, kind, address FROM login_activity ORDER BY id")
    assert [one["kind"] for one in logged] == [
        *("signed_in", "sign_in_failed", "sign_in_failed")
    ]
    assert [one["account_id"] is None for one in logged] == [False, False, True]
    assert {one["address"] for one in logged} == {"127.0.0.1"}


# Protected Request Flow


def test_a_request_with_the_jwt_is_answered_with_the_protected_resource(
    visitor: httpx.Client, ana: httpx.Response
) -> None:
    assert visitor.get("/api/v1/campaigns", headers=bearer(ana)).status_code == 200
    assert visitor.get("/api/v1/campaigns").status_code == 401


def test_auth_checks_the_token_blacklist_in_redis(
    visitor: httpx.Client, ana: httpx.Response
) -> None:
    claims = read_token(ana.json()["token"])
    redis_client().set(f"denied:token:{claims.token_id}", 1, px=60_000)
    answer = visitor.get("/auth/me", headers=bearer(ana))
    assert answer.status_code == 401
    assert answer.json()["error"] == "INVALID_TOKEN"
    with_another = issue_access_token(Claims(*claims[:2]), now=now())
    headers = {"Authorization": f"Bearer {with_another}"}
    assert visitor.get("/auth/me", headers=headers).status_code == 200


def test_a_token_that_was_signed_out_stays_out_however_it_is_written(
    visitor: httpx.Client, ana: httpx.Response
) -> None:
    assert visitor.post("/auth/logout", headers=bearer(ana)).status_code == 204
    claims = read_token(ana.json()["token"])
    left = redis_client().pttl(f"denied:token:{claims.token_id}")
    assert 890_000 < left <= 900_000
    for end in ("", "=", "==", "."):
        headers = {"Authorization": f"Bearer {ana.json()['token']}{end}"}
        assert visitor.get("/auth/me", headers=headers).status_code == 401


def test_auth_validates_the_jwt_itself(
    visitor: httpx.Client, ana: httpx.Response
) -> None:
    head, body, signature = ana.json()["token"].split(".")
    for token in (
        f"{head}.{body}.{signature[:-4]}AAAA",
        f"eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.{body}.",
        f"{head}.{body}",
    ):
        headers = {"Authorization": f"Bearer {token}"}
        assert visitor.get("/auth/me", headers=headers).status_code == 401


def test_auth_gets_the_permissions_from_the_database_with_each_login(
    visitor: httpx.Client, ana: httpx.Response
) -> None:
    wish = {"name": "x"}
    assert visitor.post("/campaigns", headers=bearer(ana), json=wish).status_code == 403
    root = create_login(Role.ADMINISTRATOR).caller
    account_id = read_token(ana.json()["token"]).account_id
    promoted = AccountChange(roles=(Role.OPERATOR,))
    change_account(root, account_id, promoted, seen=None)
    assert visitor.post("/campaigns", headers=bearer(ana), json=wish).status_code == 422


# 1.2 Token Refresh Flow


def test_a_request_with_an_expired_token_is_answered_401(
    visitor: httpx.Client, ana: httpx.Response
) -> None:
    answer = visitor.get("/auth/me", headers=expired_token(ana))
    assert answer.status_code == 401
    assert answer.json()["error"] == "INVALID_TOKEN"


def test_post_refresh_with_the_cookie_is_answered_200_with_a_new_token(
    visitor: httpx.Client, ana: httpx.Response
) -> None:
    answer = visitor.post("/auth/refresh", headers=with_cookies(ana))
    assert answer.status_code == 200
    assert answer.json()["token"] != ana.json()["token"]
    assert set(answer.json()) == {"token", "expiresIn"}


def test_the_original_request_is_retried_with_the_new_token_and_answered_200(
    visitor: httpx.Client, ana: httpx.Response
) -> None:
    assert visitor.get("/campaigns", headers=expired_token(ana)).status_code == 401
    fresh = visitor.post("/auth/refresh", headers=with_cookies(ana))
    assert visitor.get("/campaigns", headers=bearer(fresh)).status_code == 200


def test_of_twenty_parallel_refreshes_one_family_survives_and_nobody_is_out(
    visitor: httpx.Client, ana: httpx.Response
) -> None:
    age_all_logins(timedelta(hours=1))
    headers = with_cookies(ana)

    def refresh(_: int) -> httpx.Response:
        return httpx.post(visitor.base_url.join("/auth/refresh"), headers=headers)

    with ThreadPoolExecutor(20) as tabs:
        answers = list(tabs.map(refresh, range(20)))
    assert [one.status_code for one in answers] == [200] * 20
    assert len({cookies_of(one)["__Host-refresh"] for one in answers}) == 1
    assert len({one.json()["token"] for one in answers}) == 20
    for one in answers:
        assert visitor.get("/auth/me", headers=bearer(one)).status_code == 200
    assert rows("SELECT revoked_at FROM logins") == [{"revoked_at": None}]
    again = visitor.post("/auth/refresh", headers=with_cookies(answers[7]))
    assert again.status_code == 200


def test_a_used_refresh_token_that_comes_back_ends_the_family_and_is_logged(
    visitor: httpx.Client, ana: httpx.Response
) -> None:
    age_all_logins(timedelta(hours=1))
    fresh = visitor.post("/auth/refresh", headers=with_cookies(ana))
    age_all_logins(timedelta(seconds=11))
    assert visitor.post("/auth/refresh", headers=with_cookies(ana)).status_code == 401
    assert visitor.get("/auth/me", headers=bearer(fresh)).status_code == 401
    assert visitor.post("/auth/refresh", headers=with_cookies(fresh)).status_code == 401
    kinds = [one["kind"] for one in rows("SELECT kind FROM login_activity ORDER BY id")]
    assert kinds == ["signed_in", "refresh_reused"]


# 6.2 Unauthorized (Session Expired)


def test_if_the_refresh_fails_the_answer_is_401_and_sends_to_the_login(
    visitor: httpx.Client, ana: httpx.Response
) -> None:
    visitor.post("/auth/logout", headers=with_cookies(ana))
    answer = visitor.post("/auth/refresh", headers=with_cookies(ana))
    assert answer.status_code == 401
    assert answer.json()["error"] == "INVALID_TOKEN"
    assert "sign in again" in answer.json()["message"]
