"""Screens that were left end when their time is over, and no others."""

from dataclasses import dataclass
from typing import Any, cast

from cachetools import TTLCache
from streamlit.runtime import Runtime
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.session_manager import SessionInfo
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager
from typing_extensions import override

from ui.api.left_screens import end, take_out


@dataclass
class Screen:
    """What is asked of Streamlit's session of a screen."""

    id: str
    is_ended: bool = False

    def shutdown(self) -> None:
        """End it."""
        self.is_ended = True


def leave(storage: MemorySessionStorage, name: str) -> Screen:
    screen = Screen(name)
    storage.save(SessionInfo(client=None, session=cast("Any", screen)))
    return screen


def test_a_screen_ends_when_its_time_is_over() -> None:
    storage, clock = MemorySessionStorage(), [0.0]
    storage._cache = TTLCache(maxsize=8, ttl=120, timer=lambda: clock[0])  # noqa: SLF001 - its clock is to be set
    early = leave(storage, "early")
    clock[0] = 100.0
    late = leave(storage, "late")
    clock[0] = 121.0
    end(take_out(storage))
    assert (early.is_ended, late.is_ended) == (True, False)
    assert take_out(storage) == []


def test_a_screen_that_somebody_may_come_back_to_stays() -> None:
    storage = MemorySessionStorage(ttl_seconds=60)
    screen = leave(storage, "one")
    end(take_out(storage))
    assert not screen.is_ended
    assert storage.get("one") is not None


def test_a_screen_that_fails_to_end_keeps_no_other_from_it() -> None:
    class Failing(Screen):
        """Cannot be ended."""

        @override
        def shutdown(self) -> None:
            raise ValueError

    other = Screen("other")
    end(cast("Any", [Failing("one"), other]))
    assert other.is_ended


def test_streamlit_still_holds_its_screens_where_they_are_looked_for() -> None:
    assert "_session_mgr" in Runtime.__init__.__code__.co_names
    names = WebsocketSessionManager.__init__.__code__.co_names
    assert {"_session_storage", "_storage_lock"} <= set(names)
