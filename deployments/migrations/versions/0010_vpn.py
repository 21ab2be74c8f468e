"""tunnels of the VPN."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _count(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.BigInteger(), server_default=sa.text("0"), nullable=False)


def upgrade() -> None:
    op.create_table(
        "vpn_tunnels",
        _text("location", nullable=False),
        _text("wished_protocol"),
        _count("wish"),
        _text("worker", nullable=False),
        _text("protocol", nullable=False),
        _text("state", nullable=False),
        _moment("state_changed_at", nullable=False),
        _text("error_code"),
        _text("error_message"),
        _text("endpoint"),
        _text("tunnel_address"),
        _text("exit_ip"),
        _text("exit_country"),
        _moment("checked_at"),
        _count("received_bytes"),
        _count("sent_bytes"),
        _moment("last_handshake_at"),
        sa.Column("proxy_port", sa.Integer(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vpn_tunnels")),
        sa.UniqueConstraint("location", name=op.f("uq_vpn_tunnels_location")),
    )
    op.create_table(
        "tunnel_keepers",
        _text("worker", nullable=False),
        sa.Column("abilities", JSONB(), nullable=False),
        _moment("last_seen_at", nullable=False),
        sa.PrimaryKeyConstraint("worker", name=op.f("pk_tunnel_keepers")),
    )


def downgrade() -> None:
    op.drop_table("tunnel_keepers")
    op.drop_table("vpn_tunnels")
