"""Make and remove browser profiles and folders, there and here."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from http import HTTPStatus
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from config.clock import now
from config.connections import async_redis_client
from config.errors import ConflictError, InvalidError
from tasks.browser_profiles.lock import hold_browser_profile
from tasks.browser_profiles.registry import at_this_moment, in_transaction, look_up
from tasks.browser_profiles.repository import (
    add_browser_profile,
    add_folder,
    delete_browser_profile,
    describe_browser_profile,
    is_name_taken,
    list_folders,
    lock_own_browser_profile,
)
from tasks.browser_profiles.schemas import (
    BrowserProfileAnswer,
    BrowserProfileRequest,
    FolderAnswer,
    FolderRequest,
)
from tasks.browser_profiles.shown import record_values
from tasks.browser_profiles.templates import wish_of
from tasks.clients.multilogin import open_multilogin
from tasks.clients.multilogin_cloud import MultiloginCloud
from tasks.clients.multilogin_errors import (
    MultiLoginRefusedError,
    MultiLoginServiceError,
)
from tasks.clients.multilogin_keys import one_at_a_time
from tasks.clients.multilogin_wishes import NewBrowserProfile, create_body
from tasks.events.outbox import record_event
from tasks.events.types import BrowserProfileCreated, BrowserProfileRemoved

_LONGEST_QUEUE = timedelta(seconds=30)


class BrowserProfileNameTakenError(ConflictError):
    """The folder has a browser profile of this name."""

    code = "browser_profile_name_taken"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"there is a browser profile called {name} in this folder; choose another "
            "name"
        )


class BrowserRunningError(ConflictError):
    """A browser is open, and must not be."""

    code = "browser_running"

    def __init__(self, state: str) -> None:
        super().__init__(
            "this browser profile is in use; stop its browser first",
            details={"state": state},
        )


async def create_browser_profile(
    request: BrowserProfileRequest, *, created_by: UUID | None
) -> BrowserProfileAnswer:
    """
    Make a browser profile and return it, stopped.

    Its name is its own within the folder: by it, it is found when the answer to our
    request gets lost.

    Raises:
        InvalidError: A flag, a value or the template is none that there is.
        BrowserProfileNameTakenError: The folder has one of this name.
        MultiLoginError: Multilogin X did not make it.
    """
    async with open_multilogin() as multilogin:
        folder_id = request.folder_id or UUID(await multilogin.cloud.default_folder())
        wish = wish_of(request, folder_id=folder_id)
        body = _checked_body(wish)
        told = sha256(f"{folder_id}\n{request.name}".encode()).hexdigest()[:32]
        async with one_at_a_time(
            async_redis_client(),
            f"browser_profile_name:{{{told}}}",
            longest=_LONGEST_QUEUE,
        ):
            if await in_transaction(is_name_taken, request.name, folder_id=folder_id):
                raise BrowserProfileNameTakenError(request.name)
            ids = await _create_there(wish, multilogin.cloud)
            return await at_this_moment(
                _note_created,
                UUID(ids[0]),
                body,
                template=request.template,
                created_by=created_by,
            )


async def remove_browser_profile(browser_profile_id: UUID) -> None:
    """
    Remove a browser profile for good, there and here.

    Raises:
        BrowserProfileNotFoundError: There is none of this id.
        BrowserRunningError: Its browser is open, or about to be.
        MultiLoginError: Multilogin X did not remove it.
    """
    profile, _ = await look_up(browser_profile_id)
    async with (
        open_multilogin() as multilogin,
        hold_browser_profile(browser_profile_id, above=profile.fence) as held,
    ):
        profile, known = await look_up(browser_profile_id)
        if known is not None:
            raise BrowserRunningError(profile.state)
        await _remove_there(browser_profile_id, multilogin.cloud)
        await in_transaction(_note_removed, browser_profile_id, fence=held.fence)


async def create_folder(request: FolderRequest) -> FolderAnswer:
    """
    Make a folder and return it.

    Raises:
        MultiLoginError: Multilogin X did not make it.
    """
    async with open_multilogin() as multilogin:
        folder_id = await multilogin.cloud.create_folder(
            request.name, comment=request.comment
        )
    values = {
        "id": UUID(folder_id),
        "name": request.name,
        "comment": request.comment,
        "created_at": now(),
    }
    await in_transaction(add_folder, values)
    return FolderAnswer(
        id=UUID(folder_id),
        name=request.name,
        comment=request.comment,
        profiles_count=0,
        running_count=0,
    )


async def show_folders() -> list[FolderAnswer]:
    """
    Return the folders; where none are known yet, Multilogin X is asked.

    Raises:
        MultiLoginError: It was asked, and did not say.
    """
    known = await in_transaction(list_folders)
    if known:
        return known
    async with open_multilogin() as multilogin:
        await multilogin.cloud.default_folder()
        found = await multilogin.cloud.folders()
    for one in found:
        values = {
            "id": UUID(one.id),
            "name": one.name,
            "comment": one.comment,
            "created_at": one.created_at or now(),
        }
        await in_transaction(add_folder, values)
    return await in_transaction(list_folders)


async def _create_there(wish: NewBrowserProfile, cloud: MultiloginCloud) -> list[str]:
    """Make it; what Multilogin X does not take of it is the caller's to change."""
    try:
        return await cloud.create_browser_profiles(wish)
    except MultiLoginRefusedError as refusal:
        if refusal.http_status == HTTPStatus.NOT_FOUND:
            raise InvalidError(
                "Multilogin X has no such folder", field="folderId"
            ) from None
        if refusal.http_status == HTTPStatus.BAD_REQUEST:
            raise InvalidError(refusal.message, field="parameters") from None
        raise


async def _remove_there(browser_profile_id: UUID, cloud: MultiloginCloud) -> None:
    try:
        await cloud.remove([str(browser_profile_id)], permanently=True)
    except MultiLoginServiceError as refusal:
        if refusal.http_status != HTTPStatus.NOT_FOUND:
            raise  # else somebody has removed it over there


def _checked_body(wish: NewBrowserProfile) -> dict[str, Any]:
    """Return what is sent; what is wrong with it is told at the caller's own field."""
    try:
        return create_body(wish, times=1)
    except InvalidError as wrong:
        field = wrong.field or ""
        inner = field.startswith(("flags.", "fingerprint."))
        place = f"parameters.{field}" if inner else field or None
        raise InvalidError(wrong.message, field=place) from None


def _note_created(
    session: Session,
    browser_profile_id: UUID,
    body: Mapping[str, Any],
    *,
    template: str,
    created_by: UUID | None,
    now: datetime,
) -> BrowserProfileAnswer:
    values = record_values({**body, "id": str(browser_profile_id)}, now=now)
    values |= {"template": template, "created_by": created_by, "state_changed_at": now}
    row = add_browser_profile(session, values)
    record_event(session, BrowserProfileCreated(None, browser_profile_id, row.name))
    return describe_browser_profile(row, None)


def _note_removed(session: Session, browser_profile_id: UUID, *, fence: int) -> None:
    row = lock_own_browser_profile(session, browser_profile_id, fence=fence)
    record_event(session, BrowserProfileRemoved(None, browser_profile_id, row.name))
    delete_browser_profile(session, row)
