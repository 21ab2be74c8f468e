"""Begin a campaign's run when its time has come; Prefect's schedules run this flow."""

from uuid import UUID

from prefect import flow, runtime

from config.clock import now
from config.correlation import correlated_by
from flows.campaign_schedule_life import start_due_campaign


@flow(name="campaign-schedule")
def start_scheduled_campaign(campaign_id: UUID) -> None:
    """Start the campaign as a click does; nothing if its time was taken already."""
    with correlated_by(runtime.flow_run.tags):
        # Prefect's clock may be ahead of ours.
        moment = max(now(), runtime.flow_run.scheduled_start_time)
        start_due_campaign(campaign_id, moment=moment)
