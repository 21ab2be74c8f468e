"""Queries and changes of browser profiles; takes a session, never commits."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_update
from sqlalchemy.orm import Session

from config.errors import ConflictError, NotFoundError
from config.vocabulary import BrowserState
from tasks.browser_profiles.schemas import (
    BrowserAnswer,
    BrowserProfileAnswer,
    FolderAnswer,
    KnownBrowserProfile,
    OpenBrowser,
    Reason,
    ShownParameters,
    ShownProxy,
    UnsupportedFlag,
)
from tasks.models import BrowserFolder, BrowserProfile, RunningBrowser
from tasks.pages import BY_CREATION, Page, PageWish, read_page

_LIMITS = "browser limits"


class BrowserProfileNotFoundError(NotFoundError):
    """There is no such browser profile."""

    def __init__(self, browser_profile_id: UUID) -> None:
        super().__init__(f"there is no browser profile {browser_profile_id}")


class OvertakenError(ConflictError):
    """A later holder of the lock has written meanwhile; this one must not."""

    code = "browser_busy"

    def __init__(self) -> None:
        super().__init__("somebody else has taken this browser over; look at it again")


def get_browser_profile(
    session: Session, browser_profile_id: UUID, *, lock: bool = False
) -> BrowserProfile:
    """Return a browser profile's row, locked until the transaction ends if asked."""
    query = select(BrowserProfile).where(BrowserProfile.id == browser_profile_id)
    row = session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise BrowserProfileNotFoundError(browser_profile_id)
    return row


def lock_own_browser_profile(
    session: Session, browser_profile_id: UUID, *, fence: int
) -> BrowserProfile:
    """
    Return the row, locked, for the holder of the lock whose number this is.

    Raises:
        OvertakenError: A holder with a larger number has written since.
    """
    row = get_browser_profile(session, browser_profile_id, lock=True)
    if row.fence > fence:
        raise OvertakenError
    row.fence = fence
    return row


def find_running_browser(
    session: Session, browser_profile_id: UUID
) -> RunningBrowser | None:
    """Return the registry's row of a browser."""
    return session.get(RunningBrowser, browser_profile_id)


def delete_running_browser(session: Session, browser_profile_id: UUID) -> None:
    """Take a browser out of the registry."""
    session.execute(
        delete(RunningBrowser).where(
            RunningBrowser.browser_profile_id == browser_profile_id
        )
    )


def add_running_browser(session: Session, values: Mapping[str, Any]) -> None:
    """Put a browser into the registry, in place of what it may hold."""
    put = insert_or_update(RunningBrowser).values(**values)
    session.execute(
        put.on_conflict_do_update(
            index_elements=[RunningBrowser.browser_profile_id], set_=dict(values)
        ).execution_options(populate_existing=True)
    )


