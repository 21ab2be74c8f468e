"""Stop the browser of a browser profile."""

from typing import Any
from uuid import UUID

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from config.connections import close_async_redis_client
from tasks.browser_profiles.schemas import StartAnswer
from tasks.browser_profiles.stop import stop_browser
from tasks.retries import only_if_retryable


@flow(name="browser-profile-stop")
async def stop_browser_profile(browser_profile_id: str) -> dict[str, Any]:
    """Stop a browser; one that does not run is a success."""
    try:
        answer = await close_browser(UUID(browser_profile_id))
        return answer.model_dump(mode="json")
    finally:
        await close_async_redis_client()


@task(
    name="stop-browser",
    retries=2,
    retry_delay_seconds=1,
    retry_condition_fn=only_if_retryable,
    persist_result=False,
    cache_policy=NO_CACHE,
)
async def close_browser(browser_profile_id: UUID) -> StartAnswer:
    """Stop a browser; safe to repeat."""
    return await stop_browser(browser_profile_id)
