"""Which versions a change is meant for."""

import pytest

from config.errors import VersionRequiredError
from ui.api.conditions import seen_versions


@pytest.mark.parametrize(
    ("if_match", "stated", "seen"),
    [
        ('"3"', None, {3}),
        ('"3", "4"', None, {3, 4}),
        ("*", None, None),
        ("*", 3, {3}),
        ('"3"', 3, {3}),
        ('"3"', 4, set()),
        ('W/"3"', None, set()),
        ("nonsense", None, set()),
        ("", None, set()),
        (None, 3, {3}),
    ],
)
def test_the_header_and_the_body_name_versions(
    if_match: str | None, stated: int | None, seen: set[int] | None
) -> None:
    assert seen_versions(if_match, stated=stated) == seen


def test_a_change_must_name_one() -> None:
    with pytest.raises(VersionRequiredError):
        seen_versions(None, stated=None)
