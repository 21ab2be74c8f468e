"""Change what a browser profile shows of itself, there and here."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from tasks.browser_profiles.registry import in_transaction, look_up
from tasks.browser_profiles.repository import (
    BrowserProfileNotFoundError,
    get_browser_profile,
)
from tasks.browser_profiles.shown import record_values
from tasks.clients.multilogin import open_multilogin
from tasks.clients.multilogin_wishes import BrowserProfileChanges


class FlagChange(NamedTuple):
    """What a masking flag was, and what it is now."""

    before: str
    after: str


async def set_flag(browser_profile_id: UUID, flag: str, word: str) -> FlagChange:
    """
    Set one masking flag, for the browser's next start; safe to repeat.

    Raises:
        BrowserProfileNotFoundError: There is none of this id, here or there.
        InvalidError: There is no such flag, or it cannot be that.
        MultiLoginError: Multilogin X did not change it.
    """
    await look_up(browser_profile_id)
    async with open_multilogin() as multilogin:
        cloud, browser_id = multilogin.cloud, str(browser_profile_id)
        before = _only(await cloud.metas([browser_id]), browser_profile_id)
        changes = BrowserProfileChanges(flags={flag: word})
        await cloud.update(browser_id, changes)
        after = _only(await cloud.metas([browser_id]), browser_profile_id)
    await in_transaction(_note_changed, browser_profile_id, after)
    return FlagChange(_flag_of(before, flag), _flag_of(after, flag))


def _only(metas: list[dict[str, Any]], browser_profile_id: UUID) -> dict[str, Any]:
    for one in metas:
        if one["id"] == str(browser_profile_id):
            return one
    raise BrowserProfileNotFoundError(browser_profile_id)


def _flag_of(meta: Mapping[str, Any], flag: str) -> str:
    flags = (meta.get("parameters") or {}).get("flags") or {}
    return str(flags.get(flag) or "")


def _note_changed(
    session: Session, browser_profile_id: UUID, meta: Mapping[str, Any]
) -> None:
    row = get_browser_profile(session, browser_profile_id, lock=True)
    values = record_values(meta, now=row.updated_at)
    row.parameters, row.updated_at = values["parameters"], values["updated_at"]
