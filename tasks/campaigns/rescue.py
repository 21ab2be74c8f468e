"""Which campaign runs have fallen silent, and which flow run now has them."""

from datetime import datetime
from uuid import UUID

from config.settings import settings
from tasks.campaigns import runs
from tasks.campaigns.schemas import SilentCampaignRun
from tasks.database import transaction


def list_silent_campaign_runs(*, now: datetime) -> list[SilentCampaignRun]:
    """Return unfinished runs silent for longer than the limit that is set."""
    silence = settings().campaigns.silence_limit
    with transaction() as session:
        return runs.list_silent_campaign_runs(session, silence=silence, now=now)


def mark_dispatched(campaign_run_id: UUID, flow_run_id: UUID) -> None:
    """Note which flow run works on a campaign run."""
    with transaction() as session:
        runs.mark_dispatched(session, campaign_run_id, flow_run_id)


def count_failed_start(campaign_run_id: UUID, *, now: datetime) -> bool:
    """Count a flow run that failed before its work; return whether to try again."""
    attempts = settings().campaigns.attempts
    with transaction() as session:
        return runs.count_failed_start(
            session, campaign_run_id, attempts=attempts, now=now
        )
