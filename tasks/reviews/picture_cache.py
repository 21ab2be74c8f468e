"""Fetched pictures in a folder that does not grow beyond a size."""

import os
import tempfile
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

_FOUND, _MISSING = ".picture", ".missing"
_LEFT_AFTER_TIDYING = 0.9


class KeptPicture(NamedTuple):
    """A picture as it was fetched, or why there is none."""

    content: bytes
    missing_because: str = ""


class PictureCache:
    """A folder of pictures by their addresses; processes may share it."""

    def __init__(
        self, folder: Path, *, most_bytes: int, lifetime: timedelta, missing: timedelta
    ) -> None:
        self._folder, self._most_bytes = folder, most_bytes
        self._lifetimes = {_FOUND: lifetime, _MISSING: missing}

    def find(self, url: str, *, now: datetime) -> KeptPicture | None:
        """Return what is kept of an address, unless it is too old."""
        for ending, lifetime in self._lifetimes.items():
            path = self._path_of(url, ending)
            try:
                age = now.timestamp() - path.stat().st_mtime
                content = path.read_bytes()
            except OSError:
                continue
            if age < lifetime.total_seconds():
                if ending == _FOUND:
                    return KeptPicture(content)
                return KeptPicture(b"", content.decode("utf-8", "replace"))
        return None

    def keep(self, url: str, picture: KeptPicture) -> None:
        """Keep what became of an address; the oldest make room for it."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        ending = _MISSING if picture.missing_because else _FOUND
        other = _FOUND if picture.missing_because else _MISSING
        content = picture.missing_because.encode() or picture.content
        handle, written = tempfile.mkstemp(dir=self._folder)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(written).replace(self._path_of(url, ending))
        self._path_of(url, other).unlink(missing_ok=True)
        self._tidy()

    def forget(self, url: str) -> bool:
        """Remove what is kept of an address; return whether there was something."""
        kept = [self._path_of(url, ending) for ending in self._lifetimes]
        there = [path for path in kept if path.exists()]
        for path in there:
            path.unlink(missing_ok=True)
        return bool(there)

    def _path_of(self, url: str, ending: str) -> Path:
        return self._folder / f"{sha256(url.encode()).hexdigest()}{ending}"

    def _tidy(self) -> None:
        files = []
        for entry in os.scandir(self._folder):
            try:
                found = entry.stat()
            except FileNotFoundError:  # another process tidies as well
                continue
            files.append((found.st_mtime, found.st_size, Path(entry.path)))
        total = sum(size for _, size, _ in files)
        if total <= self._most_bytes:
            return
        for _, size, path in sorted(files):
            if total <= self._most_bytes * _LEFT_AFTER_TIDYING:
                return
            path.unlink(missing_ok=True)
            total -= size
