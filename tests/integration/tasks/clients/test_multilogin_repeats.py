"""What is repeated at the local Multilogin X, what is not, and how often we ask."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
from redis.asyncio import Redis

from config.connections import redis_url
from tasks.clients import multilogin_cloud, multilogin_keys
from tasks.clients.multilogin import Multilogin
from tasks.clients.multilogin_errors import (
    MultiLoginAuthError,
    MultiLoginBusyError,
    MultiLoginError,
    MultiLoginRefusedError,
    MultiLoginUnreachableError,
    MultiLoginUnreadableError,
)
from tasks.clients.multilogin_keys import QueueTooLongError, one_at_a_time
from tasks.clients.multilogin_pace import RequestBucket
from tests.fixtures.multilogin import (
    MultiloginX,
    make_browser_profile,
    with_multilogin,
)


async def named(opened: Multilogin, name: str) -> list[str]:
    return [row.id for row in await opened.cloud.search(text=name) if row.name == name]


async def read(opened: Multilogin) -> None:
    await opened.cloud.statistics()


async def look_for(opened: Multilogin) -> None:
    await opened.cloud.search()


async def create(opened: Multilogin) -> None:
    await opened.cloud.create_folder("refused")


@pytest.mark.parametrize("http", [429, 501, 502, 503])
@pytest.mark.parametrize("work", [read, look_for])
def test_what_only_reads_is_repeated(
    multilogin: MultiloginX, work: Callable[[Multilogin], Awaitable[None]], http: int
) -> None:
    multilogin.put_fault("workspace/statistics", http=http, times=2, retry_after="0")
    multilogin.put_fault("profile/search", http=http, times=2, retry_after="0")
    with_multilogin(work)
    assert len(multilogin.waiting_faults()) == 1


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"http": 429, "retry_after": "7"}, MultiLoginBusyError),
        ({"http": 501}, MultiLoginUnreachableError),
        ({"http": 503}, MultiLoginUnreachableError),
        ({"http": 502, "text": "<html>gateway</html>"}, MultiLoginUnreachableError),
        ({"http": 200, "text": "<html>hello</html>"}, MultiLoginUnreadableError),
        ({"http": 403}, MultiLoginRefusedError),
        ({"http": 401}, MultiLoginAuthError),
        ({"error_code": "BAD_REQUEST_BODY"}, MultiLoginRefusedError),
        ({"error_code": "INTERNAL_SERVER_ERROR"}, MultiLoginUnreachableError),
    ],
)
def test_what_creates_is_sent_once_and_its_failure_named(
    multilogin: MultiloginX, fault: dict[str, Any], kind: type[MultiLoginError]
) -> None:
    multilogin.put_fault("folder_create", **fault, times=9)
    with pytest.raises(kind) as failed:
        with_multilogin(create)
    sent = 3 if kind is MultiLoginAuthError else 1
    assert [one["times"] for one in multilogin.waiting_faults()] == [9 - sent]
    assert failed.value.http_status == fault.get("http", failed.value.http_status)
    if kind is MultiLoginBusyError:
        assert failed.value.details == {"retryAfter": 7}


def test_a_wait_that_is_too_long_is_left_to_the_caller(
    multilogin: MultiloginX, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("MUSTER_MULTILOGIN__LONGEST_WAIT", "PT0.01S")
    multilogin.put_fault("workspace/statistics", http=429, times=9)
    with pytest.raises(MultiLoginBusyError) as failed:
        with_multilogin(read)
    assert 0 < (failed.value.retry_after_seconds or 0) <= 60
    assert [one["times"] for one in multilogin.waiting_faults()] == [8]


@pytest.mark.parametrize("after", [True, False])
def test_a_create_without_an_answer_makes_no_double(
    multilogin: MultiloginX, environment: pytest.MonkeyPatch, *, after: bool
) -> None:
    environment.setenv("MUSTER_MULTILOGIN__CLOUD_TIMEOUT", "PT1S")
    multilogin.put_fault("profile/create", seconds=2, after=after)

    async def work(opened: Multilogin) -> None:
        made = await make_browser_profile(opened, f"silent {after}")
        assert await named(opened, f"silent {after}") == [made]
        await opened.cloud.remove([made])

    with_multilogin(work)


def test_a_create_that_was_not_carried_out_is_sent_again_once(
    multilogin: MultiloginX, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(multilogin_cloud, "_LOOK_SECONDS", 0.1)
    multilogin.put_fault("profile/create", http=502)

    async def work(opened: Multilogin) -> None:
        made = await make_browser_profile(opened, "lost on its way")
        assert await named(opened, "lost on its way") == [made]
        await opened.cloud.remove([made])

    with_multilogin(work)
    multilogin.put_fault("profile/create", http=502, times=9)
    with pytest.raises(MultiLoginUnreachableError):
        with_multilogin(work)
    assert [one["times"] for one in multilogin.waiting_faults()] == [7]


@pytest.mark.usefixtures("multilogin")
def test_no_more_requests_are_sent_than_the_account_may(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("MUSTER_MULTILOGIN__REQUESTS_PER_MINUTE", "20")
    environment.setenv("MUSTER_MULTILOGIN__LONGEST_WAIT", "PT0.5S")

    async def work(opened: Multilogin) -> float:
        # A fifth may come at once; the sign-in is the first of them.
        for _ in range(3):
            await opened.cloud.statistics()
        with pytest.raises(MultiLoginBusyError) as busy:
            await opened.cloud.statistics()
        return busy.value.retry_after_seconds or 0

    assert 0.5 < with_multilogin(work) <= 60 / 16


@pytest.mark.usefixtures("multilogin")
def test_workers_share_one_bucket_and_take_turns_in_order() -> None:
    async def work() -> tuple[int, float, float]:
        async with (
            Redis.from_url(redis_url()) as one,
            Redis.from_url(redis_url()) as two,
        ):
            now_or_never, patient = (
                RequestBucket(redis, "turns", per_minute=600, longest_wait=longest)
                for redis, longest in ((one, timedelta(0)), (two, timedelta(seconds=2)))
            )
            began, taken = monotonic(), 0
            with suppress(MultiLoginBusyError):
                for taken in range(1_000):  # noqa: B007 - how far it came is the result
                    await now_or_never.take()
            spent, empty = monotonic() - began, monotonic()
            await asyncio.gather(*(patient.take() for _ in range(8)))
            return taken, spent, monotonic() - empty

    taken, spent, waited = asyncio.run(work())
    # 120 at once, and one every 125 ms, for whoever asks.
    assert 120 <= taken <= 121 + spent / 0.125
    assert 7 * 0.125 <= waited <= 2 + 1


@pytest.mark.usefixtures("multilogin")
def test_one_at_a_time_holds_as_long_as_it_is_needed_and_no_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(multilogin_keys, "_HELD_SECONDS", 0.4)
    monkeypatch.setattr(multilogin_keys, "_RENEW_SECONDS", 0.1)
    brief, longer = timedelta(milliseconds=800), timedelta(seconds=5)

    async def work() -> None:
        async with (
            Redis.from_url(redis_url()) as one,
            Redis.from_url(redis_url()) as two,
        ):
            async with one_at_a_time(one, "turn", longest=brief):
                with pytest.raises(QueueTooLongError):
                    async with one_at_a_time(two, "turn", longest=brief):
                        pytest.fail("there were two at a time")
            assert not await two.exists("turn")
            # Whoever is killed renews no more.
            await one.set("turn", "of a dead one", px=300)
            async with one_at_a_time(two, "turn", longest=longer):
                assert await one.get("turn") != b"of a dead one"

    asyncio.run(work())