def count_open_browsers(session: Session, *, besides: UUID) -> dict[str, int]:
    """Return how many browsers each worker has; nobody else may count until the end."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(_LIMITS))))
    rows = session.execute(
        select(RunningBrowser.worker, func.count())
        .where(RunningBrowser.browser_profile_id != besides)
        .group_by(RunningBrowser.worker)
    )
    return {worker: count for worker, count in rows}  # noqa: C416 - rows are not tuples to mypy


def list_open_browsers(
    session: Session, *, worker: str | None = None
) -> list[OpenBrowser]:
    """Return the registry, of one worker or of all."""
    query = _open_browsers()
    if worker is not None:
        query = query.where(RunningBrowser.worker == worker)
    return [describe_open(*row) for row in session.execute(query)]


def find_open_browser(session: Session, browser_profile_id: UUID) -> OpenBrowser | None:
    """Return a browser of the registry."""
    query = _open_browsers().where(BrowserProfile.id == browser_profile_id)
    row = session.execute(query).first()
    return describe_open(*row) if row is not None else None


def note_seen(session: Session, ids: Collection[UUID], *, now: datetime) -> None:
    """Note that browsers were there and answered."""
    if ids:
        session.execute(
            update(RunningBrowser)
            .where(RunningBrowser.browser_profile_id.in_(ids))
            .values(last_seen_at=now)
        )


def set_lease(
    session: Session, browser_profile_id: UUID, *, holder: str, until: datetime | None
) -> bool:
    """Renew or end the lease of a holder; return False if it is not theirs."""
    changed = session.execute(
        update(RunningBrowser)
        .where(
            RunningBrowser.browser_profile_id == browser_profile_id,
            RunningBrowser.leased_by == holder,
        )
        .values(leased_until=until, leased_by=holder if until else None)
        .returning(RunningBrowser.browser_profile_id)
    )
    return changed.first() is not None


def add_browser_profile(session: Session, values: Mapping[str, Any]) -> BrowserProfile:
    """Add a browser profile, stopped, and return its row."""
    row = BrowserProfile(state=BrowserState.STOPPED, fence=0, **values)
    session.add(row)
    session.flush()
    session.refresh(row)
    return row


def delete_browser_profile(session: Session, row: BrowserProfile) -> None:
    """Forget a browser profile."""
    session.delete(row)


def list_browser_profiles(
    session: Session,
    wish: PageWish,
    *,
    folder_id: UUID | None = None,
    state: BrowserState | None = None,
    search: str = "",
) -> Page[BrowserProfileAnswer]:
    """Return browser profiles with their browsers, one page of them."""
    query = _filtered(select(BrowserProfile), folder_id, search)
    if state is not None:
        query = query.where(BrowserProfile.state == state)
    columns = {
        BY_CREATION: BrowserProfile.created_at,
        "name": BrowserProfile.name,
        "updatedAt": BrowserProfile.updated_at,
        "stateChangedAt": BrowserProfile.state_changed_at,
    }
    page = read_page(session, query, wish, key=BrowserProfile.id, columns=columns)
    browsers = {
        one.browser_profile_id: one
        for one in session.scalars(
            select(RunningBrowser).where(
                RunningBrowser.browser_profile_id.in_([one.id for one in page.rows])
            )
        )
    }
    return Page(
        [describe_browser_profile(one, browsers.get(one.id)) for one in page.rows],
        page.next,
    )


def count_by_state(
    session: Session, *, folder_id: UUID | None = None, search: str = ""
) -> dict[BrowserState, int]:
    """Return how many browser profiles are in each state, every state named."""
    query = _filtered(select(BrowserProfile.state, func.count()), folder_id, search)
    rows = session.execute(query.group_by(BrowserProfile.state))
    found = {state: count for state, count in rows}  # noqa: C416 - rows are not tuples to mypy
    return {state: found.get(state, 0) for state in BrowserState}


def find_known(
    session: Session, ids: Collection[UUID]
) -> dict[UUID, KnownBrowserProfile]:
    """Return what is known of those of these browser profiles that we know."""
    rows = session.scalars(select(BrowserProfile).where(BrowserProfile.id.in_(ids)))
    return {one.id: describe_known(one) for one in rows}


def list_known(session: Session) -> list[KnownBrowserProfile]:
    """Return every browser profile we know, in short."""
    return [describe_known(one) for one in session.scalars(select(BrowserProfile))]


def is_name_taken(session: Session, name: str, *, folder_id: UUID) -> bool:
    """Return whether a browser profile of the folder has this name."""
    query = select(BrowserProfile.id).where(
        BrowserProfile.folder_id == folder_id, BrowserProfile.name == name
    )
    return session.scalar(query.limit(1)) is not None


def put_browser_profiles(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add browser profiles or bring them up to date; their states stay."""
    for values in rows:
        put = insert_or_update(BrowserProfile).values(
            state=BrowserState.STOPPED, state_changed_at=values["updated_at"], **values
        )
        kept = {"id", "created_at", "created_by", "template"}
        changed = {name: value for name, value in values.items() if name not in kept}
        session.execute(put.on_conflict_do_update(index_elements=["id"], set_=changed))


