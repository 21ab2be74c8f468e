"""A worker that starts browsers when told to, or dies in the midst of it."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any
from uuid import UUID

from config.connections import async_redis_client, close_async_redis_client
from config.errors import ApplicationError
from tasks.browser_profiles import life, start
from tasks.browser_profiles.registry import at_this_moment
from tasks.browser_profiles.start import start_browser

BEGIN, READY = "race:begin", "race:ready"


async def race(browser_profile_id: UUID, rounds: int) -> None:
    """Start the browser once a round, at the signal; tell where it is driven."""
    redis = async_redis_client()
    for number in range(rounds):
        await redis.incr(f"{READY}:{number}")
        while not await redis.exists(f"{BEGIN}:{number}"):  # noqa: ASYNC110 - a signal between processes
            await asyncio.sleep(0.002)
        try:
            answer = await start_browser(browser_profile_id)
            told = answer.model_dump_json()
        except ApplicationError as problem:
            told = json.dumps({"error": problem.code, "message": problem.message})
        sys.stdout.write(f"{told}\n")
        sys.stdout.flush()
    await close_async_redis_client()


async def die_before_commit(browser_profile_id: UUID) -> None:
    """Be killed when the agent has answered and nothing of it is written yet."""

    async def die_or_write(work: Callable[..., Any], *args: Any, **options: Any) -> Any:
        if work is life.note_started:
            os.kill(os.getpid(), signal.SIGKILL)
        return await at_this_moment(work, *args, **options)

    start.at_this_moment = die_or_write
    await start_browser(browser_profile_id)


if __name__ == "__main__":
    wish, browser_profile = sys.argv[1], UUID(sys.argv[2])
    if wish == "race":
        asyncio.run(race(browser_profile, int(sys.argv[3])))
    else:
        asyncio.run(die_before_commit(browser_profile))
