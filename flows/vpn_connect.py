"""Connect a tunnel, and return once its exit was seen from outside."""

import asyncio
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from config.vocabulary import TunnelProtocol
from tasks.retries import only_if_retryable
from tasks.vpn.connect import WishMade, await_connected, make_wish
from tasks.vpn.schemas import ConnectAnswer


@flow(name="vpn-connect")
async def connect_vpn(location: str, protocol: str | None = None) -> dict[str, Any]:
    """Connect a tunnel; one that is connected is a success."""
    wished = TunnelProtocol(protocol) if protocol else None
    made = await wish_for_tunnel(location, wished)
    answer = await wait_for_exit(made)
    return answer.model_dump(mode="json")


@task(
    name="wish-for-tunnel",
    retries=2,
    retry_delay_seconds=0.5,
    retry_condition_fn=only_if_retryable,
    persist_result=False,
    cache_policy=NO_CACHE,
)
async def wish_for_tunnel(location: str, protocol: TunnelProtocol | None) -> WishMade:
    """Wish for a tunnel; safe to repeat."""
    return await asyncio.to_thread(make_wish, location, protocol)


@task(name="wait-for-exit", persist_result=False, cache_policy=NO_CACHE)
async def wait_for_exit(made: WishMade) -> ConnectAnswer:
    """Wait for what the tunnel keeper makes of the wish; it does the repeating."""
    return await await_connected(made)
