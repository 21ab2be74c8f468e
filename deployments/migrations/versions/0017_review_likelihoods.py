"""what is learned from a campaign's decisions."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "review_likelihoods",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column(
            "is_offered", sa.Boolean(), server_default=sa.text("true"), nullable=False
        ),
        sa.Column("lesson", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column(
            "generation", sa.Integer(), server_default=sa.text("0"), nullable=False
        ),
        sa.Column(
            "look_at_line", sa.BigInteger(), server_default=sa.text("0"), nullable=False
        ),
        sa.Column("dispatch_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempt", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaigns.id"],
            name=op.f("fk_review_likelihoods_campaign_id_campaigns"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_review_likelihoods")),
    )


def downgrade() -> None:
    op.drop_table("review_likelihoods")
