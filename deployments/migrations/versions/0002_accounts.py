"""invitations, password links, login activity, Plex accounts, audit."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "accounts",
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
    )
    op.add_column("accounts", sa.Column("plex_id", sa.Text(), nullable=True))
    op.create_unique_constraint(op.f("uq_accounts_plex_id"), "accounts", ["plex_id"])
    op.alter_column("accounts", "password_hash", nullable=True)
    op.create_table(
        "login_activity",
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("login_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        *_record_columns(),
        _account_key("login_activity"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_activity")),
    )
    op.create_index(
        op.f("ix_login_activity_account_id_login_activity_id"),
        "login_activity",
        ["account_id", "id"],
    )
    op.create_index(
        op.f("ix_login_activity_created_at"), "login_activity", ["created_at"]
    )
    op.create_table(
        "invitations",
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("roles", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("invited_by", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        *_record_columns(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitations_token_hash")),
    )
    op.create_index(op.f("ix_invitations_email"), "invitations", ["email"])
    op.create_table(
        "password_resets",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        *_record_columns(),
        _account_key("password_resets"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_resets")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_password_resets_token_hash")),
    )
    op.create_index(
        op.f("ix_password_resets_account_id"), "password_resets", ["account_id"]
    )
    op.create_table(
        "audit_entries",
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("correlation_id", sa.Text(), nullable=False),
        *_record_columns(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    op.create_index(
        op.f("ix_audit_entries_created_at"), "audit_entries", ["created_at"]
    )


def downgrade() -> None:
    for table in ("audit_entries", "password_resets", "invitations", "login_activity"):
        op.drop_table(table)
    op.execute("DELETE FROM accounts WHERE password_hash IS NULL")
    op.alter_column("accounts", "password_hash", nullable=False)
    op.drop_constraint(op.f("uq_accounts_plex_id"), "accounts")
    op.drop_column("accounts", "plex_id")
    op.drop_column("accounts", "version")


def _record_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
    ]


def _account_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account_id"],
        ["accounts.id"],
        name=op.f(f"fk_{table}_account_id"),
        ondelete="CASCADE",
    )
