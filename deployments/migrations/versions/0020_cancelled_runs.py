"""a cancelled run has ended."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    _allow_one_beside("'completed', 'failed', 'cancelled'")


def downgrade() -> None:
    for table in ("campaign_runs", "campaigns"):
        op.execute(f"UPDATE {table} SET state = 'completed' WHERE state = 'cancelled'")  # noqa: S608 - constants
    _allow_one_beside("'completed', 'failed'")


def _allow_one_beside(ended: str) -> None:
    op.drop_index("uq_campaign_runs_one_unfinished", table_name="campaign_runs")
    op.create_index(
        "uq_campaign_runs_one_unfinished",
        "campaign_runs",
        ["campaign_id"],
        unique=True,
        postgresql_where=sa.text(f"state NOT IN ({ended})"),
    )
