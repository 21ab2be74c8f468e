"""Look through some proxies: do they answer, from where, how fast."""

from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from tasks.proxies.check import check_proxies
from tasks.proxies.schemas import CheckAnswer
from tasks.retries import only_if_retryable


@flow(name="proxy-check")
async def check_some_proxies(proxy_ids: list[int]) -> list[dict[str, Any]]:
    """Check proxies, and return what was found of each."""
    found = await look_through_proxies(proxy_ids)
    return [one.model_dump(mode="json") for one in found]


@task(
    name="look-through-proxies",
    retries=2,
    retry_delay_seconds=2,
    retry_condition_fn=only_if_retryable,
    persist_result=False,
    cache_policy=NO_CACHE,
)
async def look_through_proxies(proxy_ids: list[int]) -> list[CheckAnswer]:
    """Check proxies; safe to repeat. That one does not answer is no failure."""
    return await check_proxies(proxy_ids)
