"""Screens of the console that somebody left: let go when their time is over."""

import asyncio
import logging
from collections.abc import Iterable
from typing import Any

from streamlit import runtime
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.memory_session_storage import MemorySessionStorage

log = logging.getLogger(__name__)

SECONDS_BETWEEN_LOOKS = 30.0


async def let_go_of_left_screens() -> None:
    """
    Look for screens whose time is over, again and again until cancelled.

    Streamlit keeps a screen for two minutes after it was left, for a connection that
    broke off. But it looks at the time only when the next screen is left, and ends
    what it drops only with the garbage: up to 128 stayed, with what they held and
    three descriptors each, for as long as nobody came (measured).
    """
    while True:
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
        if runtime.exists():
            # Streamlit has no other way to it; the soak of an hour notices if it goes.
            screens: Any = runtime.get_instance()._session_mgr  # noqa: SLF001
            with screens._storage_lock:  # noqa: SLF001 - scripts look there too
                over = take_out(screens._session_storage)  # noqa: SLF001
            end(over)


def take_out(storage: MemorySessionStorage) -> list[AppSession]:
    """Take all screens whose time is over out of their storage, and return them."""
    expired = storage._cache.expire()  # type: ignore[attr-defined]  # noqa: SLF001 - as above
    return [left.session for _, left in expired]


def end(screens: Iterable[AppSession]) -> None:
    """End screens; one that fails to keeps no other from it."""
    for screen in screens:
        try:
            screen.shutdown()
        except Exception:
            log.exception("a screen that was left could not be ended")
