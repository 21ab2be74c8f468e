"""browser profiles."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _created_at() -> sa.Column[object]:
    return sa.Column(
        "created_at",
        sa.DateTime(timezone=True),
        server_default=sa.text("now()"),
        nullable=False,
    )


def upgrade() -> None:
    op.create_table(
        "browser_folders",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        _created_at(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_browser_folders")),
    )
    op.create_table(
        "browser_profiles",
        sa.Column("folder_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("browser_type", sa.Text(), nullable=False),
        sa.Column("os_type", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("parameters", JSONB(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        _moment("state_changed_at"),
        sa.Column(
            "fence", sa.BigInteger(), server_default=sa.text("0"), nullable=False
        ),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        _moment("updated_at"),
        _moment("last_started_at", nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        _created_at(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_browser_profiles")),
    )
    op.create_index(
        op.f("ix_browser_profiles_created_at_browser_profiles_id"),
        "browser_profiles",
        ["created_at", "id"],
    )
    op.create_index(
        op.f("ix_browser_profiles_folder_id_browser_profiles_name"),
        "browser_profiles",
        ["folder_id", "name"],
    )
    op.create_table(
        "running_browsers",
        sa.Column("browser_profile_id", sa.Uuid(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("headless", sa.Boolean(), nullable=False),
        sa.Column("selenium_url", sa.Text(), nullable=True),
        sa.Column("port", sa.Integer(), nullable=True),
        sa.Column("unsupported", JSONB(), nullable=False),
        _moment("started_at", nullable=True),
        _moment("last_seen_at"),
        sa.Column("leased_by", sa.Text(), nullable=True),
        _moment("leased_until", nullable=True),
        sa.ForeignKeyConstraint(
            ["browser_profile_id"],
            ["browser_profiles.id"],
            name=op.f("fk_running_browsers_browser_profile_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("browser_profile_id", name=op.f("pk_running_browsers")),
    )
    op.create_index(op.f("ix_running_browsers_worker"), "running_browsers", ["worker"])


def downgrade() -> None:
    op.drop_table("running_browsers")
    op.drop_table("browser_profiles")
    op.drop_table("browser_folders")
