"""Browser profiles at the local Multilogin X, and loops to work with them in."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar
from uuid import UUID, uuid4

from config.connections import close_async_redis_client
from tasks.browser_profiles.create import create_browser_profile
from tasks.browser_profiles.schemas import BrowserProfileRequest

Result = TypeVar("Result")


def alone(work: Coroutine[Any, Any, Result]) -> Result:
    """Do some work in an event loop of its own, and leave no connection behind."""

    async def do_it() -> Result:
        try:
            return await work
        finally:
            await close_async_redis_client()

    return asyncio.run(do_it())


def make_browser_profile(**values: Any) -> UUID:
    """Make a browser profile of the template `natural` and return its id."""
    wish = {"name": f"Sample {uuid4().hex[:8]}", "template": "natural", **values}
    request = BrowserProfileRequest.model_validate(wish)
    return alone(create_browser_profile(request, created_by=None)).id
