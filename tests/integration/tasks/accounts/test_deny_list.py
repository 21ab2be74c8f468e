"""Tokens that were taken back, by their own id and for as long as they would live."""

import asyncio
from datetime import timedelta

import pytest

from config.clock import now
from config.connections import close_async_redis_client, redis_client
from tasks.accounts import deny_list
from tasks.accounts.deny_list import (
    UncertainLoginError,
    Verdict,
    announce_change,
    deny_logins,
    deny_token,
    is_login_welcome,
    look_up,
)
from tasks.accounts.tokens import Claims, issue_access_token, read_token
from tests.factories.accounts import create_login

pytestmark = pytest.mark.usefixtures("database")


def verdict_of(claims: Claims, *, surely: bool = False) -> Verdict:
    async def ask() -> Verdict:
        try:
            return await look_up(claims, surely=surely)
        finally:
            await close_async_redis_client()

    return asyncio.run(ask())


@pytest.fixture
def claims() -> Claims:
    return read_token(create_login().tokens.access)


def test_one_token_is_denied_for_the_rest_of_its_life_and_others_are_not(
    claims: Claims,
) -> None:
    assert claims.ends_at is not None
    deny_token(claims, now_seconds=claims.ends_at - 60)
    assert verdict_of(claims).is_denied
    key = next(iter(redis_client().scan_iter("denied:token:*")))
    assert 59_000 < redis_client().pttl(key) <= 60_000
    assert not verdict_of(claims._replace(token_id="another")).is_denied


def test_all_tokens_of_a_login_are_denied_with_it(claims: Claims) -> None:
    deny_logins([claims.login_id])
    assert verdict_of(claims._replace(token_id=None)).is_denied
    assert not is_login_welcome(claims.login_id)
    key = next(iter(redis_client().scan_iter("denied:login:*")))
    assert redis_client().pttl(key) <= 900_000


def test_a_change_of_permissions_is_announced_and_denies_nothing(
    claims: Claims,
) -> None:
    announce_change([claims.login_id], lasting=timedelta(seconds=6))
    assert verdict_of(claims) == Verdict(is_denied=False, is_changed=True)
    assert is_login_welcome(claims.login_id)


@pytest.mark.usefixtures("redis_away")
def test_without_redis_plain_requests_go_on_and_the_administration_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    claims = read_token(create_login().tokens.access)
    monkeypatch.setattr(deny_list, "_ask_again_at", 0.0)
    assert not verdict_of(claims).is_sure
    with pytest.raises(UncertainLoginError):
        verdict_of(claims, surely=True)
    with pytest.raises(UncertainLoginError):
        is_login_welcome(claims.login_id)
    deny_token(claims, now_seconds=0)
    deny_logins([claims.login_id])


def test_two_tokens_of_one_login_have_ids_of_their_own(claims: Claims) -> None:
    other = read_token(issue_access_token(claims, now=now()))
    assert other.token_id != claims.token_id
