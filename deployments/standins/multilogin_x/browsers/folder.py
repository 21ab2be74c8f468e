"""The folder of one browser profile: who holds it, and what a dead holder left."""

import fcntl
import json
import os
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from deployments.stack.processes import birth_of, kill_group
from deployments.standins.multilogin_x.browsers.order import AlreadyRunningError

RECORD = "browser.json"
LOCK = "owner.lock"
DATA = "user-data"
SCRATCH_PREFIX = "mb-"
"""Short, as the path of Chromium's socket in there must stay below 108 bytes."""

_LONGEST_PARENT = 50
"""Bytes: 108 less the scratch folder's name, Chromium's own folder and its socket."""

_CHROMIUM_LOCKS = ("SingletonLock", "SingletonSocket", "SingletonCookie")
_SECONDS_TO_END = 2.0
"""A browser whose owner died closes by itself within 0.3 s (measured)."""

_SAME_BIRTH_SECONDS = 1.0
_LOOK_SECONDS = 0.02


class HeldFolder:
    """A folder that nobody else opens a browser on until it is let go."""

    def __init__(self, folder: Path) -> None:
        """
        Take hold of a folder, and mend what a dead holder left in it.

        Raises:
            AlreadyRunningError: Somebody holds it.
        """
        folder = folder.absolute()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder
        self.data = folder / DATA
        self._lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._lock)
            raise AlreadyRunningError(
                "a browser is open on this browser profile; stop it first"
            ) from error
        try:
            self.left_behind = _mend(folder)
            self.data.mkdir(mode=0o700, exist_ok=True)
            (folder / "home").mkdir(mode=0o700, exist_ok=True)
            self.scratch = Path(
                tempfile.mkdtemp(prefix=SCRATCH_PREFIX, dir=_parent_of_scratch())
            )
        except BaseException:
            os.close(self._lock)
            raise
        self._processes: dict[str, list[float]] = {}
        self._write()

    def record_process(self, name: str, process_id: int) -> None:
        """Note a process of ours, for whoever has to clean up after us."""
        born = birth_of(process_id)
        if born is not None:
            self._processes[name] = [process_id, born]
            self._write()

    def let_go(self) -> None:
        """Remove what is only of use to a running browser, and release the folder."""
        shutil.rmtree(self.scratch, ignore_errors=True)
        _remove_traces(self.folder)
        os.close(self._lock)

    def _write(self) -> None:
        record = {"scratch": str(self.scratch), "processes": self._processes}
        fresh = self.folder / f"{RECORD}.new"
        fresh.write_text(json.dumps(record), encoding="utf-8")
        fresh.replace(self.folder / RECORD)


def sweep_folders(root: Path) -> list[Path]:
    """
    End what dead owners left in the folders one or two levels below `root`.

    Processes are known by their number and the moment they began, never by name.
    Folders whose owner lives are left alone. Returns the folders that were mended.
    """
    mended = []
    for record in sorted([*root.glob(f"*/{RECORD}"), *root.glob(f"*/*/{RECORD}")]):
        with suppress(AlreadyRunningError):
            held = HeldFolder(record.parent)
            held.let_go()
            mended.append(record.parent)
    return mended


def _mend(folder: Path) -> int:
    """Remove what a dead holder left; return how many of its processes still ran."""
    record = _read_record(folder)
    left = [one for one in _processes_in(record) if _still_runs(one)]
    for process in _wait_for(left):
        kill_group(process.pid)
    _wait_for(left)
    scratch = Path(str(record.get("scratch") or ""))
    if scratch.name.startswith(SCRATCH_PREFIX):
        shutil.rmtree(scratch, ignore_errors=True)
    _remove_traces(folder)
    return len(left)


def _parent_of_scratch() -> str:
    """Return the folder for temporary files, unless its own path is too long."""
    usual = tempfile.gettempdir()
    return usual if len(os.fsencode(usual)) <= _LONGEST_PARENT else "/tmp"  # noqa: S108 - mkdtemp makes a folder of our own in it


def _remove_traces(folder: Path) -> None:
    data = folder / DATA
    # It survives even an orderly end, and a driver would wait a minute for its port.
    (data / "DevToolsActivePort").unlink(missing_ok=True)
    if not _is_held_here(data):
        for name in _CHROMIUM_LOCKS:
            (data / name).unlink(missing_ok=True)
    (folder / RECORD).unlink(missing_ok=True)


def _is_held_here(data: Path) -> bool:
    """Return whether a Chromium we know nothing of runs on this very folder."""
    try:
        lock = str((data / "SingletonLock").readlink())
        host, _, number = lock.rpartition("-")
    except OSError:
        return False
    if host != socket.gethostname() or not number.isdigit():
        return False
    try:
        process = psutil.Process(int(number))
        return _still_runs(process) and any(
            str(data) in one for one in process.cmdline()
        )
    except psutil.Error:
        return False


def _read_record(folder: Path) -> Mapping[str, Any]:
    try:
        found = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _processes_in(record: Mapping[str, Any]) -> list[psutil.Process]:
    found = []
    for process_id, born in (record.get("processes") or {}).values():
        seen = birth_of(int(process_id))
        if seen is not None and abs(seen - born) < _SAME_BIRTH_SECONDS:
            with suppress(psutil.Error):
                found.append(psutil.Process(int(process_id)))
    return found


def _wait_for(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Return those that have not ended in time; a zombie has."""
    ends_at = time.monotonic() + _SECONDS_TO_END
    pause = threading.Event()
    while left := [one for one in processes if _still_runs(one)]:
        if time.monotonic() >= ends_at:
            break
        pause.wait(_LOOK_SECONDS)
    return left


def _still_runs(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
