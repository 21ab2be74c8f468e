"""Browser profiles as zip files: packed and unpacked in the background."""

import asyncio
import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from config.clock import now
from deployments.standins.multilogin_x.kept import Document
from deployments.standins.multilogin_x.words import milliseconds, new_id

RECORD = "browser_profile.json"
DATA = "data"
LARGEST_BYTES = 4 * 1024**3
LARGEST_RECORD_BYTES = 1024 * 1024
_LEFT_OUT = frozenset(
    {
        "BrowserMetrics",
        "Cache",
        "Code Cache",
        "Crashpad",
        "DevToolsActivePort",
        "GPUCache",
        "GrShaderCache",
        "ShaderCache",
    }
)
RUNNING, DONE, FAILED = "running", "done", "error"


class UnreadableArchiveError(Exception):
    """A file that is not an exported browser profile; the message says why."""


@dataclass
class Transfer:
    """An export or import on its way; `told` are the members of its own kind."""

    id: str
    workspace_id: str
    is_import: bool
    told: dict[str, Any]
    state: str = RUNNING
    message: str = ""
    timestamp: int = field(default_factory=lambda: milliseconds(now()))

    def row(self) -> dict[str, Any]:
        """Return it as the launcher tells it."""
        name = "import_id" if self.is_import else "export_id"
        return {
            name: self.id,
            **self.told,
            "status": self.state,
            "message": self.message,
            "timestamp": self.timestamp,
        }

    def end(self, problem: Exception | None = None) -> None:
        """Note that it is over."""
        self.state = FAILED if problem else DONE
        self.message = str(problem) if problem else ""
        self.timestamp = milliseconds(now())


class Transfers:
    """Every export and import since the agent was started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[str, Transfer] = {}
        self._working: set[asyncio.Task[None]] = set()

    def find_transfer(self, identity: str, workspace_id: str) -> Transfer | None:
        """Return an export or import of a workspace."""
        known = self._known.get(identity)
        return known if known and known.workspace_id == workspace_id else None

    def list_rows(self, workspace_id: str, *, is_import: bool) -> list[dict[str, Any]]:
        """Return the exports, or the imports, of a workspace."""
        return [
            one.row()
            for one in self._known.values()
            if one.workspace_id == workspace_id and one.is_import == is_import
        ]

    def start_export(self, record: Document, data: Path) -> Transfer:
        """Begin to pack a browser profile and what its browser keeps."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        identity = new_id()
        file = self.folder / f"{identity}.zip"
        told = {"export_path": str(file), "profile_id": record["id"]}
        export = self._note(Transfer(identity, record["workspace_id"], False, told))  # noqa: FBT003 - a dataclass' field
        self._begin(self._pack(export, record, data, file))
        return export

    def start_import(
        self, file: Path, data: Path, *, workspace_id: str, told: dict[str, Any]
    ) -> Transfer:
        """Begin to unpack what a browser kept into its folder."""
        begun = self._note(Transfer(new_id(), workspace_id, True, told))  # noqa: FBT003 - a dataclass' field
        self._begin(self._unpack(begun, file, data))
        return begun

    async def close(self) -> None:
        """Wait for what is on its way."""
        await asyncio.gather(*self._working, return_exceptions=True)

    def _note(self, transfer: Transfer) -> Transfer:
        self._known[transfer.id] = transfer
        return transfer

    def _begin(self, work: Any) -> None:
        working = asyncio.create_task(work)
        self._working.add(working)
        working.add_done_callback(self._working.discard)

    async def _pack(
        self, export: Transfer, record: Document, data: Path, file: Path
    ) -> None:
        try:
            await asyncio.to_thread(pack, record, data, file)
        except (OSError, zipfile.BadZipFile) as problem:
            export.end(problem)
        else:
            # As seen live: once it is done the ending is gone.
            export.told["export_path"] = str(file.with_suffix(""))
            export.end()

    async def _unpack(self, begun: Transfer, file: Path, data: Path) -> None:
        try:
            await asyncio.to_thread(unpack, file, data)
        except (OSError, zipfile.BadZipFile, UnreadableArchiveError) as problem:
            begun.end(problem)
        else:
            begun.end()


def pack(record: Document, data: Path, file: Path) -> None:
    """Write a browser profile with its data into a zip, in one step."""
    unfinished = file.with_suffix(".part")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(RECORD, json.dumps(record))
        for found in _files_below(data):
            name = f"{DATA}/{found.relative_to(data).as_posix()}"
            archive.write(found, name)
    unfinished.replace(file)


def read_record(file: Path) -> Document:
    """
    Return the browser profile that a zip holds.

    Raises:
        UnreadableArchiveError: It holds none, or is not there.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            if archive.getinfo(RECORD).file_size > LARGEST_RECORD_BYTES:
                raise UnreadableArchiveError("the archive is not an exported profile")
            record = json.loads(archive.read(RECORD))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as problem:
        message = "the archive is not an exported profile"
        raise UnreadableArchiveError(message) from problem
    if not isinstance(record, dict):
        raise UnreadableArchiveError("the archive is not an exported profile")
    return record


def unpack(file: Path, data: Path) -> None:
    """
    Write the data of an exported browser profile below `data`.

    Raises:
        UnreadableArchiveError: A name leads elsewhere, or it is too much.
    """
    with zipfile.ZipFile(file) as archive:
        members = [one for one in archive.infolist() if not one.is_dir()]
        if sum(one.file_size for one in members) > LARGEST_BYTES:
            raise UnreadableArchiveError("the archive is too large")
        for member in members:
            path = PurePosixPath(member.filename)
            if path.parts[0] != DATA:
                continue
            if ".." in path.parts or path.is_absolute():
                raise UnreadableArchiveError("the archive leads outside its folder")
            target = data.joinpath(*path.parts[1:])
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            target.write_bytes(archive.read(member))


def _files_below(data: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(data):
        folders[:] = [one for one in folders if one not in _LEFT_OUT]
        for name in files:
            found = Path(folder, name)
            if name not in _LEFT_OUT and found.is_file() and not found.is_symlink():
                yield found
