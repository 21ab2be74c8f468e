"""Small flows a real worker runs in the integration tests; each leaves a trace."""

import subprocess
import sys
import threading
from pathlib import Path

import anyio
from prefect import flow, runtime

from config.clock import now
from config.errors import ConflictError

_LONG = 600


def _leave(trace: str, line: str) -> None:
    with Path(trace).open("a") as lines:
        lines.write(f"{line}\n")


@flow(name="sample-short")
def run_short(trace: str) -> None:
    """Say when the first line ran, and end."""
    _leave(trace, f"{now().timestamp()}")


@flow(name="sample-long")
def run_long(trace: str) -> None:
    """Start a process of its own and wait; when taken up again, end at once."""
    taken = runtime.flow_run.run_count
    if taken > 1:
        _leave(trace, f"again {taken}")
        return
    idle = f"import threading; threading.Event().wait({_LONG})"
    grandchild = subprocess.Popen([sys.executable, "-c", idle])  # noqa: S603 - ours
    _leave(trace, f"{threading.get_native_id()} {grandchild.pid}")
    threading.Event().wait(_LONG)


@flow(name="sample-attached")
async def run_attached_sample(trace: str) -> str:
    """Say when the first line ran, and answer."""
    _leave(trace, f"{now().timestamp()}")
    return "answer"


@flow(name="sample-refusing")
async def run_refusing() -> None:
    """Refuse, with an error of ours."""
    raise ConflictError("it is taken")


@flow(name="sample-slow")
async def run_slow() -> None:
    """Take longer than anybody waits."""
    await anyio.sleep(_LONG)
