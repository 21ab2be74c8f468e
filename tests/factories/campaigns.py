"""Campaigns, and runs in somebody's hands."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from config.clock import now
from tasks.campaigns.life import start_campaign
from tasks.campaigns.repository import add_campaign
from tasks.campaigns.runs import take_run
from tasks.campaigns.schemas import TakenRun
from tasks.database import transaction


def create_campaign(session: Session, **values: Any) -> UUID:
    """Add a campaign in the state `draft`, and return its id."""
    defaults = {
        "name": "Potters of the north",
        "source": {"kind": "table", "tableId": str(uuid4()), "columns": {}},
        "criteria": {},
        "threshold": 50,
        "wanted": 100,
        "created_by": None,
        "updated_at": now(),
    }
    return add_campaign(session, defaults | values).id


def create_taken_run(**values: Any) -> TakenRun:
    """Start a campaign and take its run, as a worker does."""
    with transaction() as session:
        campaign_id = create_campaign(session, **values)
        waiting = start_campaign(session, campaign_id, now=now())
    return retake_run(waiting.campaign_run_id)


def retake_run(campaign_run_id: UUID) -> TakenRun:
    """Take a run up, from whoever had it before."""
    with transaction() as session:
        taken = take_run(session, campaign_run_id, attempts=10, now=now())
    assert taken is not None
    return taken
