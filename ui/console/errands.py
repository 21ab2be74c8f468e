"""What takes seconds goes on behind the screen, which shows it, and how it ended."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import streamlit as st

from ui.console.attempts import attempt, forget_refusal

_KEPT = "errands"
_AT_ONCE = 32
_LOOK_EVERY_SECONDS = 0.5


def _nothing(_answer: Any) -> None:
    return


@dataclass(frozen=True)
class Errand:
    """Something to be done that a person does not have to wait for."""

    name: str
    """Unique among what is under way; where `show_refusal` tells of a refusal."""

    doing: str
    """What a button says meanwhile: `Starting…`."""

    title: str
    """What did not happen, if it does not: `Potters did not start`."""

    act: Callable[[], object]
    """Done in another thread, so it may not touch the screen."""

    then: Callable[[Any], None] = field(default=_nothing)
    """Called with the answer when the screen runs again."""


def send_off(errand: Errand) -> None:
    """Begin an errand, unless one of its name is under way."""
    if errand.name in _under_way():
        return
    forget_refusal(errand.name)
    _under_way()[errand.name] = errand, _workers().submit(errand.act)


def doing(name: str) -> str | None:
    """Return what is under way by this name, in words; None if nothing is."""
    found = _under_way().get(name)
    return found[0].doing if found else None


def collect_errands() -> None:
    """Take in what has ended; the screen that shows now tells of it."""
    under_way = _under_way()
    for name, (errand, outcome) in list(under_way.items()):
        if outcome.done():
            end = partial(_end, errand, outcome)
            try:
                attempt(name, errand.title, end, again=partial(send_off, errand))
            except Exception:
                del under_way[name]
                raise
            # Not before: if this run is stopped in there, which Streamlit does by
            # what is no Exception, the next one takes it in.
            del under_way[name]


def await_errands() -> None:
    """Run the screen again as soon as something ends; nothing to do without errands."""
    if _under_way():
        _look()


@st.fragment(run_every=_LOOK_EVERY_SECONDS)
def _look() -> None:
    if any(outcome.done() for _, outcome in _under_way().values()):
        st.rerun()


def _end(errand: Errand, outcome: Future[object]) -> None:
    errand.then(outcome.result())


def _under_way() -> dict[str, tuple[Errand, Future[object]]]:
    kept: dict[str, tuple[Errand, Future[object]]] = st.session_state.setdefault(
        _KEPT, {}
    )
    return kept


@st.cache_resource
def _workers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="errand")
