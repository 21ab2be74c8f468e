"""Screens of the console that somebody left: let go when their time is over."""

import asyncio

from streamlit import runtime
from streamlit.runtime.memory_session_storage import MemorySessionStorage

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
            sessions = runtime.get_instance()._session_mgr  # noqa: SLF001
            let_go(sessions._session_storage)  # type: ignore[attr-defined]  # noqa: SLF001


def let_go(storage: MemorySessionStorage) -> int:
    """End all screens whose time is over; return how many."""
    over = storage._cache.expire()  # type: ignore[attr-defined]  # noqa: SLF001 - as above
    for _, left in over:
        left.session.shutdown()
    return len(over)
