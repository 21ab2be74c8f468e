"""How often, as it is chosen and as a cron line."""

from datetime import UTC, datetime, time

import pytest

from ui.console.schedule_words import (
    Rhythm,
    cron_of,
    local_time_in_words,
    rhythm_of,
)


@pytest.mark.parametrize(
    ("rhythm", "cron"),
    [
        (Rhythm("hourly", time(0, 7)), "7 * * * *"),
        (Rhythm("daily", time(6, 30)), "30 6 * * *"),
        (Rhythm("weekly", time(23, 5), "0"), "5 23 * * 0"),
        (Rhythm("own", line="*/5 6-9 1 * mon"), "*/5 6-9 1 * mon"),
    ],
)
def test_what_is_chosen_is_a_cron_line_and_is_chosen_again(
    rhythm: Rhythm, cron: str
) -> None:
    assert cron_of(rhythm) == cron
    assert (
        rhythm_of(cron)[: 3 if rhythm.kind == "weekly" else 1]
        == (rhythm[: 3 if rhythm.kind == "weekly" else 1])
    )
    assert cron_of(rhythm_of(cron)) == cron


@pytest.mark.parametrize("cron", ["7 * * * 1", "0 6 1 * *", "0 6 * * 1-5", ""])
def test_what_no_choice_says_is_an_own_line(cron: str) -> None:
    assert rhythm_of(cron) == Rhythm("own", line=cron)


def test_a_time_is_told_by_the_clocks_of_its_place() -> None:
    summer = datetime(2026, 7, 1, 6, 30, tzinfo=UTC)
    assert local_time_in_words(summer, "Europe/Lisbon") == "Wed 1 Jul 2026, 07:30 WEST"
