"""A lookout never waits longer than was said, and asks nobody twice at a time."""

import asyncio
from collections.abc import Iterator
from threading import Event

import pytest

from config.errors import UnreachableError
from tasks.services.lookout import LateError, Lookout


class Counted:
    """Counts how often it is looked at; hangs until it may go on."""

    def __init__(self) -> None:
        self.looks = 0
        self.may_go_on = Event()

    def __call__(self) -> str:
        """Count, wait, answer."""
        self.looks += 1
        assert self.may_go_on.wait(10)
        return "seen"


@pytest.fixture
def hanging() -> Iterator[Counted]:
    one = Counted()
    yield one
    one.may_go_on.set()


def answer_twice(lookout: Lookout[str], name: str) -> list[str | None]:
    async def look() -> list[str | None]:
        both = [await lookout.look(within=5), await lookout.look(within=5)]
        return [one[name].seen for one in both]

    return asyncio.run(look())


def test_what_hangs_is_late_and_keeps_nobody_else(hanging: Counted) -> None:
    lookout = Lookout[str]({"hangs": hanging, "answers": lambda: "seen"})
    seen = asyncio.run(lookout.look(within=0.05))
    assert isinstance(seen["hangs"].failure, LateError)
    assert seen["answers"].seen == "seen"


def test_what_hangs_is_asked_once_however_often_one_looks(hanging: Counted) -> None:
    lookout = Lookout({"hangs": hanging})

    async def look_often() -> None:
        for _ in range(5):
            await lookout.look(within=0.01)

    asyncio.run(look_often())
    assert hanging.looks == 1
    hanging.may_go_on.set()
    assert asyncio.run(lookout.look(within=5))["hangs"].seen == "seen"


def test_what_was_seen_is_kept_for_as_long_as_was_said() -> None:
    kept, fresh = Counted(), Counted()
    kept.may_go_on.set()
    fresh.may_go_on.set()
    assert answer_twice(Lookout({"a": kept}, kept_seconds=60), "a") == ["seen"] * 2
    assert answer_twice(Lookout({"a": fresh}), "a") == ["seen"] * 2
    assert (kept.looks, fresh.looks) == (1, 2)


def test_a_failure_of_one_is_its_own(caplog: pytest.LogCaptureFixture) -> None:
    def away() -> str:
        raise UnreachableError("it is away")

    def broken() -> str:
        raise ZeroDivisionError

    lookout = Lookout({"away": away, "broken": broken, "well": lambda: "seen"})
    seen = asyncio.run(lookout.look(within=5))
    assert isinstance(seen["away"].failure, UnreachableError)
    assert isinstance(seen["broken"].failure, ZeroDivisionError)
    assert seen["well"].seen == "seen"
    assert "broken" in caplog.text
