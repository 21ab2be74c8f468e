"""what became of each item of a run, and runs that read only what failed."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Of earlier runs nobody wrote down more: what was known before counts as duplicates,
# what could not be read as stating no public profile.
_EARLIER = sa.text(
    """
    UPDATE campaign_runs SET
      found = acquired + known + barred + unreadable + (
        SELECT count(*) FROM source_pages
        WHERE campaign_run_id = campaign_runs.id AND state = 'waiting'),
      fates = jsonb_strip_nulls(jsonb_build_object(
        'acquired', nullif(acquired, 0), 'duplicate', nullif(known, 0),
        'barred', nullif(barred, 0), 'no_profile', nullif(unreadable, 0))),
      listed = (SELECT count(*) FROM unreadable_items
        WHERE campaign_run_id = campaign_runs.id)
    """
)


def upgrade() -> None:
    zero = sa.text("0")
    for name in ("found", "listed"):
        column = sa.Column(name, sa.Integer(), server_default=zero, nullable=False)
        op.add_column("campaign_runs", column)
    op.add_column(
        "campaign_runs",
        sa.Column("fates", JSONB(), server_default=sa.text("'{}'"), nullable=False),
    )
    op.add_column("campaign_runs", sa.Column("rerun_of", sa.Uuid(), nullable=True))
    op.add_column("campaign_runs", sa.Column("only_values", JSONB(), nullable=True))
    op.create_foreign_key(
        op.f("fk_campaign_runs_rerun_of"),
        "campaign_runs",
        "campaign_runs",
        ["rerun_of"],
        ["id"],
        ondelete="SET NULL",
    )
    op.add_column(
        "source_pages",
        sa.Column("items", sa.Integer(), server_default=sa.text("1"), nullable=False),
    )
    op.add_column("unreadable_items", sa.Column("fate", sa.Text(), nullable=True))
    op.execute(_EARLIER)


def downgrade() -> None:
    op.drop_column("unreadable_items", "fate")
    op.execute("UPDATE source_pages SET state = 'done' WHERE state <> 'waiting'")
    op.drop_column("source_pages", "items")
    op.drop_constraint(op.f("fk_campaign_runs_rerun_of"), "campaign_runs")
    for name in ("only_values", "rerun_of", "fates", "listed", "found"):
        op.drop_column("campaign_runs", name)
