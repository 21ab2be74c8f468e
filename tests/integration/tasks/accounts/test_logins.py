"""Logins on a real database: opened, refreshed by many tabs at once, ended."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from config.vocabulary import Role
from tasks.accounts import logins
from tasks.accounts.logins import (
    InvalidCredentialsError,
    close_login,
    identify,
    open_login,
    refresh_login,
)
from tasks.accounts.schemas import LoginRequest
from tasks.accounts.tokens import Claims, InvalidTokenError, issue_console_token
from tasks.database import transaction
from tests.factories.accounts import (
    DEVICE,
    PASSWORD,
    age_all_logins,
    create_account,
    create_login,
)
from tests.fixtures.database import forget_settings

pytestmark = pytest.mark.usefixtures("database")


def test_the_right_password_opens_a_login_whatever_the_case_of_the_email() -> None:
    account_id = create_account(Role.REVIEWER, email="ana@muster.example")
    asked = LoginRequest(email=" Ana@Muster.Example ", password=PASSWORD)
    opened = open_login(asked, device=DEVICE)
    assert opened.caller.account_id == account_id
    assert identify(opened.tokens.access) == opened.caller


def test_nobody_learns_why_a_login_is_refused() -> None:
    create_account(email="ana@muster.example")
    create_account(email="gone@muster.example")
    with transaction() as session:
        session.execute(
            text("UPDATE accounts SET is_active = false WHERE email LIKE 'gone%'")
        )
    said = set()
    for email, password in (
        ("ana@muster.example", "wrong"),
        ("nobody@muster.example", PASSWORD),
        ("gone@muster.example", PASSWORD),
    ):
        with pytest.raises(InvalidCredentialsError) as refused:
            open_login(LoginRequest(email=email, password=password), device=DEVICE)
        said.add(refused.value.message)
    assert len(said) == 1


def test_a_hash_is_made_anew_when_the_cost_has_changed(
    environment: pytest.MonkeyPatch,
) -> None:
    create_account(email="ana@muster.example")
    environment.setenv("MUSTER_ACCOUNTS__ARGON2_PASSES", "2")
    forget_settings()
    asked = LoginRequest(email="ana@muster.example", password=PASSWORD)
    open_login(asked, device=DEVICE)
    with transaction() as session:
        stored = session.scalar(text("SELECT password_hash FROM accounts"))
    assert "t=2" in str(stored)
    open_login(asked, device=DEVICE)


def test_twenty_tabs_that_refresh_at_once_stay_signed_in_together() -> None:
    opened = create_login()
    age_all_logins(timedelta(hours=1))
    with ThreadPoolExecutor(20) as tabs:
        refreshed = list(tabs.map(refresh_login, [opened.tokens.refresh] * 20))
    assert len({one.tokens.refresh for one in refreshed}) == 1
    assert refreshed[0].tokens.refresh != opened.tokens.refresh
    assert all(identify(one.tokens.access) for one in refreshed)
    assert refresh_login(refreshed[0].tokens.refresh)


def test_a_used_token_that_comes_back_later_ends_the_login() -> None:
    opened = create_login()
    age_all_logins(timedelta(hours=1))
    successor = refresh_login(opened.tokens.refresh)
    age_all_logins(timedelta(seconds=11))
    with pytest.raises(InvalidTokenError):
        refresh_login(opened.tokens.refresh)
    with pytest.raises(InvalidTokenError):
        refresh_login(successor.tokens.refresh)
    with pytest.raises(InvalidTokenError):
        identify(successor.tokens.access)


def test_a_token_older_than_the_last_two_ends_the_login_too() -> None:
    first = create_login()
    age_all_logins(timedelta(hours=1))
    second = refresh_login(first.tokens.refresh)
    age_all_logins(timedelta(hours=1))
    third = refresh_login(second.tokens.refresh)
    with pytest.raises(InvalidTokenError):
        refresh_login(first.tokens.refresh)
    with pytest.raises(InvalidTokenError):
        identify(third.tokens.access)


def test_a_closed_login_is_worth_nothing_at_once_and_others_stay() -> None:
    closed, kept = create_login(), create_login(Role.REVIEWER)
    close_login(closed.caller.login_id)
    claims = Claims(closed.caller.account_id, closed.caller.login_id)
    for token in (closed.tokens.access, issue_console_token(claims)):
        with pytest.raises(InvalidTokenError):
            identify(token)
    with pytest.raises(InvalidTokenError):
        refresh_login(closed.tokens.refresh)
    assert identify(kept.tokens.access)


def test_a_login_that_was_not_used_for_a_week_is_over() -> None:
    opened = create_login()
    age_all_logins(timedelta(days=7, seconds=1))
    with pytest.raises(InvalidTokenError):
        refresh_login(opened.tokens.refresh)
    with pytest.raises(InvalidTokenError):
        identify(opened.tokens.access)


def test_an_account_that_is_no_longer_active_is_not_let_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened = create_login()
    monkeypatch.setattr(logins, "REMEMBERED_SECONDS", 0.0)
    assert identify(opened.tokens.access)
    with transaction() as session:
        session.execute(text("UPDATE accounts SET is_active = false"))
    with pytest.raises(InvalidTokenError):
        identify(opened.tokens.access)
