"""Move a pin: account session, proxy and browser profile, all three or none."""

from typing import Any
from uuid import UUID

import anyio.to_thread
from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from pydantic import SecretStr

from config.connections import close_async_redis_client
from config.errors import ApplicationError
from tasks.browser_profiles.proxy_change import give_proxy
from tasks.clients.multilogin_wishes import ProxyAddress
from tasks.proxies.pins import finish_move, give_move_up, look_at_move
from tasks.proxies.schemas import PinAnswer, UsableProxy
from tasks.retries import only_if_retryable


@flow(name="proxy-pin-move")
async def move_proxy_pin(account_session_id: int) -> dict[str, Any]:
    """
    Carry out the move that was noted for a pin, and return the pin.

    Until the end the pin waits. A refusal leaves it where it is; if it is unknown
    whether the browser profile was changed, the watch carries the move out later.
    """
    try:
        await change_browser_profile(account_session_id)
        moved = await move_all_three(account_session_id)
        return moved.model_dump(mode="json")
    except ApplicationError as problem:
        if not problem.retryable:
            await anyio.to_thread.run_sync(give_move_up, account_session_id)
        raise
    finally:
        await close_async_redis_client()


@task(
    name="change-browser-profile",
    retries=2,
    retry_delay_seconds=1,
    retry_condition_fn=only_if_retryable,
    persist_result=False,
    cache_policy=NO_CACHE,
)
async def change_browser_profile(account_session_id: int) -> None:
    """Have the pin's browser profile, if any, use the new proxy; safe to repeat."""
    move = await anyio.to_thread.run_sync(look_at_move, account_session_id)
    browser: UUID | None = move.browser_profile_id if move else None
    if move is not None and browser is not None:
        await give_proxy(browser, _as_given(move.new))


@task(
    name="move-all-three",
    retries=2,
    retry_delay_seconds=1,
    retry_condition_fn=only_if_retryable,
    persist_result=False,
    cache_policy=NO_CACHE,
)
async def move_all_three(account_session_id: int) -> PinAnswer:
    """Move the pin in one transaction; safe to repeat."""
    return await anyio.to_thread.run_sync(finish_move, account_session_id)


def _as_given(proxy: UsableProxy) -> ProxyAddress:
    return ProxyAddress(
        proxy.protocol.value,
        proxy.host,
        proxy.port,
        proxy.username or "",
        proxy.password or SecretStr(""),
    )
