"""limit violations, unexpected errors, kept answers."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _moment(
    name: str, server_default: sa.TextClause | None = None
) -> sa.Column[datetime]:
    return sa.Column(
        name,
        sa.DateTime(timezone=True),
        server_default=server_default,
        nullable=False,
    )


def upgrade() -> None:
    op.create_table(
        "limit_violations",
        sa.Column("id", sa.Uuid(), nullable=False),
        _moment("created_at", server_default=sa.text("now()")),
        sa.Column("limit_class", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("allowed", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("correlation_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_limit_violations")),
    )
    op.create_index(
        op.f("ix_limit_violations_created_at"), "limit_violations", ["created_at"]
    )
    op.create_table(
        "failures",
        sa.Column("id", sa.Uuid(), nullable=False),
        _moment("created_at", server_default=sa.text("now()")),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("trace", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), server_default=sa.text("1"), nullable=False),
        _moment("first_seen_at"),
        _moment("last_seen_at"),
        _moment("alerted_at"),
        sa.Column("correlation_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failures")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_failures_fingerprint")),
    )
    op.create_index(
        op.f("ix_failures_last_seen_at_failures_id"), "failures", ["last_seen_at", "id"]
    )
    op.create_table(
        "kept_answers",
        sa.Column("key_hash", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("claim", sa.Uuid(), nullable=False),
        _moment("expires_at"),
        sa.Column("request_hash", sa.Text(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("media_type", sa.Text(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_kept_answers_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_kept_answers")),
    )
    op.create_index(op.f("ix_kept_answers_expires_at"), "kept_answers", ["expires_at"])


def downgrade() -> None:
    op.drop_table("kept_answers")
    op.drop_table("failures")
    op.drop_table("limit_violations")
