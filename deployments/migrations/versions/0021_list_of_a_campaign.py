"""the review list of a campaign, best first, whatever was decided."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_NAME = "ix_review_items_campaign_id_review_items_id"


def upgrade() -> None:
    op.create_index(_NAME, "review_items", ["campaign_id", sa.text("score DESC"), "id"])


def downgrade() -> None:
    op.drop_index(_NAME, table_name="review_items")
