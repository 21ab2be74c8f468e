"""Bring our records to what Multilogin X has: folders, and browser profiles in them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from config.clock import now
from tasks.browser_profiles.registry import in_transaction
from tasks.browser_profiles.repository import (
    delete_browser_profile,
    get_browser_profile,
    list_known,
    put_browser_profiles,
    put_folders,
)
from tasks.browser_profiles.shown import record_values
from tasks.clients.multilogin import open_multilogin

METAS_AT_ONCE = 50


async def refresh_browser_profiles() -> int:
    """
    Read folders and browser profiles anew, and return how many there are.

    What was removed over there goes here too, unless its browser is open; what was made
    here since we began to read stays.

    Raises:
        MultiLoginError: Multilogin X did not say all of it, so nothing was changed.
    """
    began_at = now()
    async with open_multilogin() as multilogin:
        await multilogin.cloud.default_folder()
        folders = await multilogin.cloud.folders()
        ids = [one.id for one in await multilogin.cloud.search()]
        metas: list[dict[str, Any]] = []
        for first in range(0, len(ids), METAS_AT_ONCE):
            metas += await multilogin.cloud.metas(ids[first : first + METAS_AT_ONCE])
    folder_rows = [
        {
            "id": UUID(one.id),
            "name": one.name,
            "comment": one.comment,
            "created_at": one.created_at or began_at,
        }
        for one in folders
    ]
    await in_transaction(_store, folder_rows, metas, began_at=began_at)
    return len(metas)


def _store(
    session: Session,
    folders: Sequence[Mapping[str, Any]],
    metas: Sequence[Mapping[str, Any]],
    *,
    began_at: datetime,
) -> None:
    put_folders(session, folders)
    rows = [record_values(one, now=began_at) for one in metas]
    put_browser_profiles(session, rows)
    there = {values["id"] for values in rows}
    for known in list_known(session):
        if known.browser_profile_id in there or known.state.is_open:
            continue
        row = get_browser_profile(session, known.browser_profile_id)
        if row.created_at < began_at:
            delete_browser_profile(session, row)
