"""Browser profiles: list, create, remove, start, stop, look at their pages."""

from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from config.vocabulary import BrowserState
from flows import browser_profile_life
from tasks.browser_profiles import create
from tasks.browser_profiles.picture import picture_page
from tasks.browser_profiles.repository import count_by_state, list_browser_profiles
from tasks.browser_profiles.schemas import (
    BrowserProfileRequest,
    FolderAnswer,
    FolderRequest,
    StartAnswer,
    StartRequest,
    StopAllAnswer,
)
from tasks.browser_profiles.templates import list_templates
from tasks.database import transaction
from tasks.pages import PageWish
from ui.api.auth import BrowserProfilesRead, BrowserProfilesWrite
from ui.api.browser_profile_answers import (
    BrowserProfileList,
    FolderList,
    TemplateList,
    TestedBrowserProfile,
    with_leak_tests,
)
from ui.api.dependencies import paged_by
from ui.api.idempotency import TAKES_KEY

router = APIRouter(prefix="/browser-profiles", tags=["browser profiles"])

_PNG = "image/png"
_PICTURE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "What the browser shows now.",
        "content": {_PNG: {"schema": {"type": "string", "format": "binary"}}},
    }
}
FolderId = Annotated[UUID | None, Query(alias="folderId")]
Search = Annotated[
    str, Query(max_length=100, pattern=r"^[^\x00]*$", description="Part of a name.")
]


@router.get("")
def show_browser_profiles(
    _caller: BrowserProfilesRead,
    page: Annotated[
        PageWish, paged_by("-createdAt", "updatedAt", "name", "stateChangedAt")
    ],
    folder_id: FolderId = None,
    state: BrowserState | None = None,
    search: Search = "",
) -> BrowserProfileList:
    """List browser profiles with their browsers, newest first."""
    with transaction() as session:
        found = list_browser_profiles(
            session, page, folder_id=folder_id, state=state, search=search
        )
        counts = count_by_state(session, folder_id=folder_id, search=search)
    items = with_leak_tests(found.rows)
    return BrowserProfileList(items=items, next=found.next, counts=counts)


@router.post("", status_code=HTTPStatus.CREATED, dependencies=[TAKES_KEY])
async def create_browser_profile(
    asked: BrowserProfileRequest, caller: BrowserProfilesWrite
) -> TestedBrowserProfile:
    """Make a browser profile of a template; its browser is not started."""
    made = await create.create_browser_profile(asked, created_by=caller.account_id)
    return TestedBrowserProfile(**dict(made), last_leak_test=None)


@router.get("/templates")
async def show_templates(_caller: BrowserProfilesRead) -> TemplateList:
    """List the templates of masking flags."""
    return TemplateList(items=list_templates())


@router.get("/folders")
async def show_folders(_caller: BrowserProfilesRead) -> FolderList:
    """List the folders, with how many browser profiles are in each."""
    return FolderList(items=tuple(await create.show_folders()))


@router.post("/folders", status_code=HTTPStatus.CREATED, dependencies=[TAKES_KEY])
async def create_folder(
    asked: FolderRequest, _caller: BrowserProfilesWrite
) -> FolderAnswer:
    """Make a folder."""
    return await create.create_folder(asked)


@router.post("/stop-all")
async def stop_all_browsers(_caller: BrowserProfilesWrite) -> StopAllAnswer:
    """Stop every browser of this machine; other programs' browsers go on."""
    return await browser_profile_life.stop_all()


@router.get("/{browser_profile_id}")
def show_browser_profile(
    browser_profile_id: UUID, _caller: BrowserProfilesRead
) -> TestedBrowserProfile:
    """Look at one browser profile with its browser and its latest leak test."""
    found = browser_profile_life.show_browser_profile(browser_profile_id)
    return with_leak_tests([found])[0]


@router.delete("/{browser_profile_id}", status_code=HTTPStatus.NO_CONTENT)
async def remove_browser_profile(
    browser_profile_id: UUID, _caller: BrowserProfilesWrite
) -> None:
    """Remove a browser profile for good; 409 while its browser is open."""
    await create.remove_browser_profile(browser_profile_id)


@router.post("/{browser_profile_id}/start", dependencies=[TAKES_KEY])
async def start_browser(
    browser_profile_id: UUID,
    _caller: BrowserProfilesWrite,
    asked: StartRequest | None = None,
) -> StartAnswer:
    """Start a browser and say where it is driven; one that runs stays as it is."""
    return await browser_profile_life.start(browser_profile_id, asked or StartRequest())


@router.post("/{browser_profile_id}/stop")
async def stop_browser(
    browser_profile_id: UUID, _caller: BrowserProfilesWrite
) -> StartAnswer:
    """Stop a browser; one that does not run is a success."""
    return await browser_profile_life.stop(browser_profile_id)


@router.get(
    "/{browser_profile_id}/picture", response_class=Response, responses=_PICTURE
)
async def picture_page_now(
    browser_profile_id: UUID, _caller: BrowserProfilesRead
) -> Response:
    """Show the page that a browser has open now; 409 while it does not run."""
    picture = await picture_page(browser_profile_id)
    return Response(picture, media_type=_PNG, headers={"Cache-Control": "no-store"})
