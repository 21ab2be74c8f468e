"""Public profiles that a reviewer is given to look at, each to one for minutes."""

from uuid import UUID

from fastapi import APIRouter

from config.clock import now
from config.settings import settings
from tasks.database import transaction
from tasks.reviews.leases import (
    Taker,
    count_waiting,
    release_leases,
    renew_leases,
    take_next,
)
from tasks.reviews.repository import cards_of
from tasks.reviews.step_schemas import (
    LeasesRequest,
    NextAnswer,
    NextRequest,
    ReleaseAnswer,
    RenewAnswer,
)
from ui.api.auth import ReviewDecide

router = APIRouter(prefix="/profiles", tags=["review"])


@router.post("/next")
def take(caller: ReviewDecide, asked: NextRequest | None = None) -> NextAnswer:
    """
    Be given the next public profiles of the queue; nobody else is given them.

    What you hold already comes first, unless `having` names it.
    """
    wish = asked or NextRequest()
    with transaction() as session:
        ids = take_next(session, wish, _taker(caller.account_id))
        return NextAnswer(
            items=tuple(cards_of(session, ids)), waiting=count_waiting(session, wish)
        )


@router.post("/leases/renew")
def renew(asked: LeasesRequest, caller: ReviewDecide) -> RenewAnswer:
    """Hold on to what you look at; `lost` is with somebody else, or decided."""
    with transaction() as session:
        renewed = renew_leases(session, asked.ids, _taker(caller.account_id))
    return RenewAnswer(until=renewed.until, lost=renewed.lost)


@router.post("/leases/release")
def release(asked: LeasesRequest, caller: ReviewDecide) -> ReleaseAnswer:
    """Give back what you hold, so that others are given it at once."""
    with transaction() as session:
        released = release_leases(session, asked.ids, account_id=caller.account_id)
    return ReleaseAnswer(released=released)


def _taker(account_id: UUID) -> Taker:
    return Taker(account_id, now(), settings().reviews.lease)
