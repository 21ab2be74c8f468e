"""There are three ways in, and a request takes exactly one."""

from typing import Any

import pytest
from pydantic import ValidationError

from tasks.accounts.schemas import SignInRequest

PASSWORD = {"email": "ana@muster.example", "password": "x"}


@pytest.mark.parametrize(
    "asked", [PASSWORD, {"plexToken": "of-plex"}, {"plexPinId": 7}]
)
def test_one_way_is_taken(asked: dict[str, Any]) -> None:
    assert SignInRequest.model_validate(asked)


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"email": "ana@muster.example"},
        {"password": "x"},
        PASSWORD | {"plexToken": "of-plex"},
        {"plexToken": "of-plex", "plexPinId": 7},
        {"plexToken": ""},
        {"plexToken": "two\r\nlines"},
        {"plexToken": None},
        {"plexPinId": 0},
        {"email": "", "password": ""},
    ],
)
def test_anything_else_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SignInRequest.model_validate(asked)
