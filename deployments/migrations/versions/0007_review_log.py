"""the review log, opinions and leases."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.add_column(
        "campaigns",
        sa.Column(
            "review_rule",
            JSONB(),
            server_default=sa.text("""'{"opinions": 1, "of": 1}'"""),
            nullable=False,
        ),
    )
    for column in (
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("decision_id", sa.Uuid(), nullable=True),
        sa.Column("leased_by", sa.Uuid(), nullable=True),
        _moment("leased_until", nullable=True),
        sa.Column(
            "skipped_by",
            sa.ARRAY(sa.Uuid()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
    ):
        op.add_column("review_items", column)
    op.create_index(
        "ix_review_items_leased",
        "review_items",
        ["leased_by"],
        postgresql_where=sa.text("leased_by IS NOT NULL"),
    )
    _create_log()
    op.create_table(
        "review_votes",
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("vote", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        _moment("voted_at"),
        sa.ForeignKeyConstraint(
            ["review_id"],
            ["public_profiles.id"],
            name=op.f("fk_review_votes_review_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "review_id", "account_id", name=op.f("pk_review_votes")
        ),
    )


def _create_log() -> None:
    op.create_table(
        "review_log",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        _moment("decided_at"),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("client", sa.Text(), nullable=True),
        sa.Column("vote", sa.Text(), nullable=True),
        sa.Column("undoes", sa.Uuid(), nullable=True),
        sa.Column("previous_decision_id", sa.Uuid(), nullable=True),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "number", name=op.f("pk_review_log")),
    )
    for name, columns in (
        ("ix_review_log_review_id_review_log_number", ["review_id", "number"]),
        ("ix_review_log_decision_id", ["decision_id"]),
        (
            "ix_review_log_decided_by_review_log_decision_id",
            ["decided_by", "decision_id"],
        ),
        ("ix_review_log_undoes", ["undoes"]),
        ("ix_review_log_decided_at", ["decided_at"]),
    ):
        op.create_index(op.f(name), "review_log", columns)
    op.create_table(
        "review_log_heads",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_review_log_heads")),
    )


def downgrade() -> None:
    op.drop_table("review_votes")
    op.drop_table("review_log_heads")
    op.drop_table("review_log")
    for column in ("skipped_by", "leased_until", "leased_by", "decision_id", "note"):
        op.drop_column("review_items", column)
    op.drop_column("campaigns", "review_rule")
