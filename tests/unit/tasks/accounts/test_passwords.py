"""Argon2id at the cost that is set."""

import pytest

from tasks.accounts.passwords import check_password, hash_password
from tests.fixtures.database import forget_settings


@pytest.fixture(autouse=True)
def cheap(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("MUSTER_ACCOUNTS__ARGON2_MEMORY_KIB", "64")
    environment.setenv("MUSTER_ACCOUNTS__ARGON2_PASSES", "1")
    forget_settings()


def test_only_the_right_password_is_right() -> None:
    stored = hash_password("correct horse")
    assert check_password("correct horse", password_hash=stored).is_right
    assert not check_password("Correct horse", password_hash=stored).is_right


def test_two_hashes_of_one_password_differ() -> None:
    assert hash_password("the same") != hash_password("the same")


def test_nobody_has_a_right_password() -> None:
    assert not check_password("", password_hash=None).is_right
    assert not check_password("anything", password_hash=None).is_right


def test_a_hash_that_is_none_is_refused_quietly() -> None:
    assert not check_password("x", password_hash="not a hash").is_right


def test_a_hash_of_another_cost_is_outdated(environment: pytest.MonkeyPatch) -> None:
    stored = hash_password("correct horse")
    assert not check_password("correct horse", password_hash=stored).is_outdated
    environment.setenv("MUSTER_ACCOUNTS__ARGON2_PASSES", "2")
    forget_settings()
    assert check_password("correct horse", password_hash=stored).is_outdated


def test_the_cost_by_default_is_what_owasp_asks_for(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.delenv("MUSTER_ACCOUNTS__ARGON2_MEMORY_KIB")
    environment.delenv("MUSTER_ACCOUNTS__ARGON2_PASSES")
    forget_settings()
    assert hash_password("x").startswith("$argon2id$v=19$m=19456,t=2,p=1$")
