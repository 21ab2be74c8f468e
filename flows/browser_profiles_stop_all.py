"""Stop every browser of this machine."""

from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from config.connections import close_async_redis_client
from tasks.browser_profiles.schemas import StopAllAnswer
from tasks.browser_profiles.stop import stop_all_browsers
from tasks.retries import only_if_retryable


@flow(name="browser-profiles-stop-all")
async def stop_all_browser_profiles() -> dict[str, Any]:
    """Stop all browsers, and return which could not be stopped."""
    try:
        return (await close_all_browsers()).model_dump(mode="json")
    finally:
        await close_async_redis_client()


@task(
    name="stop-all-browsers",
    retries=2,
    retry_delay_seconds=1,
    retry_condition_fn=only_if_retryable,
    persist_result=False,
    cache_policy=NO_CACHE,
)
async def close_all_browsers() -> StopAllAnswer:
    """Stop all browsers; safe to repeat."""
    return await stop_all_browsers()
