"""Every way a count is written can be read, and says what it claims to say."""

from random import Random

import pytest

from deployments.demo_site.wording import MANNERS, WrittenCount, write_count
from tasks.public_profiles.counts import read_count

COUNTS = (0, 7, 999, 2_805, 12_345, 783_412, 1_104_233, 4_690_000, 48_765_432)


def written(manner: str) -> list[WrittenCount]:
    dice = Random(4)  # noqa: S311 - variety, not secrecy
    return [
        write_count(count, manner=manner, dice=dice)
        for count in COUNTS
        for _ in range(40)
    ]


@pytest.mark.parametrize("manner", MANNERS)
def test_the_reader_reads_what_the_text_says(manner: str) -> None:
    for count in written(manner):
        assert read_count(count.text) == count.text_value, count
        assert read_count(f"{count.text} Followers") == count.text_value, count


@pytest.mark.parametrize("manner", MANNERS)
def test_a_title_holds_the_exact_number(manner: str) -> None:
    for count in written(manner):
        assert count.text_value <= count.value
        if count.title is None:
            assert count.value == count.text_value
        else:
            assert read_count(count.title) == count.value


@pytest.mark.parametrize(
    ("manner", "text"),
    [
        ("english", "783.4K"),
        ("english", "2,805"),
        ("english", "2 805"),
        ("spanish", "4,69 millones"),
        ("french", "2\u202f805"),
        ("german", "2.805"),
        ("russian", "783,4\u00a0\u0442\u044b\u0441."),
        ("japanese", "78.3\u4e07"),
        ("indian", "7,83,412"),
        ("arabic", "\u0662\u066c\u0668\u0660\u0665"),
    ],
)
def test_each_manner_has_its_form(manner: str, text: str) -> None:
    assert text in {count.text for count in written(manner)}
