"""signs of activity, extra fields of recipes, and scores under earlier criteria."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ADDED = ("joined_at", "last_post_at", "reactions_per_post", "extra")


def upgrade() -> None:
    for column in (
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_post_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reactions_per_post", sa.Float(), nullable=True),
        sa.Column("extra", sa.JSON(), nullable=True),
    ):
        op.add_column("public_profiles", column)
    op.create_table(
        "earlier_scores",
        sa.Column("public_profile_id", sa.Uuid(), nullable=False),
        sa.Column("criteria_version", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("score_parts", sa.JSON(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["public_profile_id"],
            ["public_profiles.id"],
            name=op.f("fk_earlier_scores_public_profile_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "public_profile_id", "criteria_version", name=op.f("pk_earlier_scores")
        ),
    )


def downgrade() -> None:
    op.drop_table("earlier_scores")
    for name in reversed(_ADDED):
        op.drop_column("public_profiles", name)
