"""Pure: an exception in, what may be kept of it out; nothing secret, nothing long."""

import hashlib
import re
import traceback
from pathlib import Path
from types import TracebackType

from sqlalchemy.exc import StatementError

from config.logs import mask_secrets
from tasks.failures.schemas import Finding

LONGEST_MESSAGE = 500
LONGEST_TRACE = 6_000
FRAMES_THAT_TELL = 5
"""The innermost frames of our own code name the place an error comes from."""

_CHECKOUT = Path(__file__).parents[2]
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def describe_failure(
    error: BaseException, *, place: str, correlation_id: str
) -> Finding:
    """
    Return what is kept of an error.

    Args:
        error: As it was caught, with its traceback.
        place: What was being done.
        correlation_id: Of the request or flow run.
    """
    return Finding(
        fingerprint=fingerprint_of(error),
        kind=_name_of(error),
        message=clean(message_of(error))[:LONGEST_MESSAGE],
        place=clean(place)[:LONGEST_MESSAGE],
        trace=clean(_trace_of(error))[-LONGEST_TRACE:],
        correlation_id=correlation_id,
    )


def fingerprint_of(error: BaseException) -> str:
    """Return a word that is the same for errors of one kind from the same place."""
    steps = [f"{path}:{name}" for path, name in _own_frames(error.__traceback__)]
    told = "\n".join([_name_of(error), *steps[-FRAMES_THAT_TELL:]])
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:16]


def message_of(error: BaseException) -> str:
    """Return the first line of what an error says; of SQL only the driver's words."""
    if isinstance(error, StatementError) and error.orig is not None:
        error = error.orig
    return str(error).strip().partition("\n")[0]


def clean(text: str) -> str:
    """Return a text without secrets, and without what a table or a log cannot hold."""
    return _CONTROL.sub("?", mask_secrets(text))


def _name_of(error: BaseException) -> str:
    kind = type(error)
    if kind.__module__ == "builtins":
        return kind.__qualname__
    return f"{kind.__module__}.{kind.__qualname__}"


def _own_frames(trace: TracebackType | None) -> list[tuple[str, str]]:
    """Return file and function of each frame of ours, outermost first; else of all."""
    frames = [(one.filename, one.name) for one in traceback.extract_tb(trace)]
    ours = [
        (str(Path(path).relative_to(_CHECKOUT)), name)
        for path, name in frames
        if Path(path).is_relative_to(_CHECKOUT) and ".venv" not in path
    ]
    return ours or [(Path(path).name, name) for path, name in frames]


def _trace_of(error: BaseException) -> str:
    lines = []
    for one in _chain(error):
        lines += [f"{_name_of(one)}: {message_of(one)[:LONGEST_MESSAGE]}"]
        lines += [
            f"  {_shorten(frame.filename)}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(one.__traceback__)
        ]
    return "\n".join(lines)


def _chain(error: BaseException) -> list[BaseException]:
    """Return what led to an error, first cause first, and the error."""
    chain: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in chain:
        chain.insert(0, one)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return chain


def _shorten(path: str) -> str:
    """Return a path without where this machine keeps it."""
    _, mark, below = path.rpartition("site-packages/")
    if mark:
        return below
    if Path(path).is_relative_to(_CHECKOUT):
        return str(Path(path).relative_to(_CHECKOUT))
    return Path(path).name
