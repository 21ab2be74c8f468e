"""A worker that takes one campaign run up and reads it to its end: id of the run."""

import sys
from uuid import UUID

from flows.campaign_portion import CampaignWork, work_portion
from tasks.campaigns.pace import Pace
from tests.factories.campaigns import retake_run


def work_to_the_end(campaign_run_id: UUID) -> None:
    """Take the run up, and store its records in portions of four."""
    work = CampaignWork(retake_run(campaign_run_id))
    work.pace = Pace(limit=4)
    while work_portion(work).goes_on:
        pass
    work.close()


if __name__ == "__main__":
    work_to_the_end(UUID(sys.argv[1]))
