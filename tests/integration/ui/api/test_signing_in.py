"""Signing in, staying signed in, signing out, as the documents' diagrams say."""

from http.cookies import SimpleCookie

import httpx
import pytest

from config.vocabulary import Role
from tests.factories.accounts import PASSWORD, create_account

EMAIL = "ana@muster.example"
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def ana(visitor: httpx.Client) -> httpx.Response:
    create_account(Role.REVIEWER, email=EMAIL)
    return visitor.post("/auth/login", json={"email": EMAIL, "password": PASSWORD})


def cookies_of(answer: httpx.Response) -> SimpleCookie:
    cookies = SimpleCookie()
    for line in answer.headers.get_list("set-cookie"):
        cookies.load(line)
    return cookies


def cookie_header(answer: httpx.Response) -> dict[str, str]:
    pairs = (f"{name}={one.value}" for name, one in cookies_of(answer).items())
    return {"Cookie": "; ".join(pairs)}


def bearer(answer: httpx.Response) -> dict[str, str]:
    return {"Authorization": f"Bearer {answer.json()['token']}"}


def test_a_person_gets_a_token_and_is_told_who_they_are(
    visitor: httpx.Client, ana: httpx.Response
) -> None:
    told = ana.json()
    assert ana.status_code == 200
    assert told["expiresIn"] == 900
    assert told["user"]["email"] == EMAIL
    assert "review.decide" in told["user"]["permissions"]
    assert visitor.get("/auth/me", headers=bearer(ana)).json() == told["user"]


def test_no_script_can_read_the_cookies(ana: httpx.Response) -> None:
    cookies = cookies_of(ana)
    assert set(cookies) == {"__Host-access", "__Host-refresh"}
    for cookie in cookies.values():
        assert cookie["httponly"]
        assert cookie["secure"]
        assert cookie["path"] == "/"
        assert cookie["samesite"] == "lax"
        assert not cookie["domain"]
    assert ana.headers["cache-control"] == "no-store"


def test_a_wrong_password_is_refused_in_the_one_form(visitor: httpx.Client) -> None:
    create_account(email=EMAIL)
    answer = visitor.post("/auth/login", json={"email": EMAIL, "password": "x"})
    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_credentials"
    assert not answer.headers.get_list("set-cookie")


@pytest.mark.parametrize("token", ["nonsense", "a.b.c"])
def test_a_bad_token_is_refused_as_invalid(visitor: httpx.Client, token: str) -> None:
    answer = visitor.get("/auth/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401
    assert answer.json()["error"] == "INVALID_TOKEN"
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_token_with_something_appended_is_another_token(
    visitor: httpx.Client, ana: httpx.Response
) -> None:
    headers = {"Authorization": f"Bearer {ana.json()['token']}="}
    assert visitor.get("/auth/me", headers=headers).status_code == 401


def test_the_refresh_cookie_brings_a_fresh_token(
    visitor: httpx.Client, ana: httpx.Response
) -> None:
    headers = cookie_header(ana) | OWN_PAGE
    answer = visitor.post("/auth/refresh", headers=headers)
    assert answer.status_code == 200
    assert visitor.get("/auth/me", headers=bearer(answer)).status_code == 200
    assert set(cookies_of(answer)) == {"__Host-access", "__Host-refresh"}


def test_without_a_refresh_cookie_there_is_no_fresh_token(
    visitor: httpx.Client,
) -> None:
    assert visitor.post("/auth/refresh").status_code == 401


def test_signing_out_ends_the_login_and_takes_the_cookies(
    visitor: httpx.Client, ana: httpx.Response
) -> None:
    cookies = cookie_header(ana) | OWN_PAGE
    answer = visitor.post("/auth/logout", headers=cookies)
    assert answer.status_code == 204
    assert all(one["max-age"] == "0" for one in cookies_of(answer).values())
    assert visitor.get("/auth/me", headers=bearer(ana)).status_code == 401
    assert visitor.post("/auth/refresh", headers=cookies).status_code == 401


def test_a_program_signs_out_with_its_token(
    visitor: httpx.Client, ana: httpx.Response
) -> None:
    assert visitor.post("/auth/logout", headers=bearer(ana)).status_code == 204
    assert visitor.get("/auth/me", headers=bearer(ana)).status_code == 401


def test_signing_out_twice_or_without_a_login_changes_nothing(
    visitor: httpx.Client,
) -> None:
    assert visitor.post("/auth/logout").status_code == 204


@pytest.mark.parametrize(
    "foreign",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://elsewhere.example"},
        {},
    ],
)
def test_another_sites_page_cannot_use_the_cookie(
    visitor: httpx.Client, ana: httpx.Response, foreign: dict[str, str]
) -> None:
    headers = cookie_header(ana) | foreign
    for path in ("/auth/refresh", "/auth/logout", "/profiles/batch/approve"):
        answer = visitor.post(path, headers=headers, json={"ids": [str(EMAIL)]})
        assert answer.status_code == 403, path
        assert answer.json()["error"] == "foreign_origin"
    assert visitor.get("/auth/me", headers=headers).status_code == 200


def test_a_role_that_lacks_a_permission_is_told_which(
    visitor: httpx.Client, ana: httpx.Response
) -> None:
    answer = visitor.post("/pipeline/run", headers=bearer(ana), json={})
    assert answer.status_code == 403
    assert answer.json()["details"] == {"permission": "campaigns.write"}


def test_nothing_is_told_to_a_visitor(visitor: httpx.Client) -> None:
    for path in ("/campaigns", "/profiles", "/tracking/stream", "/health/detailed"):
        assert visitor.get(path).status_code == 401, path
    assert visitor.get("/health").json() == {"status": "ok"}
