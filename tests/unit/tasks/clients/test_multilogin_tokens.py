"""Whether a token of Multilogin X is still good, and what comes next."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from pydantic import SecretStr

from tasks.clients.multilogin_errors import MultiLoginUnreadableError
from tasks.clients.multilogin_keys import account_key
from tasks.clients.multilogin_tokens import (
    Step,
    Tokens,
    hash_password,
    next_step,
    read_tokens,
    workspace_of,
)

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
KEY = "of tests, and long enough for the longest of the digests that are in use here"


def made(seconds: float, *, refresh: str = "r", **claims: Any) -> Tokens:
    told = {"exp": int((NOON + timedelta(seconds=seconds)).timestamp()), **claims}
    return read_tokens(
        {"token": jwt.encode(told, KEY, algorithm="HS512"), "refresh_token": refresh}
    )


@pytest.mark.parametrize(
    ("seconds", "is_good"),
    [(1800, True), (61, True), (60, False), (1, False), (-5, False)],
)
def test_a_token_is_good_until_a_minute_before_its_end(
    seconds: int, *, is_good: bool
) -> None:
    assert made(seconds).is_good(now=NOON) is is_good


@pytest.mark.parametrize(
    ("seconds", "refresh", "refused", "step"),
    [
        (1800, "r", 0, Step.USE),
        (30, "r", 0, Step.REFRESH),
        (30, "", 0, Step.SIGN_IN),
        (1800, "r", 1, Step.REFRESH),
        (1800, "", 1, Step.SIGN_IN),
        (1800, "r", 2, Step.SIGN_IN),
    ],
)
def test_a_refused_token_is_refreshed_once_and_then_replaced(
    seconds: int, refresh: str, refused: int, step: Step
) -> None:
    tokens = made(seconds, refresh=refresh)
    earlier: Sequence[str] = ["earlier"] * (refused - 1)
    tried = [*earlier, tokens.access.get_secret_value()] if refused else []
    assert next_step(tokens, refused=tried, now=NOON) is step


def test_a_token_that_somebody_else_got_meanwhile_is_used() -> None:
    assert next_step(made(1800), refused=["a", "b"], now=NOON) is Step.USE


def test_without_tokens_there_is_a_sign_in() -> None:
    assert next_step(None, refused=(), now=NOON) is Step.SIGN_IN


def test_the_end_and_the_workspace_are_read_from_the_token() -> None:
    tokens = made(90, workspaceID="w1")
    assert tokens.expires_at == NOON + timedelta(seconds=90)
    assert tokens.workspace_id == "w1"
    endless = jwt.encode({"workspaceID": "w2"}, KEY, algorithm="HS512")
    assert workspace_of(endless) == "w2"


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "eyJ",
        {},
        {"token": "hush-hush"},
        {"token": jwt.encode({"sub": "MLX"}, KEY, algorithm="HS512")},
        {"token": jwt.encode({"exp": 10**30}, KEY, algorithm="HS512")},
    ],
)
def test_what_is_no_token_is_unreadable_and_not_shown(data: Any) -> None:
    with pytest.raises(MultiLoginUnreadableError) as failed:
        read_tokens(data)
    assert "hush" not in f"{failed.value!r}"


def test_tokens_do_not_show_in_a_text() -> None:
    tokens = made(90, refresh="hush")
    assert tokens.access.get_secret_value() not in f"{tokens} {tokens!r}"
    assert "hush" not in f"{tokens} {tokens!r}"


def test_the_password_goes_as_md5_in_lower_case() -> None:
    assert hash_password(SecretStr("pässword")) == "8e1843033a0f6ee52e2f618aa8ebbef4"
    assert hash_password(SecretStr("password")) == "5f4dcc3b5aa765d61d8327deb882cf99"
    hashed = "5f4dcc3b5aa765d61d8327deb882cf99"
    assert hash_password(SecretStr(hashed)) != hashed


def test_a_key_names_an_account_without_saying_whose_it_is() -> None:
    one = {"cloud_url": "https://a.example", "email": "Ann@a.example"}
    key = account_key("tokens", **one, workspace_id="")
    same = {"cloud_url": "https://a.example/", "email": " ann@a.example"}
    assert account_key("tokens", **same, workspace_id="") == key
    assert account_key("tokens", **one, workspace_id="w") != key
    assert "ann" not in key.lower().split("{")[0]
    assert "@" not in key
