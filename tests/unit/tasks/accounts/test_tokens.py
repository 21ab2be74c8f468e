"""Signed tokens are of one kind each; refresh tokens lead to one successor."""

import base64
import json
from datetime import timedelta
from uuid import UUID, uuid4

import jwt
import pytest

from config.clock import now
from config.errors import SetupError
from tasks.accounts.tokens import (
    Claims,
    InvalidTokenError,
    first_refresh_token,
    issue_access_token,
    issue_console_token,
    next_refresh_token,
    read_refresh_token,
    read_token,
    signing_key,
    write_refresh_token,
)
from tests.fixtures.database import forget_settings

KEY = "a key of the tests, as long as the longest algorithm of its family needs"
CLAIMS = Claims(account_id=uuid4(), login_id=uuid4())


@pytest.fixture(autouse=True)
def key(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("MUSTER_ACCOUNTS__SIGNING_KEY", KEY)
    forget_settings()


def forged(*, algorithm: str = "HS256", typ: str = "at+jwt", **changed: object) -> str:
    stated = {
        "iss": "muster",
        "aud": "muster-api",
        "sub": str(CLAIMS.account_id),
        "sid": str(CLAIMS.login_id),
        "iat": 1,
        "exp": 10**11,
        "jti": "once",
    }
    body = {name: value for name, value in (stated | changed).items() if value}
    signed_with = KEY if algorithm != "none" else None
    return jwt.encode(body, signed_with, algorithm=algorithm, headers={"typ": typ})


def test_an_access_token_speaks_for_its_account_and_login() -> None:
    assert read_token(issue_access_token(CLAIMS, now=now()))[:2] == CLAIMS[:2]


def test_two_access_tokens_of_one_moment_differ() -> None:
    at = now()
    assert issue_access_token(CLAIMS, now=at) != issue_access_token(CLAIMS, now=at)


def test_a_console_token_is_the_same_each_time() -> None:
    token = issue_console_token(CLAIMS)
    assert token == issue_console_token(CLAIMS)
    assert read_token(token) == CLAIMS


def test_the_forger_of_these_tests_can_make_a_good_token() -> None:
    assert read_token(forged()) == Claims(*CLAIMS[:2], "once", 10**11)


@pytest.mark.parametrize(
    "token",
    [
        forged(algorithm="none"),
        forged(algorithm="HS512"),
        forged(typ="JWT"),
        forged(typ="console+jwt"),  # its audience is the API's
        forged(aud="console"),
        forged(iss="somebody"),
        forged(exp=2),
        forged(exp=None),
        forged(jti=None),
        forged(sid=None),
        forged(sub="nobody"),
        forged() + "=",
        forged() + ".",
        forged()[:-2],
        "",
        "a.b.c",
        "é.é.é",
        "Bearer",
    ],
)
def test_a_token_of_any_other_kind_is_refused(token: str) -> None:
    with pytest.raises(InvalidTokenError):
        read_token(token)


def test_an_access_token_ends() -> None:
    with pytest.raises(InvalidTokenError):
        read_token(issue_access_token(CLAIMS, now=now() - timedelta(hours=1)))


def test_a_token_signed_with_another_key_is_refused(
    environment: pytest.MonkeyPatch,
) -> None:
    token = issue_access_token(CLAIMS, now=now())
    environment.setenv("MUSTER_ACCOUNTS__SIGNING_KEY", KEY + " now")
    forget_settings()
    with pytest.raises(InvalidTokenError):
        read_token(token)


def test_a_short_key_is_refused_by_the_name_of_its_setting(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("MUSTER_ACCOUNTS__SIGNING_KEY", "short")
    forget_settings()
    with pytest.raises(SetupError, match="MUSTER_ACCOUNTS__SIGNING_KEY"):
        signing_key()


def test_a_refresh_token_is_read_back_as_it_was_written() -> None:
    token = first_refresh_token(UUID(int=7))
    assert read_refresh_token(write_refresh_token(token)) == token


def test_a_refresh_token_has_one_successor_that_cannot_be_guessed() -> None:
    token = first_refresh_token(uuid4())
    successor = next_refresh_token(token)
    assert successor == next_refresh_token(token)
    assert successor.login_id == token.login_id
    assert successor.secret != token.secret
    assert token.hash != successor.hash


@pytest.mark.parametrize("text", ["", "x", "é", "A" * 86, "=" * 20])
def test_a_refresh_token_we_never_made_is_refused(text: str) -> None:
    with pytest.raises(InvalidTokenError):
        read_refresh_token(text)


def test_a_refresh_token_for_another_login_cannot_be_made_of_ones_own() -> None:
    own = write_refresh_token(first_refresh_token(uuid4()))
    raw = base64.urlsafe_b64decode(own + "==")
    other = base64.urlsafe_b64encode(uuid4().bytes + raw[16:]).decode()
    with pytest.raises(InvalidTokenError):
        read_refresh_token(other)


def test_a_console_token_states_no_end_that_could_change_it() -> None:
    body = issue_console_token(CLAIMS).split(".")[1]
    stated = json.loads(base64.urlsafe_b64decode(body + "=="))
    assert set(stated) == {"iss", "aud", "sub", "sid"}
