"""Learn from a campaign's decisions how likely a reviewer approves."""

import logging
from uuid import UUID

from prefect import flow, runtime, task
from prefect.cache_policies import NO_CACHE

from config.correlation import correlated_by
from tasks.database import transaction
from tasks.retries import only_if_retryable
from tasks.reviews.likelihood_life import read_examples
from tasks.reviews.likelihood_rows import keep_lesson

log = logging.getLogger(__name__)


@flow(name="likelihood-training")
def train_likelihood(campaign_id: UUID) -> None:
    """Learn from the decisions of one campaign, in a process of its own."""
    with correlated_by(runtime.flow_run.tags):
        learn_from_decisions(campaign_id)


@task(
    name="learn-from-decisions",
    retries=3,
    retry_delay_seconds=[1, 3, 9],
    retry_condition_fn=only_if_retryable,
    persist_result=False,
    cache_policy=NO_CACHE,
)
def learn_from_decisions(campaign_id: UUID) -> bool:
    """Read, learn and keep; safe to repeat. Returns whether it was kept."""
    with transaction() as session:
        examples = read_examples(session, campaign_id)
    if examples is None:
        return False
    # Here, so that it weighs on no other process: what waits to be forked is warm.
    from tasks.reviews.likelihood_fit import learn  # noqa: PLC0415 - the reason above

    lesson = learn(examples.traits, examples.approved, counted=examples.counted)
    with transaction() as session:
        is_kept = keep_lesson(
            session,
            campaign_id,
            lesson,
            generation=examples.generation,
            line=examples.line,
        )
    log.info(
        "learned from %s decisions of campaign %s: %s%s",
        lesson.decisions,
        campaign_id,
        lesson.state,
        "" if is_kept else ", and not kept: people were forgotten or it was switched",
    )
    return is_kept
