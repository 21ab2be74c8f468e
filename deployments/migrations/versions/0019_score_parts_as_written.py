"""a score's parts as json, which is cheaper to write than jsonb."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    _change(sa.JSON(), "json")


def downgrade() -> None:
    _change(postgresql.JSONB(), "jsonb")


def _change(kind: sa.types.TypeEngine[object], name: str) -> None:
    using = f"score_parts::{name}"
    op.alter_column(
        "public_profiles", "score_parts", type_=kind, postgresql_using=using
    )
