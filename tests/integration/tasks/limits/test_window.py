"""The exact sliding window on a real Redis."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event
from time import monotonic
from typing import TypeVar

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from config.connections import close_async_redis_client, redis_client, redis_url
from config.vocabulary import LimitClass
from deployments.stack.ports import free_ports
from deployments.stack.processes import base_environment
from tasks.limits.limiter import CountingAwayError, Limiter
from tasks.limits.schemas import Asker, Count
from tasks.limits.window import RedisWindow
from tests.fixtures.database import CHECKOUT, forget_redis, read_settings_again
from tests.integration.tasks.limits.counting_process import LIMIT

PROCESSES, TIMES = 8, 200
ANA, LEV = Asker(None, "192.0.2.1"), Asker(None, "192.0.2.2")
KEY = "rl:{general:address:192.0.2.1}"

Result = TypeVar("Result")


@asynccontextmanager
async def redis_window() -> AsyncIterator[RedisWindow]:
    async with Redis.from_url(redis_url()) as redis:
        yield RedisWindow(redis)


async def hit(
    window: RedisWindow,
    *,
    asker: Asker = ANA,
    limit: int = 3,
    span: timedelta = timedelta(hours=1),
) -> Count:
    return await window.count(asker, LimitClass.GENERAL, limit=limit, window=span)


def with_window(work: Callable[[RedisWindow], Awaitable[Result]]) -> Result:
    async def run() -> Result:
        async with redis_window() as window:
            return await work(window)

    return asyncio.run(run())


@pytest.mark.usefixtures("database")
def test_eight_processes_admit_exactly_the_limit() -> None:
    program = Path(__file__).with_name("counting_process.py")
    command = [sys.executable, str(program), redis_url(), str(TIMES)]
    environment = base_environment("tests") | {"PYTHONPATH": str(CHECKOUT)}
    processes = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own program
        for _ in range(PROCESSES)
    ]
    deadline = monotonic() + 60
    while int(redis_client().get("ready") or 0) < PROCESSES:
        assert monotonic() < deadline
        Event().wait(0.02)
    redis_client().set("begin", "")
    admitted = [int(process.communicate(timeout=60)[0]) for process in processes]
    assert sum(admitted) == LIMIT
    assert redis_client().llen(KEY) == LIMIT


@pytest.mark.usefixtures("database")
def test_no_window_of_any_position_holds_more_than_the_limit() -> None:
    limit, span = 5, timedelta(milliseconds=200)

    async def ask_for_a_second(window: RedisWindow) -> list[float]:
        admitted, ends_at = [], monotonic() + 1
        while monotonic() < ends_at:
            if (await hit(window, limit=limit, span=span)).is_admitted:
                times = await window.redis.lrange(KEY, -1, -1)
                admitted.append(int(times[0]) / 1_000_000)
        return admitted

    times = with_window(ask_for_a_second)
    assert 20 <= len(times) <= 30
    for earlier, later in zip(times, times[limit:], strict=False):
        assert later - earlier >= span.total_seconds()


@pytest.mark.usefixtures("database")
def test_what_is_left_and_how_long_to_wait_are_told() -> None:
    async def ask(window: RedisWindow) -> list[Count]:
        return [await hit(window, span=timedelta(seconds=100)) for _ in range(4)]

    counts = with_window(ask)
    assert [one.is_admitted for one in counts] == [True, True, True, False]
    assert [one.remaining for one in counts] == [2, 1, 0, 0]
    assert all(99 <= one.reset_seconds <= 100 for one in counts)


@pytest.mark.usefixtures("database")
def test_a_refusal_does_not_make_the_wait_longer() -> None:
    async def ask(window: RedisWindow) -> int:
        for _ in range(50):
            await hit(window)
        return int(await window.redis.llen(KEY))

    assert with_window(ask) == 3


@pytest.mark.usefixtures("database")
def test_a_lowered_limit_holds_at_once() -> None:
    async def ask(window: RedisWindow) -> Count:
        for _ in range(5):
            await hit(window, limit=5)
        return await hit(window, limit=2)

    assert not with_window(ask).is_admitted


@pytest.mark.usefixtures("database")
def test_refusals_are_told_once_a_minute_and_everybody_alone() -> None:
    async def ask(window: RedisWindow) -> list[int]:
        told = [(await hit(window, limit=1)).refused for _ in range(4)]
        await window.redis.delete(f"{KEY}:told")  # as if a minute had passed
        told.append((await hit(window, limit=1)).refused)
        told.append((await hit(window, limit=1, asker=LEV)).refused)
        return told

    assert with_window(ask) == [0, 1, 0, 0, 3, 0]


@pytest.mark.usefixtures("database")
def test_nothing_stays_in_redis_once_the_window_has_passed() -> None:
    async def ask(window: RedisWindow) -> None:
        for _ in range(3):
            await hit(window, limit=1, span=timedelta(milliseconds=50))

    with_window(ask)
    deadline = monotonic() + 5
    while redis_client().exists(KEY, f"{KEY}:refused"):
        assert monotonic() < deadline
        Event().wait(0.01)
    assert 0 < redis_client().pttl(f"{KEY}:told") <= 60_000


@pytest.mark.usefixtures("database")
def test_without_redis_a_process_counts_alone_and_signing_in_is_closed(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("MUSTER_REDIS__URL", f"redis://127.0.0.1:{free_ports(1)[0]}/0")
    environment.setenv("MUSTER_LIMITS__GENERAL", "2")
    read_settings_again()
    forget_redis()

    async def ask() -> list[bool]:
        limiter = Limiter()
        with pytest.raises(CountingAwayError):
            await limiter.count(ANA, LimitClass.AUTH)
        counts = [await limiter.count(ANA, LimitClass.GENERAL) for _ in range(3)]
        with pytest.raises(CountingAwayError):
            await limiter.count(ANA, LimitClass.AUTH)
        await close_async_redis_client()
        return [count.is_admitted for count in counts]

    assert asyncio.run(ask()) == [True, True, False]


@pytest.mark.usefixtures("database")
def test_a_key_of_another_kind_is_an_error_and_not_a_free_pass() -> None:
    redis_client().set(KEY, "something else")

    async def ask(window: RedisWindow) -> Count:
        return await hit(window)

    with pytest.raises(RedisError):
        with_window(ask)