def put_folders(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Make these all the folders there are."""
    ids = [values["id"] for values in rows]
    session.execute(delete(BrowserFolder).where(BrowserFolder.id.not_in(ids)))
    for values in rows:
        add_folder(session, values)


def add_folder(session: Session, values: Mapping[str, Any]) -> None:
    """Add a folder, or bring its name up to date."""
    put = insert_or_update(BrowserFolder).values(**values)
    changed = {name: values[name] for name in ("name", "comment")}
    session.execute(put.on_conflict_do_update(index_elements=["id"], set_=changed))


def list_folders(session: Session) -> list[FolderAnswer]:
    """Return all folders by name, with how many browser profiles are in each."""
    is_open = [state for state in BrowserState if state.is_open]
    rows = session.execute(
        select(
            BrowserFolder,
            func.count(BrowserProfile.id),
            func.count(BrowserProfile.id).filter(BrowserProfile.state.in_(is_open)),
        )
        .outerjoin(BrowserProfile, BrowserProfile.folder_id == BrowserFolder.id)
        .group_by(BrowserFolder.id)
        .order_by(BrowserFolder.name, BrowserFolder.id)
    )
    return [
        FolderAnswer(
            id=folder.id,
            name=folder.name,
            comment=folder.comment,
            profiles_count=profiles,
            running_count=running,
        )
        for folder, profiles, running in rows
    ]


def describe_browser_profile(
    row: BrowserProfile, browser: RunningBrowser | None
) -> BrowserProfileAnswer:
    """Return what the API shows of a browser profile and its browser."""
    proxy = row.parameters.get("proxy")
    reason = (
        Reason(error=row.error_code, message=row.error_message or "")
        if row.error_code
        else None
    )
    return BrowserProfileAnswer(
        id=row.id,
        name=row.name,
        folder_id=row.folder_id,
        state=BrowserState(row.state),
        reason=reason,
        state_changed_at=row.state_changed_at,
        browser_type=row.browser_type,
        os_type=row.os_type,
        template=row.template,
        notes=row.notes,
        parameters=ShownParameters.model_validate(row.parameters["shown"]),
        proxy=ShownProxy.model_validate(proxy) if proxy else None,
        created_at=row.created_at,
        updated_at=row.updated_at,
        last_started_at=row.last_started_at,
        browser=BrowserAnswer.model_validate(browser) if browser else None,
    )


def describe_known(row: BrowserProfile) -> KnownBrowserProfile:
    """Return what others must know before they act."""
    return KnownBrowserProfile(
        row.id, row.folder_id, row.name, BrowserState(row.state), row.fence
    )


def describe_open(row: BrowserProfile, browser: RunningBrowser) -> OpenBrowser:
    """Return a browser of the registry."""
    return OpenBrowser(
        browser_profile_id=row.id,
        state=BrowserState(row.state),
        worker=browser.worker,
        port=browser.port,
        selenium_url=browser.selenium_url,
        started_at=browser.started_at,
        state_changed_at=row.state_changed_at,
        last_seen_at=browser.last_seen_at,
        leased_until=browser.leased_until,
        unsupported=tuple(
            UnsupportedFlag.model_validate(one) for one in browser.unsupported
        ),
    )


def _open_browsers() -> Select[BrowserProfile, RunningBrowser]:
    return select(BrowserProfile, RunningBrowser).join(
        RunningBrowser, RunningBrowser.browser_profile_id == BrowserProfile.id
    )


def _filtered(query: Any, folder_id: UUID | None, search: str) -> Any:
    if folder_id is not None:
        query = query.where(BrowserProfile.folder_id == folder_id)
    if search:
        query = query.where(BrowserProfile.name.icontains(search, autoescape=True))
    return query
