"""
A process that reads the table of a campaign run while another stores its rows.

Python works on one core for each process. What reads, scores and packs a large table
therefore runs as `python -m flows.read_table_beside`, which is given, as one JSON
object a line, first the source and the criteria, then where to read on and how much:

    run -> {"source": {...}, "criteria": {...}, "at": "2026-11-23T10:00:00Z"}
        <- a frame: imported and ready, and what its rows are made for
        -> {"position": {...}, "limit": 5000}
        <- a frame: what was read, pickled; empty if it could not be read

A frame is its length in 8 bytes, then the content. The process ends with its run: its
input ends then. It has nothing to lose, so it is killed where it is not needed.
"""

import json
import logging
import pickle
import select
import subprocess
import sys
from contextlib import suppress
from datetime import datetime
from struct import Struct
from typing import Any, BinaryIO

from flows.campaign_reading import ReadPortion
from tasks.public_profiles.criteria import Criteria
from tasks.public_profiles.ready import FORM_OF_ROWS, ReadyProfile
from tasks.public_profiles.schemas import TableSource

log = logging.getLogger(__name__)

_size = Struct("!Q")


class TableProcess:
    """
    The run's side: asks the process to read, and does without it if it must.

    Whatever goes wrong there is told by reading the same rows here.
    """

    def __init__(
        self, source: TableSource, criteria: Criteria, *, at: datetime
    ) -> None:
        """
        Start the process; its imports take most of a second, nobody waits for it.

        Raises:
            OSError: The machine has no room for another process.
        """
        self._process = subprocess.Popen(
            [sys.executable, "-m", "flows.read_table_beside"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._is_ready = False
        self.is_lost = False
        """Whether it is to be done without from now on."""

        order = {
            "source": source.model_dump(mode="json"),
            "criteria": criteria.model_dump(mode="json"),
            "at": at.isoformat(),
        }
        with suppress(OSError):
            self._send(order)

    def read(self, position: dict[str, Any], *, limit: int) -> ReadPortion | None:
        """Return the next rows; None if it is not ready, or could not read them."""
        if self.is_lost or not (self._is_ready or self.becomes_ready()):
            return None
        try:
            self._send({"position": position, "limit": limit})
            content = receive_frame(self._stdout)
        except (OSError, EOFError):
            content = b""
        self.is_lost = not content
        return unpack_portion(content) if content else None

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        with suppress(OSError):
            self._stdin.close()
        self._stdout.close()

    def becomes_ready(self) -> bool:
        """Return whether the process has imported all, without waiting for it."""
        has_said, _, _ = select.select([self._stdout], [], [], 0)
        if has_said:
            try:
                self._is_ready = receive_frame(self._stdout) == FORM_OF_ROWS
            except (OSError, EOFError):
                self._is_ready = False
            self.is_lost = not self._is_ready
            if self.is_lost:
                log.warning(
                    "the process that reads the table did not start as it should, so "
                    "the run reads it; if Muster was updated, restart its workers"
                )
        return self._is_ready

    def _send(self, wish: dict[str, Any]) -> None:
        self._stdin.write(json.dumps(wish).encode() + b"\n")
        self._stdin.flush()

    @property
    def _stdin(self) -> Any:
        return self._process.stdin

    @property
    def _stdout(self) -> Any:
        return self._process.stdout


def send_frame(stream: BinaryIO, content: bytes) -> None:
    """Write a frame."""
    stream.write(_size.pack(len(content)))
    stream.write(content)
    stream.flush()


def receive_frame(stream: BinaryIO) -> bytes:
    """
    Return the content of the next frame.

    Raises:
        EOFError: The stream ended before the frame did.
    """
    (size,) = _size.unpack(_exactly(stream, _size.size))
    return _exactly(stream, size)


def _exactly(stream: BinaryIO, size: int) -> bytes:
    content = stream.read(size)
    if len(content) != size:
        raise EOFError
    return content


def pack_portion(read: ReadPortion) -> bytes:
    """Return what was read as bytes; plain tuples take a third of the time."""
    rows = [tuple(one) for one in read.ready]
    return pickle.dumps((read.portion, rows, read.seconds), pickle.HIGHEST_PROTOCOL)


def unpack_portion(content: bytes) -> ReadPortion:
    """Return what `pack_portion` made bytes of."""
    portion, rows, seconds = pickle.loads(content)  # noqa: S301 - of our own child
    return ReadPortion(portion, list(map(ReadyProfile._make, rows)), seconds)
