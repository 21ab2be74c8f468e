"""One holder at a time, over processes that are killed and a Redis that forgets."""

import asyncio
from uuid import UUID, uuid4

import anyio
import pytest

from config.connections import redis_client
from config.settings import settings
from tasks.browser_profiles.lock import (
    BrowserBusyError,
    LockAwayError,
    held_browser_profiles,
    hold_browser_profile,
)
from tests.factories.browser_profiles import alone

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def short_lived(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("MUSTER_BROWSER_PROFILES__LOCK_LIFETIME", "PT0.6S")
    environment.setenv("MUSTER_BROWSER_PROFILES__LOCK_PATIENCE", "PT0.2S")
    settings.cache_clear()


@pytest.fixture
def one() -> UUID:
    return uuid4()


async def hold_for(one: UUID, seconds: float = 0.0, *, above: int = 0) -> int:
    async with hold_browser_profile(one, above=above) as held:
        await anyio.sleep(seconds)
        assert not held.is_lost
        return held.fence


def test_nothing_stays_in_redis_for_ever(one: UUID) -> None:
    alone(hold_for(one))
    keys = list(redis_client().scan_iter(f"browser_profile:{{{one}}}*"))
    assert len(keys) == 1
    assert all(redis_client().ttl(key) > 0 for key in keys)


def test_every_holder_has_a_larger_number(one: UUID) -> None:
    async def hold_thrice() -> list[int]:
        return [await hold_for(one) for _ in range(3)]

    assert alone(hold_thrice()) == [1, 2, 3]


def test_a_number_stays_above_the_registry_though_redis_forgot(one: UUID) -> None:
    alone(hold_for(one))
    redis_client().flushdb()
    assert alone(hold_for(one, above=41)) == 42
    assert alone(hold_for(one)) == 43


def test_while_somebody_holds_it_nobody_else_does(one: UUID) -> None:
    async def both() -> None:
        async with hold_browser_profile(one, above=0):
            assert await held_browser_profiles([one, uuid4()]) == {one}
            with pytest.raises(BrowserBusyError):
                await hold_for(one)
        assert await held_browser_profiles([one]) == set()
        await hold_for(one)

    alone(both())


def test_many_who_wait_come_in_turn(one: UUID, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("MUSTER_BROWSER_PROFILES__LOCK_PATIENCE", "PT20S")
    settings.cache_clear()
    inside = 0

    async def enter() -> int:
        nonlocal inside
        async with hold_browser_profile(one, above=0) as held:
            inside += 1
            assert inside == 1
            await anyio.sleep(0.005)
            inside -= 1
            return held.fence

    async def all_of_them() -> list[int]:
        return await asyncio.gather(*(enter() for _ in range(20)))

    assert sorted(alone(all_of_them())) == list(range(1, 21))


def test_a_lock_is_renewed_as_long_as_it_is_held(one: UUID) -> None:
    async def outlive() -> None:
        async with asyncio.TaskGroup() as tasks:
            holding = tasks.create_task(hold_for(one, 1.5))
            await anyio.sleep(1.2)
            assert not holding.done()
            assert await held_browser_profiles([one]) == {one}

    alone(outlive())


def test_a_lock_whose_holder_is_gone_expires(one: UUID) -> None:
    async def leave() -> None:
        holder = hold_browser_profile(one, above=0)
        await holder.__aenter__()  # and never out again, as after a kill
        for other in asyncio.all_tasks() - {asyncio.current_task()}:
            other.cancel()

    alone(leave())
    assert redis_client().exists(f"browser_profile:{{{one}}}")

    async def wait_and_take() -> int:
        with anyio.fail_after(3):
            while True:
                try:
                    return await hold_for(one)
                except BrowserBusyError:
                    continue

    assert alone(wait_and_take()) == 2


def test_a_holder_that_lost_the_lock_knows_and_frees_nobody_else_s(one: UUID) -> None:
    async def lose() -> None:
        async with hold_browser_profile(one, above=0) as held:
            redis_client().delete(f"browser_profile:{{{one}}}")
            redis_client().set(f"browser_profile:{{{one}}}", b"somebody else", px=5000)
            with anyio.fail_after(3):
                while not held.is_lost:  # noqa: ASYNC110 - nothing tells of it
                    await anyio.sleep(0.02)
        assert await held_browser_profiles([one]) == {one}

    alone(lose())


@pytest.mark.usefixtures("redis_away")
def test_without_redis_nobody_starts_anything(one: UUID) -> None:
    with pytest.raises(LockAwayError, match="Redis"):
        alone(hold_for(one))
