"""Queries and changes of campaigns and runs; takes a session, never commits."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from config.errors import ConflictError, NotFoundError
from config.vocabulary import CampaignRunState, CampaignState, Stage
from tasks.campaigns.schemas import (
    CampaignAnswer,
    CampaignRunAnswer,
    FailurePictureAnswer,
    LeftOutBrowser,
    Problem,
)
from tasks.models import (
    Campaign,
    CampaignRun,
    FailurePicture,
    new_id,
)
from tasks.pages import Page, PageWish, read_page

SOURCE_ENDED = "source_ended"
"""Stands in the position of a run that read its source to the end."""

UNFINISHED = (CampaignRunState.QUEUED, CampaignRunState.RUNNING)


class CampaignNotFoundError(NotFoundError):
    """There is no such campaign."""

    def __init__(self, campaign_id: UUID) -> None:
        super().__init__(f"there is no campaign {campaign_id}")


class SupersededError(ConflictError):
    """Another taker works on the run now; this one must store nothing more."""

    code = "superseded"

    def __init__(self, campaign_run_id: UUID) -> None:
        super().__init__(f"campaign run {campaign_run_id} was taken up elsewhere")


def add_campaign(session: Session, values: Mapping[str, Any]) -> Campaign:
    """Add a campaign in the state `draft` and return its row."""
    campaign = Campaign(id=new_id(), state=CampaignState.DRAFT, version=1, **values)
    session.add(campaign)
    session.flush()
    return campaign


def get_campaign(
    session: Session, campaign_id: UUID, *, lock: bool = False
) -> Campaign:
    """Return a campaign's row, locked until the transaction ends if asked."""
    query = select(Campaign).where(Campaign.id == campaign_id)
    campaign = session.scalar(query.with_for_update() if lock else query)
    if campaign is None:
        raise CampaignNotFoundError(campaign_id)
    return campaign


def list_campaigns(
    session: Session, wish: PageWish, *, state: CampaignState | None = None
) -> Page[CampaignAnswer]:
    """Return campaigns with their latest runs, one page of them."""
    query = select(Campaign)
    if state is not None:
        query = query.where(Campaign.state == state)
    columns = {"name": Campaign.name, "updatedAt": Campaign.updated_at}
    page = read_page(session, query, wish, key=Campaign.id, columns=columns)
    latest = _latest_runs(session, [campaign.id for campaign in page.rows])
    answers = [describe_campaign(one, latest.get(one.id)) for one in page.rows]
    return Page(answers, page.next)


def find_latest_run(
    session: Session, campaign_id: UUID, *, lock: bool = False
) -> CampaignRun | None:
    """Return the newest run of a campaign, or None if it never ran."""
    query = _newest_first().where(CampaignRun.campaign_id == campaign_id).limit(1)
    return session.scalar(query.with_for_update() if lock else query)


def get_run(
    session: Session, campaign_run_id: UUID, *, lock: bool = False
) -> CampaignRun:
    """Return a run's row, locked until the transaction ends if asked."""
    query = select(CampaignRun).where(CampaignRun.id == campaign_run_id)
    campaign_run = session.scalar(query.with_for_update() if lock else query)
    if campaign_run is None:
        raise NotFoundError(f"there is no campaign run {campaign_run_id}")
    return campaign_run


def add_run(session: Session, *, campaign_id: UUID, now: datetime) -> CampaignRun:
    """Add a run in the state `queued`, from the start of the source."""
    campaign_run = CampaignRun(
        id=new_id(),
        campaign_id=campaign_id,
        state=CampaignRunState.QUEUED,
        position={},
        stage_seconds={},
        heartbeat_at=now,
    )
    session.add(campaign_run)
    session.flush()
    session.refresh(campaign_run)
    return campaign_run


def lock_own_run(
    session: Session, campaign_run_id: UUID, *, attempt: int
) -> CampaignRun:
    """
    Return the run's row, locked, if `attempt` is still the number of its taker.

    Raises:
        SupersededError: Somebody else has taken the run up since.
    """
    campaign_run = get_run(session, campaign_run_id, lock=True)
    if campaign_run.attempt != attempt:
        raise SupersededError(campaign_run_id)
    return campaign_run


def list_unfinished_runs(
    session: Session, *, silent_since: datetime
) -> Sequence[CampaignRun]:
    """Return queued and running runs whose last sign of life is older."""
    return session.scalars(
        select(CampaignRun).where(
            CampaignRun.state.in_(UNFINISHED), CampaignRun.heartbeat_at < silent_since
        )
    ).all()


def beat(
    session: Session, campaign_run_id: UUID, *, attempt: int, now: datetime
) -> bool:
    """Note a sign of life; return False if the run is in other hands now."""
    beaten = session.execute(
        update(CampaignRun)
        .where(CampaignRun.id == campaign_run_id, CampaignRun.attempt == attempt)
        .values(heartbeat_at=now)
        .returning(CampaignRun.id)
    )
    return beaten.first() is not None


