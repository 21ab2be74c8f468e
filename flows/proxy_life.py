"""What a person can do with proxies that takes another system; each is a flow."""

from datetime import timedelta

import anyio.to_thread

from config.settings import settings
from flows.dispatch import run_attached
from flows.proxy_check import check_some_proxies
from flows.proxy_generation import generate_proxies
from flows.proxy_pin_move import move_proxy_pin
from tasks.audit import Actor
from tasks.browser_profiles.repository import get_browser_profile
from tasks.database import transaction
from tasks.proxies import pins
from tasks.proxies.check import require_proxy
from tasks.proxies.generate import require_possible
from tasks.proxies.schemas import (
    CheckAnswer,
    GenerateRequest,
    PinAnswer,
    PinRequest,
)

LONGEST_GENERATION = timedelta(seconds=120)
LONGEST_MOVE = timedelta(seconds=120)


async def generate(request: GenerateRequest, actor: Actor) -> list[int]:
    """
    Have proxies made, keep them, and return their ids.

    Raises:
        InvalidError: Such ones cannot be made.
        OutsideError: Multilogin X or Prefect does not do its part.
    """
    require_possible(request)
    wish = {
        "request": request.model_dump(mode="json"),
        "account_id": str(actor.account_id),
        "email": actor.email,
    }
    made: list[int] = await run_attached(
        generate_proxies, parameters=wish, timeout=LONGEST_GENERATION
    )
    return made


async def check(proxy_id: int) -> CheckAnswer:
    """
    Look through a proxy now.

    Raises:
        ProxyNotFoundError: There is none of this id.
        OutsideError: Prefect does not do its part.
    """
    await anyio.to_thread.run_sync(require_proxy, proxy_id)
    (found,) = await check_all([proxy_id])
    return found


async def check_all(proxy_ids: list[int]) -> list[CheckAnswer]:
    """
    Look through some proxies.

    Raises:
        OutsideError: Prefect does not do its part.
    """
    section = settings().proxy_upkeep
    rounds = 1 + len(proxy_ids) // section.checks_at_once
    found = await run_attached(
        check_some_proxies,
        parameters={"proxy_ids": proxy_ids},
        timeout=rounds * section.check_timeout + timedelta(seconds=30),
    )
    return [CheckAnswer.model_validate(one) for one in found]


async def pin(account_session_id: int, request: PinRequest, actor: Actor) -> PinAnswer:
    """
    Have an account session go out by the proxy it has, with its browser profile.

    Raises:
        NotFoundError: There is no such account session or browser profile.
        ConflictError: The browser profile belongs to another one, or is open.
        OutsideError: Multilogin X or Prefect does not do its part.
    """

    def note() -> bool:
        with transaction() as session:
            if request.browser_profile_id is not None:
                get_browser_profile(session, request.browser_profile_id)
            return pins.pin_session(session, account_session_id, request, actor)

    if await anyio.to_thread.run_sync(note):
        return await carry_out(account_session_id)
    return await anyio.to_thread.run_sync(pins.show_pin, account_session_id)


async def move(account_session_id: int, to: int, actor: Actor) -> PinAnswer:
    """
    Move a pin to another proxy: account session, proxy and browser profile.

    Raises:
        NotFoundError: There is no such pin or proxy.
        ConflictError: The proxy is out of use, or the browser is open.
        OutsideError: Multilogin X or Prefect does not do its part.
    """
    await anyio.to_thread.run_sync(pins.begin_move, account_session_id, to, actor)
    return await carry_out(account_session_id)


async def carry_out(account_session_id: int) -> PinAnswer:
    """Carry out the move that was noted for a pin."""
    answer = await run_attached(
        move_proxy_pin,
        parameters={"account_session_id": account_session_id},
        timeout=LONGEST_MOVE,
    )
    return PinAnswer.model_validate(answer)
