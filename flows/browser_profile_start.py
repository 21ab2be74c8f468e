"""Start the browser of a browser profile, or return the one that runs."""

from typing import Any
from uuid import UUID

from prefect import Task, flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun

from config.connections import close_async_redis_client
from config.errors import BusyError
from tasks.browser_profiles.schemas import StartAnswer
from tasks.browser_profiles.start import start_browser
from tasks.retries import only_if_retryable


def only_if_soon(task: Task[..., Any], task_run: TaskRun, state: State[Any]) -> bool:
    """Return whether a repeat may help while a person waits."""
    error = getattr(state.data, "result", state.data)
    return not isinstance(error, BusyError) and only_if_retryable(task, task_run, state)


@flow(name="browser-profile-start")
async def start_browser_profile(
    browser_profile_id: str,
    headless: bool | None = None,  # noqa: FBT001 - Prefect passes it by name
) -> dict[str, Any]:
    """Start a browser and return where it is driven."""
    try:
        answer = await bring_up_browser(UUID(browser_profile_id), headless=headless)
        return answer.model_dump(mode="json")
    finally:
        await close_async_redis_client()


@task(
    name="start-browser",
    retries=1,
    retry_delay_seconds=1,
    retry_condition_fn=only_if_soon,
    persist_result=False,
    cache_policy=NO_CACHE,
)
async def bring_up_browser(
    browser_profile_id: UUID, *, headless: bool | None
) -> StartAnswer:
    """Start a browser; safe to repeat."""
    return await start_browser(browser_profile_id, headless=headless)