def add_failure_pictures(
    session: Session,
    campaign_run_id: UUID,
    pictures: Sequence[Mapping[str, Any]],
    *,
    most: int,
) -> None:
    """Keep pictures of pages that could not be read, the first `most` of a run."""
    if not pictures:
        return
    kept = session.scalar(
        select(func.count()).where(FailurePicture.campaign_run_id == campaign_run_id)
    )
    for values in pictures[: max(0, most - (kept or 0))]:
        session.add(
            FailurePicture(id=new_id(), campaign_run_id=campaign_run_id, **values)
        )
    session.flush()


def note_left_out(
    session: Session,
    campaign_run_id: UUID,
    browser_profile_id: UUID,
    told: Mapping[str, str] | None,
) -> UUID | None:
    """
    Note the `name` of a browser profile that a run leaves out, and the `reason`.

    None takes it back. Returns the run's campaign if it was not left out before.
    """
    campaign_run = session.get(CampaignRun, campaign_run_id, with_for_update=True)
    if campaign_run is None:
        return None
    kept, its_id = dict(campaign_run.left_out), str(browser_profile_id)
    before = kept.pop(its_id, None)
    campaign_run.left_out = kept if told is None else {**kept, its_id: dict(told)}
    return campaign_run.campaign_id if told and before is None else None


def list_failure_pictures(
    session: Session, campaign_id: UUID
) -> list[FailurePictureAnswer]:
    """Return what there is of pictures of the latest run, oldest first."""
    latest = find_latest_run(session, campaign_id)
    if latest is None:
        return []
    rows = session.execute(
        select(
            FailurePicture.id,
            FailurePicture.url,
            FailurePicture.reason,
            FailurePicture.browser_profile_id,
            FailurePicture.created_at,
            func.length(FailurePicture.content).label("size_bytes"),
        )
        .where(FailurePicture.campaign_run_id == latest.id)
        .order_by(FailurePicture.id)
    )
    return [FailurePictureAnswer.model_validate(row) for row in rows]


def get_failure_picture(session: Session, campaign_id: UUID, picture_id: UUID) -> bytes:
    """
    Return one picture of any run of a campaign, as PNG.

    Raises:
        NotFoundError: The campaign has none of this id.
    """
    content = session.scalar(
        select(FailurePicture.content)
        .join(CampaignRun, CampaignRun.id == FailurePicture.campaign_run_id)
        .where(FailurePicture.id == picture_id, CampaignRun.campaign_id == campaign_id)
    )
    if content is None:
        raise NotFoundError(f"there is no picture {picture_id} of this campaign")
    return content


def count_by_state(session: Session) -> dict[str, int]:
    """Return how many campaigns are in each state."""
    rows = session.execute(
        select(Campaign.state, func.count()).group_by(Campaign.state)
    )
    return {state: count for state, count in rows}  # noqa: C416 - rows are not tuples to mypy


def describe_campaign(
    campaign: Campaign, campaign_run: CampaignRun | None
) -> CampaignAnswer:
    """Return what the API shows of a campaign and its latest run."""
    return CampaignAnswer(
        id=campaign.id,
        name=campaign.name,
        status=CampaignState(campaign.state),
        source=campaign.source,
        criteria=campaign.criteria,
        threshold=campaign.threshold,
        wanted=campaign.wanted,
        review_rule=campaign.review_rule,
        version=campaign.version,
        created_at=campaign.created_at,
        updated_at=campaign.updated_at,
        run=describe_run(campaign_run) if campaign_run else None,
    )


def describe_run(campaign_run: CampaignRun) -> CampaignRunAnswer:
    """Return what the API shows of a run."""
    problem = (
        Problem(error=campaign_run.error_code, message=campaign_run.error_message or "")
        if campaign_run.error_code
        else None
    )
    return CampaignRunAnswer(
        id=campaign_run.id,
        state=CampaignRunState(campaign_run.state),
        acquired=campaign_run.acquired,
        scored=campaign_run.scored,
        queued=campaign_run.queued,
        rejected=campaign_run.rejected,
        unreadable=campaign_run.unreadable,
        known=campaign_run.known,
        barred=campaign_run.barred,
        found=campaign_run.found,
        fates=campaign_run.fates,
        rerun_of=campaign_run.rerun_of,
        source_ended=bool(campaign_run.position.get(SOURCE_ENDED)),
        left_out=tuple(
            LeftOutBrowser(
                browser_profile_id=UUID(one), name=told["name"], reason=told["reason"]
            )
            for one, told in sorted(campaign_run.left_out.items())
        ),
        stages={
            stage: campaign_run.stage_seconds[stage]
            for stage in Stage  # in the order of the work; JSONB keeps none
            if stage in campaign_run.stage_seconds
        },
        attempt=campaign_run.attempt,
        created_at=campaign_run.created_at,
        started_at=campaign_run.started_at,
        ended_at=campaign_run.ended_at,
        error=problem,
    )


def _newest_first() -> Select[CampaignRun]:
    return select(CampaignRun).order_by(CampaignRun.created_at.desc())


def _latest_runs(
    session: Session, campaign_ids: Sequence[UUID]
) -> dict[UUID, CampaignRun]:
    newest = (
        select(CampaignRun)
        .where(CampaignRun.campaign_id.in_(campaign_ids))
        .ext(distinct_on(CampaignRun.campaign_id))
        .order_by(CampaignRun.campaign_id, CampaignRun.created_at.desc())
    )
    return {one.campaign_id: one for one in session.scalars(newest)}
