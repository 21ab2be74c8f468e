"""Look at several things at once, and never wait longer than was said."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Lock, Thread
from time import monotonic
from typing import Generic, TypeVar

from config.errors import ApplicationError, UnreachableError

log = logging.getLogger(__name__)

Seen = TypeVar("Seen")


class LateError(UnreachableError):
    """It did not answer as long as we waited."""

    code = "late"

    def __init__(self, seconds: float) -> None:
        super().__init__(f"it has not answered within {seconds:g} s")


@dataclass(frozen=True, slots=True)
class Sighting(Generic[Seen]):
    """What a look has shown: a value or a failure, and how long it took."""

    seen: Seen | None
    failure: Exception | None
    seconds: float


class Lookout(Generic[Seen]):
    """
    Calls functions on threads of their own, each at most once at the same time.

    A function that hangs keeps one thread, however often somebody looks, and nobody
    waits for it longer than they want to. The threads are none of a pool's: where all
    of a pool's threads hang, this still answers.
    """

    def __init__(
        self, looks: Mapping[str, Callable[[], Seen]], *, kept_seconds: float = 0.0
    ) -> None:
        self._looks = looks
        self._kept_seconds = kept_seconds
        self._latest: dict[str, tuple[float, Future[Sighting[Seen]]]] = {}
        self._lock = Lock()

    async def look(self, *, within: float) -> dict[str, Sighting[Seen]]:
        """Return what each function shows within so many seconds; else `LateError`."""
        answers = {name: asyncio.wrap_future(self._begin(name)) for name in self._looks}
        if answers:
            await asyncio.wait(answers.values(), timeout=within)
        return {
            name: answer.result()
            if answer.done()
            else Sighting(None, LateError(within), within)
            for name, answer in answers.items()
        }

    def _begin(self, name: str) -> "Future[Sighting[Seen]]":
        with self._lock:
            began, answer = self._latest.get(name, (0.0, None))
            is_fresh = monotonic() - began < self._kept_seconds
            if answer is None or (answer.done() and not is_fresh):
                answer = Future()
                self._latest[name] = (monotonic(), answer)
                work = (name, self._looks[name], answer)
                Thread(
                    target=_carry_out, args=work, name=f"look-at-{name}", daemon=True
                ).start()
            return answer


def _carry_out(
    name: str, look: Callable[[], Seen], answer: "Future[Sighting[Seen]]"
) -> None:
    began = monotonic()
    try:
        seen = look()
    except ApplicationError as problem:
        answer.set_result(Sighting(None, problem, monotonic() - began))
    except Exception as failure:
        log.warning("a look at %s failed", name, exc_info=failure)
        answer.set_result(Sighting(None, failure, monotonic() - began))
    else:
        answer.set_result(Sighting(seen, None, monotonic() - began))
