"""Attempts kept and counted, history that gets coarser, proxies that are disabled."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from config.clock import now
from config.settings import settings
from config.vocabulary import HistoryStep, ProxyState
from tasks.database import transaction
from tasks.pages import PageWish
from tasks.proxies.attempt_rows import list_attempts
from tasks.proxies.attempts import keep_attempts, read_history, tidy_history
from tasks.proxies.listing import describe_pool
from tasks.proxies.repository import get_proxy, list_usable_ids
from tasks.proxies.schemas import HistoryPoint, PoolEntry
from tests.factories.proxies import attempts_of, create_proxy

pytestmark = pytest.mark.usefixtures("database")

SECOND = timedelta(seconds=1)
FEW = 3


@pytest.fixture(autouse=True)
def low_threshold(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("MUSTER_PROXY_UPKEEP__ERROR_THRESHOLD", str(FEW))
    settings.cache_clear()


def keep(proxy_id: int, outcomes: Sequence[str], *, at: datetime | None = None) -> None:
    moment = at or now() - timedelta(seconds=len(outcomes))
    keep_attempts(attempts_of(proxy_id, outcomes, at=moment, every=SECOND))


def show(proxy_id: int) -> PoolEntry:
    with transaction() as session:
        row = get_proxy(session, proxy_id)
        return describe_pool(session, [row], reveal=False, now=now())[0]


def history(proxy_id: int, window: timedelta) -> tuple[HistoryPoint, ...]:
    with transaction() as session:
        return read_history(session, proxy_id, window=window, now=now())


def events() -> list[str]:
    with transaction() as session:
        told = session.scalars(text("SELECT data->>'step' FROM tracking_events"))
        return list(told)


def test_attempts_are_counted_and_say_why() -> None:
    one = create_proxy()
    keep(one, ["success", "blocked", "target", "proxy"], at=now() - 4 * SECOND)
    shown = show(one)
    assert (shown.total_requests, shown.failed_requests, shown.error_count) == (4, 2, 1)
    with transaction() as session:
        found = list_attempts(session, PageWish(10), proxy_id=one)
        blocked = list_attempts(session, PageWish(10), outcome="blocked")
    assert len(found.rows) == 4
    assert found.rows[0].why["score"] == 1.5
    assert len(blocked.rows) == 1


def test_the_hour_begins_anew() -> None:
    one = create_proxy()
    this_hour = now().replace(minute=0, second=0, microsecond=0)
    keep(one, ["success"] * 2, at=this_hour - timedelta(minutes=10))
    assert show(one).requests_this_hour == 0
    keep(one, ["success"] * 3, at=this_hour)
    assert show(one).requests_this_hour == 3
    keep(one, ["success"], at=this_hour - timedelta(minutes=5))
    assert show(one).requests_this_hour == 3
    assert show(one).total_requests == 6


def test_a_proxy_that_fails_too_often_in_a_row_is_disabled_with_its_reason() -> None:
    failing, *_ = [create_proxy() for _ in range(4)]
    keep(failing, ["proxy", "proxy"])
    assert show(failing).state is ProxyState.ACTIVE
    keep(failing, ["proxy"])
    shown = show(failing)
    assert shown.state is ProxyState.DISABLED
    assert shown.disabled_reason == "it failed 3 times in a row"
    assert events() == ["disabled"]
    with transaction() as session:
        assert failing not in list_usable_ids(session)


def test_a_success_in_between_begins_the_count_anew() -> None:
    one, *_ = [create_proxy() for _ in range(4)]
    keep(one, ["proxy", "proxy"])
    keep(one, ["success", "proxy", "proxy"])
    assert show(one).state is ProxyState.ACTIVE


def test_an_outage_of_the_target_disables_nobody() -> None:
    ids = [create_proxy() for _ in range(4)]
    for one in ids:
        keep(one, ["target"] * 10)
    assert [show(one).failed_requests for one in ids] == [0] * 4
    assert {show(one).state for one in ids} == {ProxyState.ACTIVE}


def test_half_of_the_pool_is_never_disabled_by_itself() -> None:
    ids = [create_proxy() for _ in range(5)]
    for _ in range(2):
        for one in ids:
            keep(one, ["proxy"] * 5)
    states = [show(one).state for one in ids]
    assert states.count(ProxyState.DISABLED) == 2


def test_what_many_workers_keep_at_once_adds_up() -> None:
    ids = [create_proxy() for _ in range(4)]
    moment = now() - timedelta(minutes=1)

    def work(number: int) -> None:
        mine = [
            attempts_of(one, ["success"] * 5, at=moment, every=SECOND) for one in ids
        ]
        mixed = [one for each in zip(*mine, strict=True) for one in each]
        keep_attempts(mixed if number % 2 else mixed[::-1])

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(8)))
    assert [show(one).total_requests for one in ids] == [40] * 4
    for one in ids:
        points = history(one, timedelta(hours=1))
        assert sum(point.requests for point in points) == 40


def test_attempts_of_a_proxy_that_is_gone_are_passed_over() -> None:
    one = create_proxy()
    keep_attempts(
        attempts_of(one + 1, ["success"], at=now(), every=SECOND)
        + attempts_of(one, ["success"], at=now(), every=SECOND)
    )
    assert show(one).total_requests == 1


def test_history_gets_coarser_and_loses_nothing() -> None:
    one = create_proxy()
    section = settings().proxy_upkeep
    begins = now() - timedelta(days=20)
    for days in (0, 10, 19.9, 20):
        moment = begins + timedelta(days=days) - timedelta(minutes=3)
        for minute in range(3):
            keep(one, ["success", "blocked"], at=moment + timedelta(minutes=minute))
    for _ in range(2):
        tidy_history(now=now())
    with transaction() as session:
        told = session.execute(
            text("SELECT step, sum(requests), sum(bans) FROM proxy_history GROUP BY 1")
        )
        found = {row[0]: (row[1], row[2]) for row in told}
    assert sum(requests for requests, _ in found.values()) == 24
    assert sum(bans for _, bans in found.values()) == 12
    assert found[HistoryStep.MINUTE] == (12, 6)
    assert found[HistoryStep.HOUR] == (6, 3)
    assert found[HistoryStep.DAY] == (6, 3)
    points = history(one, section.hours_kept + timedelta(days=10))
    assert {point.step for point in points} == {HistoryStep.DAY}
    assert sum(point.requests for point in points) == 24
    assert points[0].latency_p95_ms == pytest.approx(100, rel=0.34)
    lately = history(one, timedelta(hours=1))
    assert {point.step for point in lately} == {HistoryStep.MINUTE}
    assert sum(point.requests for point in lately) == 6


def test_what_is_too_old_is_forgotten() -> None:
    one = create_proxy()
    keep(one, ["success"], at=now() - timedelta(days=500))
    keep(one, ["success"], at=now() - timedelta(hours=1))
    for _ in range(2):
        tidy_history(now=now())
    assert len(history(one, timedelta(days=600))) == 1
    with transaction() as session:
        assert len(list_attempts(session, PageWish(10)).rows) == 1
