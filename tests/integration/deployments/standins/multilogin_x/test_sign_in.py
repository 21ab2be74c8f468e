"""Sign-in, tokens and workspaces are the vendor's, word by word."""

import re
import time
from hashlib import md5

import httpx
import jwt
import pytest

from tests.fixtures.multilogin import EMAIL, PASSWORD, MultiloginX
from tests.fixtures.multilogin_raw import (
    RawMultilogin,
    problem_of,
    raw_multilogin,
)

WRONG_TOKEN = (401, "UNAUTHORIZED_REQUEST", "Wrong JWT token")
INCORRECT = (400, "BAD_REQUEST_VALUES", "Incorrect credentials")


def digest(password: str) -> str:
    return md5(password.encode(), usedforsecurity=False).hexdigest()


def sign_in(here: MultiloginX, email: str, password: str) -> httpx.Response:
    body = {"email": email, "password": password}
    return httpx.post(f"{here.cloud}/user/signin", json=body)


def refresh(here: MultiloginX, **body: str) -> httpx.Response:
    body = {"email": EMAIL} | body
    return httpx.post(f"{here.cloud}/user/refresh_token", json=body)


def team_of(raw: RawMultilogin) -> str:
    workspaces = raw.get("/user/workspaces")["workspaces"]
    team: str = next(
        one["workspace_id"] for one in workspaces if one["role"] == "manager"
    )
    return team


def test_signing_in_gives_a_token_and_a_refresh_token_and_nothing_else(
    multilogin_x: MultiloginX,
) -> None:
    told = sign_in(multilogin_x, EMAIL, digest(PASSWORD))
    assert problem_of(told) == (200, "", "Successful signin")
    assert set(told.json()["data"]) == {"refresh_token", "token"}
    assert re.fullmatch("[0-9a-f]{16}", told.json()["data"]["refresh_token"])


@pytest.mark.parametrize("email", ["", "nobody", "a@b"])
def test_an_email_that_is_none_is_a_bad_body(
    multilogin_x: MultiloginX, email: str
) -> None:
    told = sign_in(multilogin_x, email, digest(PASSWORD))
    assert problem_of(told) == (400, "BAD_REQUEST_BODY", "invalid email format")


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("nobody@muster.example", digest(PASSWORD)),
        (EMAIL, digest("wrong")),
        (EMAIL, ""),
        (EMAIL, PASSWORD),
    ],
)
def test_wrong_credentials_are_400_and_not_401(
    multilogin_x: MultiloginX, email: str, password: str
) -> None:
    told = sign_in(multilogin_x, email, password)
    assert problem_of(told) == INCORRECT
    assert told.json()["data"] is None


def test_a_token_holds_for_1800_seconds_and_names_the_workspace(
    raw: RawMultilogin,
) -> None:
    claims = jwt.decode(raw.token, options={"verify_signature": False})
    assert jwt.get_unverified_header(raw.token)["alg"] == "HS512"
    assert claims["exp"] - claims["iat"] == 1800
    assert abs(claims["iat"] - time.time()) < 60
    assert claims["sub"] == "MLX"
    assert claims["iss"] == claims["userID"]
    assert claims["isAutomation"] is False
    assert claims["workspaceRole"] == "owner"
    known = {"bpds.bucket", "email", "isAutomation", "machineID", "productID"}
    known |= {"shardID", "userID", "verified", "workspaceID", "workspaceRole"}
    assert known | {"planName", "jti", "sub", "iss", "iat", "exp"} == set(claims)


@pytest.mark.parametrize("host", ["cloud", "launcher", "cookies"])
@pytest.mark.parametrize("bearer", ["", "Bearer", "Bearer x.y.z", "Basic eA=="])
def test_a_missing_or_wrong_token_is_refused_on_every_host(
    raw: RawMultilogin, host: str, bearer: str
) -> None:
    paths = {
        "cloud": "/workspace/folders",
        "launcher": "/api/v1/profile/statuses",
        "cookies": "/api/v1/cookies/metadata/websites",
    }
    told = raw.ask("GET", host, paths[host], headers={"Authorization": bearer})
    assert problem_of(told) == WRONG_TOKEN


def test_a_token_that_is_expired_or_signed_by_another_is_refused(
    raw: RawMultilogin,
) -> None:
    claims = jwt.decode(raw.token, options={"verify_signature": False})
    forged = jwt.encode(claims, "k" * 64, algorithm="HS512")
    unsigned = jwt.encode(claims, "", algorithm="none")
    for token in (forged, unsigned):
        told = RawMultilogin(raw.here, token).ask("GET", "cloud", "/user/workspaces")
        assert problem_of(told) == WRONG_TOKEN


