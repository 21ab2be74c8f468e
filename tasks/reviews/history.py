"""What was done: to a public profile, to the same person elsewhere, by oneself."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Row, Select, and_, func, literal_column, select, text
from sqlalchemy.orm import Session, aliased

from config.errors import NotFoundError
from config.vocabulary import Decision, DecisionKind
from tasks.models import (
    Account,
    Campaign,
    PublicProfile,
    ReviewItem,
    ReviewStep,
)
from tasks.reviews.step_schemas import EarlierDecision, HistoryStep, OwnDecision

_MOST_EARLIER = 100
_LATEST_OWN = text(
    """
    WITH RECURSIVE latest (decision_id, place) AS (
      (SELECT max_of.decision_id, 1 FROM (
         SELECT decision_id FROM review_log
         WHERE decided_by = :account_id AND kind IN ('single', 'batch')
         ORDER BY decision_id DESC LIMIT 1
       ) AS max_of)
      UNION ALL
      SELECT (
        SELECT line.decision_id FROM review_log AS line
        WHERE line.decided_by = :account_id AND line.kind IN ('single', 'batch')
          AND line.decision_id < latest.decision_id
        ORDER BY line.decision_id DESC LIMIT 1
      ), latest.place + 1
      FROM latest WHERE latest.decision_id IS NOT NULL AND latest.place < :limit
    )
    SELECT decision_id FROM latest WHERE decision_id IS NOT NULL
    """
)
"""Steps from one decision to the one before: a batch of 100,000 lines is one step."""


def list_history(session: Session, review_id: UUID) -> list[HistoryStep]:
    """
    Return what was done to a public profile, oldest first.

    Raises:
        NotFoundError: It is not in the queue, and never was.
    """
    rows = session.execute(
        select(ReviewStep, Account.display_name)
        .outerjoin(Account, Account.id == ReviewStep.decided_by)
        .where(ReviewStep.review_id == review_id)
        .order_by(ReviewStep.number)
    ).all()
    if not rows and session.get(ReviewItem, review_id) is None:
        raise NotFoundError(f"no public profile {review_id} is in the review queue")
    return [_describe_step(line, name) for line, name in rows]


def list_earlier(session: Session, review_id: UUID) -> list[EarlierDecision]:
    """
    Return decisions about the same person in other campaigns, newest first.

    The same person is the same handle on the same platform, whatever its case.

    Raises:
        NotFoundError: It is not in the queue.
    """
    own = session.get(PublicProfile, review_id)
    if own is None:
        raise NotFoundError(f"no public profile {review_id} is in the review queue")
    rows = session.execute(
        select(ReviewItem, Campaign.name, Account.display_name)
        .join(PublicProfile, PublicProfile.id == ReviewItem.id)
        .join(Campaign, Campaign.id == ReviewItem.campaign_id)
        .outerjoin(Account, Account.id == ReviewItem.decided_by)
        .where(
            PublicProfile.handle_key == own.handle_key,
            PublicProfile.platform == own.platform,
            PublicProfile.campaign_id != own.campaign_id,
            ReviewItem.decision != Decision.PENDING,
        )
        .order_by(ReviewItem.decided_at.desc(), ReviewItem.id)
        .limit(_MOST_EARLIER)
    )
    return [_describe_earlier(*row) for row in rows]


def list_own(session: Session, *, account_id: UUID, limit: int) -> list[OwnDecision]:
    """Return what somebody decided last, newest first; a batch is one."""
    wanted = {"account_id": account_id, "limit": limit}
    ids = session.scalars(_LATEST_OWN, wanted).all()
    rows = session.execute(_own_decisions(ids)).all()
    return [_describe_own(row) for row in rows]


def _own_decisions(ids: Sequence[UUID]) -> Select[*tuple[object, ...]]:
    undo = aliased(ReviewStep)
    is_undone = (
        select(literal_column("1"))
        .where(undo.undoes == ReviewStep.decision_id)
        .correlate(ReviewStep)
        .exists()
    )
    given = func.coalesce(ReviewStep.vote, ReviewStep.after)
    return (
        select(
            ReviewStep.decision_id,
            func.min(ReviewStep.kind).label("kind"),
            func.min(given).label("decision"),
            func.min(ReviewStep.decided_at).label("at"),
            func.count().label("steps"),
            func.min(PublicProfile.handle).label("handle"),
            is_undone.label("is_undone"),
        )
        .outerjoin(
            PublicProfile,
            and_(
                PublicProfile.id == ReviewStep.review_id,
                ReviewStep.kind == DecisionKind.SINGLE,
            ),
        )
        .where(ReviewStep.decision_id.in_(ids))
        .group_by(ReviewStep.decision_id)
        .order_by(ReviewStep.decision_id.desc())
    )


def _describe_own(row: Row[*tuple[object, ...]]) -> OwnDecision:
    return OwnDecision(
        decision_id=row.decision_id,
        kind=DecisionKind(row.kind),
        decision=Decision(row.decision),
        at=row.at,
        count=row.steps,
        handle=row.handle,
        is_undone=row.is_undone,
    )


def _describe_step(line: ReviewStep, name: str | None) -> HistoryStep:
    return HistoryStep(
        decision_id=line.decision_id,
        kind=DecisionKind(line.kind),
        at=line.decided_at,
        by=line.decided_by,
        by_name=name,
        before=Decision(line.before),
        after=Decision(line.after),
        version=line.version,
        reason=line.reason,
        note=line.note,
        client=line.client,
        vote=Decision(line.vote) if line.vote else None,
        undoes=line.undoes,
    )


def _describe_earlier(
    item: ReviewItem, campaign: str, name: str | None
) -> EarlierDecision:
    return EarlierDecision(
        id=item.id,
        campaign_id=item.campaign_id,
        campaign_name=campaign,
        decision=Decision(item.decision),
        score=item.score,
        at=item.decided_at or item.created_at,
        by=item.decided_by,
        by_name=name,
        reason=item.reason,
        note=item.note,
    )
