"""Wrong passwords cost time, by one count for all processes."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from config.connections import redis_client
from tasks.accounts import logins
from tasks.accounts.logins import InvalidCredentialsError, open_login, refresh_login
from tasks.accounts.passwords import check_password
from tasks.accounts.schemas import Device, LoginRequest
from tasks.accounts.throttle import ThrottleAwayError, forgive_try, take_try
from tests.factories.accounts import PASSWORD, create_account, create_login

pytestmark = pytest.mark.usefixtures("database")

ANA = "ana@muster.example"
KEYS = {"account": ANA, "address": "192.0.2.1"}
HERE = Device(user_agent="tests", address="192.0.2.1")


def wait_ms() -> float:
    """Return the longest wait anybody has now, in ms."""
    redis = redis_client()
    seconds, microseconds = redis.time()
    waits = [
        float(redis.hget(key, "until") or 0) - seconds * 1000 - microseconds / 1000
        for key in redis.scan_iter("throttle:*")
    ]
    return max(waits, default=0.0)


def end_all_waits() -> None:
    for key in redis_client().scan_iter("throttle:*"):
        redis_client().hdel(key, "until")


def test_five_tries_are_free_then_the_wait_doubles_to_a_quarter_of_an_hour() -> None:
    assert [take_try(**KEYS) for _ in range(5)] == [False] * 5
    assert take_try(**KEYS)
    seconds = []
    for _ in range(12):
        seconds.append(round(wait_ms() / 1000))
        end_all_waits()
        assert not take_try(**KEYS)
    assert seconds == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]


def test_knocking_while_it_is_shut_does_not_make_the_wait_longer() -> None:
    for _ in range(5):
        take_try(**KEYS)
    before = wait_ms()
    assert all(take_try(**KEYS) for _ in range(20))
    assert wait_ms() <= before


def test_many_at_once_are_not_more_than_one_after_the_other() -> None:
    with ThreadPoolExecutor(20) as knocking:
        early = list(knocking.map(lambda _: take_try(**KEYS), range(60)))
    assert early.count(False) == 5


def test_the_wait_ends_by_itself() -> None:
    for _ in range(5):
        take_try(**KEYS)
    assert 0 < redis_client().pttl(f"throttle:address:{KEYS['address']}") <= 3_601_000


def test_a_success_forgives_the_account_and_one_try_of_the_address() -> None:
    for number in range(4):
        assert not take_try(account=f"{number}@muster.example", address="192.0.2.1")
    assert not take_try(**KEYS)
    forgive_try(**KEYS)
    assert not take_try(**KEYS)  # the fifth of the address again
    assert take_try(**KEYS)
    assert not take_try(account=ANA, address="192.0.2.2")


def test_one_address_cannot_try_one_account_after_the_other() -> None:
    early = [
        take_try(account=f"{number}@muster.example", address="192.0.2.1")
        for number in range(6)
    ]
    assert early == [False] * 5 + [True]


def test_one_account_cannot_be_tried_from_one_address_after_the_other() -> None:
    early = [take_try(account=ANA, address=f"192.0.2.{number}") for number in range(6)]
    assert early == [False] * 5 + [True]


@pytest.mark.parametrize("password", [PASSWORD, "wrong"])
@pytest.mark.parametrize("account", [ANA, "nobody@muster.example"])
def test_whoever_comes_too_early_gets_the_same_words_after_the_same_work(
    monkeypatch: pytest.MonkeyPatch, account: str, password: str
) -> None:
    create_account(email=ANA)
    worked: list[str | None] = []

    def watched(password: str, *, password_hash: str | None) -> object:
        worked.append(password_hash)
        return check_password(password, password_hash=password_hash)

    monkeypatch.setattr(logins, "check_password", watched)
    said = set()
    for _ in range(8):
        with pytest.raises(InvalidCredentialsError) as refused:
            open_login(LoginRequest(email=account, password="wrong"), device=HERE)
        said.add((refused.value.message, refused.value.code))
    with pytest.raises(InvalidCredentialsError) as refused:
        open_login(LoginRequest(email=account, password=password), device=HERE)
    said.add((refused.value.message, refused.value.code))
    assert len(said) == 1
    assert len(worked) == 9


def test_after_the_wait_the_right_password_opens_and_all_is_forgotten() -> None:
    create_account(email=ANA)
    for _ in range(6):
        with pytest.raises(InvalidCredentialsError):
            open_login(LoginRequest(email=ANA, password="wrong"), device=HERE)
    end_all_waits()
    open_login(LoginRequest(email=ANA, password=PASSWORD), device=HERE)
    assert [take_try(account=ANA, address="192.0.2.9") for _ in range(5)] == [False] * 5


def test_a_refresh_is_not_a_try() -> None:
    opened = create_login()
    for _ in range(30):
        refresh_login(opened.tokens.refresh, device=HERE)
    assert not list(redis_client().scan_iter("throttle:*"))


@pytest.mark.usefixtures("redis_away")
def test_without_redis_nobody_tries() -> None:
    with pytest.raises(ThrottleAwayError):
        take_try(**KEYS)
