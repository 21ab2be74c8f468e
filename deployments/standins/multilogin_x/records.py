"""Browser profiles as the cloud keeps them: made, changed, binned, locked."""

import shutil
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from deployments.standins.multilogin_x.accounts import forbidden
from deployments.standins.multilogin_x.envelope import not_found, wrong_values
from deployments.standins.multilogin_x.kept import Document, Kept
from deployments.standins.multilogin_x.tokens import Caller
from deployments.standins.multilogin_x.words import new_id, written

KIND = "browser_profile"


class Records:
    """The browser profiles of every workspace, their folders and their locks."""

    def __init__(self, kept: Kept, folder: Path, *, limit: int) -> None:
        self._kept = kept
        self.folder = folder
        self.limit = limit

    def data_folder(self, browser_profile_id: str) -> Path:
        """Return where the browser of a profile keeps its data."""
        return self.folder / browser_profile_id

    def sweep(self) -> None:
        """Delete the data of quick browser profiles that an earlier agent left."""
        for found in self.folder.iterdir() if self.folder.is_dir() else ():
            if self.find_record(found.name) is None:
                shutil.rmtree(found, ignore_errors=True)

    def workspace_records(self, workspace_id: str) -> list[Document]:
        """Return every browser profile of a workspace, binned ones too."""
        everything = self._kept.list_all(KIND)
        return [one for one in everything if one["workspace_id"] == workspace_id]

    def get(self, caller: Caller, browser_profile_id: str) -> Document:
        """
        Return a browser profile of the workspace that the caller's token opens.

        Raises:
            Refusal: There is none, or it belongs to another workspace.
        """
        record = self._kept.find(KIND, browser_profile_id.lower())
        if record is None:
            raise not_found("profile")
        if record["workspace_id"] != caller.workspace_id:
            raise forbidden("profile belongs to another workspace")
        return record

    def find_record(self, browser_profile_id: str) -> Document | None:
        """Return a browser profile of any workspace."""
        return self._kept.find(KIND, browser_profile_id)

    def get_many(self, caller: Caller, identities: Iterable[str]) -> list[Document]:
        """Return several browser profiles; see `get`."""
        return [self.get(caller, one) for one in identities]

    def create(
        self, caller: Caller, body: Document, *, times: int, at: datetime
    ) -> list[str]:
        """
        Keep `times` new browser profiles; return their ids.

        Raises:
            Refusal: The workspace holds as many as its plan allows.
        """
        held = len(self.workspace_records(caller.workspace_id))
        if held + times > self.limit:
            raise wrong_values(f"profiles limit of {self.limit} is reached")
        made = [_new_record(caller, body, at=at) for _ in range(times)]
        with self._kept.together():
            for record in made:
                self._kept.put(KIND, record["id"], record)
        return [record["id"] for record in made]

    def keep_quick(self, caller: Caller, record: Document, *, at: datetime) -> None:
        """Keep a quick browser profile, with its id, as a local one."""
        parameters = {**record["parameters"]}
        parameters["storage"] = {**parameters["storage"], "is_local": True}
        kept = _new_record(caller, record, at=at)
        kept |= {"id": record["id"], "parameters": parameters}
        self._kept.put(KIND, record["id"], kept)

    def change(
        self, caller: Caller | None, record: Document, *, at: datetime, **changes: Any
    ) -> None:
        """Keep a browser profile with some members changed."""
        who = {} if caller is None else {"last_updated_by": caller.email}
        changed = {**record, **changes, **who, "updated_at": written(at)}
        self._kept.put(KIND, record["id"], changed)

    def note_launch(
        self, record: Document, caller: Caller, machine: str, at: datetime
    ) -> None:
        """Keep who started it last, when and where."""
        launched = {
            "last_launched_at": written(at),
            "last_launched_by": caller.email,
            "last_launched_on": machine,
        }
        self._kept.put(KIND, record["id"], {**record, **launched})

    def bin(self, caller: Caller, records: Iterable[Document], *, at: datetime) -> None:
        """Move browser profiles to the bin, from which they can be restored."""
        with self._kept.together():
            for record in records:
                removed = {"removed_at": written(at), "removed_by": caller.email}
                self.change(caller, record, at=at, **removed)

    def restore(
        self, caller: Caller, records: Iterable[Document], *, at: datetime
    ) -> None:
        """Take browser profiles out of the bin."""
        with self._kept.together():
            for record in records:
                home = self._kept.find("folder", record["folder_id"])
                folder = home or self.folders_of(caller.workspace_id)[0]
                back = {"removed_at": None, "removed_by": "", "folder_id": folder["id"]}
                self.change(caller, record, at=at, **back)

    def remove(self, records: Iterable[Document]) -> None:
        """Delete browser profiles for good, with what their browsers kept."""
        identities = [record["id"] for record in records]
        with self._kept.together():
            self._kept.forget(KIND, identities)
            self._kept.forget("lock", identities)
            self._kept.forget("cookie_metadata", identities)
        for identity in identities:
            shutil.rmtree(self.data_folder(identity), ignore_errors=True)

    def folders_of(self, workspace_id: str) -> list[Document]:
        """Return the folders of a workspace, the default one first."""
        everything = self._kept.list_all("folder")
        own = [one for one in everything if one["workspace_id"] == workspace_id]
        return sorted(own, key=lambda one: not one["is_default"])

    def get_folder(self, caller: Caller, folder_id: str) -> Document:
        """
        Return a folder of the caller's present workspace.

        Raises:
            Refusal: There is none, or it belongs to another workspace.
        """
        folder = self._kept.find("folder", folder_id.lower())
        if folder is None:
            raise not_found("folder")
        if folder["workspace_id"] != caller.workspace_id:
            raise forbidden("folder belongs to another workspace")
        return folder

    def find_lock(self, browser_profile_id: str) -> Document | None:
        """Return who has a browser profile open, here or elsewhere."""
        return self._kept.find("lock", browser_profile_id)

    def locks(self) -> dict[str, Document]:
        """Return every lock by the id of its browser profile."""
        return {one["id"]: one for one in self._kept.list_all("lock")}

    def take_lock(
        self, record: Document, *, holder: str, machine: str, at: datetime
    ) -> None:
        """Note that somebody has a browser profile open."""
        lock = {
            "id": record["id"],
            "workspace_id": record["workspace_id"],
            "holder": holder,
            "machine": machine,
            "taken_at": written(at),
        }
        self._kept.put("lock", record["id"], lock)

    def release_locks(self, identities: Iterable[str]) -> int:
        """Forget locks, whoever holds them; return how many there were."""
        return self._kept.forget("lock", identities)

    def release_locks_of(self, machine: str) -> None:
        """Forget the locks of one machine, which has just been started."""
        held = [one["id"] for one in self.locks().values() if one["machine"] == machine]
        self.release_locks(held)


def _new_record(caller: Caller, body: Document, *, at: datetime) -> Document:
    return {
        **body,
        "id": new_id(),
        "workspace_id": caller.workspace_id,
        "created_at": written(at),
        "created_by": caller.email,
        "updated_at": written(at),
        "last_updated_by": caller.email,
        "last_launched_at": None,
        "last_launched_by": "",
        "last_launched_on": "",
        "removed_at": None,
        "removed_by": "",
    }
