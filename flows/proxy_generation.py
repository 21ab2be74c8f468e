"""Have Multilogin X make proxies, and put them into the pool."""

from typing import Any
from uuid import UUID

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from config.connections import close_async_redis_client
from tasks.clients.multilogin_wishes import ProxyAddress
from tasks.proxies.generate import Doer, ask_for_proxies, keep_generated
from tasks.proxies.schemas import GenerateRequest
from tasks.retries import only_if_retryable


@flow(name="proxy-generation")
async def generate_proxies(
    request: dict[str, Any], account_id: str, email: str
) -> list[int]:
    """Make proxies, keep them, and return their ids."""
    try:
        wanted = GenerateRequest.model_validate(request)
        made = await make_proxies(wanted)
        return await put_into_pool(made, wanted, Doer(UUID(account_id), email))
    finally:
        await close_async_redis_client()


@task(
    name="make-proxies",
    retries=3,
    retry_delay_seconds=[1, 2, 5],
    retry_condition_fn=only_if_retryable,
    persist_result=False,
    cache_policy=NO_CACHE,
)
async def make_proxies(request: GenerateRequest) -> list[ProxyAddress]:
    """Have proxies made; safe to repeat, for nothing is kept of a failed call."""
    return await ask_for_proxies(request)


@task(
    name="put-into-pool",
    retries=3,
    retry_delay_seconds=[1, 2, 5],
    retry_condition_fn=only_if_retryable,
    persist_result=False,
    cache_policy=NO_CACHE,
)
async def put_into_pool(
    made: list[ProxyAddress], request: GenerateRequest, doer: Doer
) -> list[int]:
    """Keep proxies that were made; safe to repeat."""
    return await keep_generated(made, request, doer)