def test_a_refresh_token_is_used_once(multilogin_x: MultiloginX) -> None:
    first = multilogin_x.sign_in()["refresh_token"]
    told = refresh(multilogin_x, refresh_token=first)
    assert problem_of(told) == (200, "", "Token successfully updated")
    second = told.json()["data"]["refresh_token"]
    assert second != first
    assert problem_of(refresh(multilogin_x, refresh_token=first)) == INCORRECT
    assert refresh(multilogin_x, refresh_token=second).is_success


def test_refreshing_says_what_is_wrong(multilogin_x: MultiloginX) -> None:
    mine = multilogin_x.sign_in()["refresh_token"]
    bad = (400, "BAD_REQUEST_BODY", "invalid refresh token")
    assert problem_of(refresh(multilogin_x, refresh_token="short")) == bad
    other = refresh(multilogin_x, refresh_token=mine, email="x@muster.example")
    assert problem_of(other) == INCORRECT
    elsewhere = "00000000-0000-4000-8000-000000000000"
    told = refresh(multilogin_x, refresh_token=mine, workspace_id=elsewhere)
    wrong = (400, "BAD_REQUEST_VALUES", "Wrong workspace user")
    assert problem_of(told) == wrong
    assert refresh(multilogin_x, refresh_token=mine).is_success


def test_a_team_is_reached_only_after_switching_the_workspace(
    raw: RawMultilogin,
) -> None:
    team = team_of(raw)
    mine = raw.here.sign_in()["refresh_token"]
    switched = refresh(raw.here, refresh_token=mine, workspace_id=team)
    member = RawMultilogin(raw.here, switched.json()["data"]["token"])
    claims = jwt.decode(member.token, options={"verify_signature": False})
    assert (claims["workspaceID"], claims["workspaceRole"]) == (team, "manager")
    identity = member.create("of the team")
    refused = raw.ask("POST", "cloud", "/profile/metas", {"ids": [identity]})
    assert refused.status_code == 403
    path = f"/api/v2/profile/f/{member.folder_id()}/p/{identity}/start"
    assert raw.ask("GET", "launcher", path).status_code == 403
    # A refresh without a workspace stays where it was.
    again = refresh(
        raw.here, refresh_token=switched.json()["data"]["refresh_token"]
    ).json()["data"]["token"]
    assert RawMultilogin(raw.here, again).meta(identity)["workspace_id"] == team


@pytest.mark.parametrize(
    ("period", "seconds"),
    [("", 86_400), ("1h", 3600), ("16h", 57_600), ("2w", 1_209_600), ("no_exp", None)],
)
def test_an_automation_token_holds_as_long_as_was_asked_for(
    raw: RawMultilogin, period: str, seconds: int | None
) -> None:
    query = f"?expiration_period={period}" if period else ""
    token = raw.get(f"/workspace/automation_token{query}")["token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["isAutomation"] is True
    assert claims.get("exp") == (seconds and claims["iat"] + seconds)
    unattended = RawMultilogin(raw.here, token)
    assert unattended.get("/workspace/folders")["folders"]


def test_a_period_that_is_none_is_refused_and_strict_mode_has_no_default(
    raw: RawMultilogin,
) -> None:
    path = "/workspace/automation_token"
    assert raw.ask("GET", "cloud", f"{path}?expiration_period=2h").status_code == 400
    assert raw.ask("GET", "cloud", path, strict=True).status_code == 400


def test_a_revoked_token_holds_no_more_and_all_can_be_revoked_at_once(
    raw: RawMultilogin,
) -> None:
    other = raw_multilogin(raw.here)
    assert other.token in raw.here.tokens(raw.token)
    told = raw.ask("POST", "cloud", "/user/revoke_tokens", {"token": other.token})
    assert problem_of(told) == (200, "", "Tokens successfully revoked")
    refused = other.ask("GET", "cloud", "/user/workspaces")
    assert problem_of(refused) == WRONG_TOKEN
    raw.post("/user/revoke_tokens", {})
    assert raw.ask("GET", "launcher", "/api/v1/profile/statuses").status_code == 401


def test_changing_the_password_ends_every_token(multilogin_x: MultiloginX) -> None:
    email, old, new = "changing@muster.example", digest("old"), digest("new")
    body = {"email": email, "password": old}
    opened = httpx.post(f"{multilogin_x.cloud}/user/signup", json=body)
    assert opened.status_code == 201
    again = httpx.post(f"{multilogin_x.cloud}/user/signup", json=body)
    assert problem_of(again)[0::2] == (409, "User email already registered")
    token = sign_in(multilogin_x, email, old).json()["data"]["token"]
    person = RawMultilogin(multilogin_x, token)
    unattended = person.get("/workspace/automation_token")["token"]
    person.post("/user/change_password", {"password": old, "new_password": new})
    for ended in (token, unattended):
        asked = RawMultilogin(multilogin_x, ended).ask(
            "GET", "cloud", "/user/workspaces"
        )
        assert problem_of(asked) == WRONG_TOKEN
    assert problem_of(sign_in(multilogin_x, email, old)) == INCORRECT
    assert sign_in(multilogin_x, email, new).is_success
