"""many events of a kind in one row."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    size = sa.Column("size", sa.Integer(), server_default=sa.text("1"), nullable=False)
    op.add_column("tracking_events", size)
    op.add_column("tracking_events", sa.Column("alike", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("tracking_events", "alike")
    op.drop_column("tracking_events", "size")
