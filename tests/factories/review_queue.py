"""Many public profiles before reviewers, written by the database itself."""

from uuid import UUID

from sqlalchemy import text

from tasks.database import transaction
from tests.factories.campaigns import create_campaign

_PEOPLE = text(
    """
    INSERT INTO public_profiles (
      id, campaign_id, campaign_run_id, platform, handle, handle_key, display_name,
      topics, score, score_parts, confidence, criteria_version)
    SELECT
      gen_random_uuid(), :campaign_id, gen_random_uuid(), 'demo',
      :word || number, :word || number, 'Person ' || number,
      '{}', number % 51 + 50, '[]', (number % 20) / 20.0, 1
    FROM generate_series(1, :count) AS number
    """
)
_ITEMS = text(
    """
    INSERT INTO review_items (id, campaign_id, score, decision)
    SELECT id, campaign_id, score, 'pending' FROM public_profiles
    WHERE campaign_id = :campaign_id
    ON CONFLICT (id) DO NOTHING
    """
)


def queue_many(
    count: int, *, campaign_id: UUID | None = None, word: str = "person"
) -> UUID:
    """Queue invented people with scores from 50 to 100; return their campaign."""
    with transaction() as session:
        campaign = campaign_id or create_campaign(session)
        made = {"campaign_id": campaign, "count": count, "word": word}
        session.execute(_PEOPLE, made)
        session.execute(_ITEMS, {"campaign_id": campaign})
    return campaign
