"""Which passwords may be chosen: length counts, what everybody tries does not."""

import pytest

from tasks.accounts.password_rules import (
    LONGEST,
    WeakPasswordError,
    check_new_password,
    common_passwords,
)

ANA = ("ana.moreno@muster.example", "Ana Moreno")


@pytest.mark.parametrize(
    "password",
    [
        "correct horse",
        "пароль из слов",
        "x7!kd02a",
        "a" * 100 + "bc",
        "Ana paints barns",
        " spaces count too ",
    ],
)
def test_any_uncommon_password_of_eight_to_128_characters_may_be_chosen(
    password: str,
) -> None:
    check_new_password(password, about=ANA)


@pytest.mark.parametrize(
    "password",
    [
        "seven77",
        "x1" * 65,
        "Password1",
        "QWERTYUIOP",
        "1234567890",
        "aaaaaaaaaaaa",
        "abababababab",
        "ana.moreno",
        "Moreno1984!",
        "ana.moreno@muster.example",
        "muster2024",
    ],
)
def test_what_is_tried_first_is_refused(password: str) -> None:
    with pytest.raises(WeakPasswordError) as refused:
        check_new_password(password, about=ANA, field="password")
    assert refused.value.details["fields"][0]["path"] == "password"


def test_the_list_holds_more_than_the_three_thousand_of_asvs() -> None:
    assert len(common_passwords()) > 3_000
    assert min(map(len, common_passwords())) == 8


def test_the_longest_password_is_not_cut() -> None:
    check_new_password("q7" + "x" * (LONGEST - 2))
    with pytest.raises(WeakPasswordError):
        check_new_password("q7" + "x" * (LONGEST - 1))
