"""What a proxy did over time, in words and rows."""

from datetime import UTC, datetime, timedelta

from config.vocabulary import HistoryStep
from tasks.proxies.schemas import HistoryPoint
from ui.console.proxy_history_words import (
    count_rows,
    history_in_words,
    history_rows,
    latency_rows,
    span_of,
)

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def a_point(minute: int, *, requests: int, latency: int | None) -> HistoryPoint:
    return HistoryPoint(
        starts_at=NOON + timedelta(minutes=minute),
        step=HistoryStep.MINUTE,
        requests=requests,
        failures=1,
        bans=0,
        waits=2,
        latency_p50_ms=latency,
        latency_p95_ms=latency,
    )


POINTS = (
    a_point(0, requests=3, latency=200),
    a_point(1, requests=4, latency=None),
)


def test_a_history_is_summed_up_in_a_sentence() -> None:
    assert history_in_words(POINTS) == (
        "7 requests, 2 failures of its own, 0 bans; somebody waited for its budget "
        "4 times. Shown minute by minute, in UTC."
    )


def test_a_time_without_an_answer_has_no_latency() -> None:
    assert {row["when"] for row in latency_rows(POINTS)} == {"22 Nov, 12:00"}


def test_a_few_points_do_not_fill_a_chart() -> None:
    begins, ends = span_of(POINTS)
    assert ends == NOON + timedelta(minutes=2)
    assert ends - begins == timedelta(minutes=30)
    long = (*POINTS, a_point(99, requests=1, latency=1))
    assert span_of(long)[0] == NOON


def test_a_part_stands_in_front_of_the_whole_or_on_it() -> None:
    def ends(*, stacked: bool) -> list[tuple[int, int]]:
        rows = count_rows(POINTS[:1], ("Requests", "Bans", "Waits"), stacked=stacked)
        return [(row["base"], row["top"]) for row in rows]

    assert ends(stacked=False) == [(0, 3), (0, 2)]
    assert ends(stacked=True) == [(0, 3), (3, 5)]


def test_the_table_begins_with_the_newest() -> None:
    newest, oldest = history_rows(POINTS)
    assert (newest["Requests"], oldest["Half within, ms"]) == (4, 200)
