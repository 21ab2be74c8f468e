"""proxies."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _now(name: str) -> sa.Column[object]:
    return sa.Column(
        name,
        sa.DateTime(timezone=True),
        server_default=sa.text("now()"),
        nullable=False,
    )


def _text(
    name: str, *, nullable: bool = True, default: str | None = None
) -> sa.Column[object]:
    return sa.Column(name, sa.Text(), nullable=nullable, server_default=default)


def _whole(
    name: str, *, nullable: bool = False, default: str | None = None
) -> sa.Column[object]:
    told = None if default is None else sa.text(default)
    return sa.Column(name, sa.Integer(), nullable=nullable, server_default=told)


def _flag(name: str, default: str) -> sa.Column[object]:
    return sa.Column(
        name, sa.Boolean(), nullable=False, server_default=sa.text(default)
    )


def _of_proxy(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["proxy_id"],
        ["proxies.id"],
        name=op.f(f"fk_{table}_proxy_id"),
        ondelete="CASCADE",
    )


def upgrade() -> None:
    _add_proxies()
    _add_sessions()
    _add_history()


def _add_proxies() -> None:
    op.create_table(
        "proxies",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        _text("ip", nullable=False),
        _whole("port"),
        _text("username"),
        sa.Column("password_sealed", sa.LargeBinary(), nullable=True),
        _text("protocol", nullable=False, default="http"),
        _text("country"),
        _text("region"),
        _text("city"),
        sa.Column(
            "tags", postgresql.ARRAY(sa.Text()), nullable=False, server_default="{}"
        ),
        _text("notes", nullable=False, default=""),
        _text("source", nullable=False, default="person"),
        _flag("is_active", "true"),
        _text("disabled_reason"),
        _flag("draining", "false"),
        _moment("retired_at"),
        sa.Column(
            "total_requests",
            sa.BigInteger(),
            nullable=False,
            server_default=sa.text("0"),
        ),
        sa.Column(
            "failed_requests",
            sa.BigInteger(),
            nullable=False,
            server_default=sa.text("0"),
        ),
        _whole("requests_this_hour", default="0"),
        _moment("hour_started_at"),
        _whole("error_count", default="0"),
        _text("exit_address"),
        _text("exit_country"),
        _whole("check_latency_ms", nullable=True),
        _text("check_error"),
        _moment("checked_at"),
        _now("created_at"),
        _now("updated_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proxies")),
    )
    op.create_index(
        "uq_proxies_address",
        "proxies",
        ["ip", "port", sa.text("coalesce(username, '')")],
        unique=True,
    )
    op.create_index(op.f("ix_proxies_checked_at"), "proxies", ["checked_at"])
    op.create_index("ix_proxies_tags", "proxies", ["tags"], postgresql_using="gin")


def _add_sessions() -> None:
    op.create_table(
        "account_sessions",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        _whole("proxy_id"),
        sa.Column("cookie_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("cookie_hash", sa.LargeBinary(), nullable=False),
        _text("status", nullable=False, default="active"),
        _now("created_at"),
        _now("updated_at"),
        _of_proxy("account_sessions"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_sessions")),
        sa.UniqueConstraint(
            "cookie_hash", name=op.f("uq_account_sessions_cookie_hash")
        ),
        sa.UniqueConstraint(
            "id", "proxy_id", name=op.f("uq_account_sessions_id_proxy_id")
        ),
    )
    op.create_index(
        op.f("ix_account_sessions_proxy_id"), "account_sessions", ["proxy_id"]
    )
    op.create_table(
        "proxy_pins",
        sa.Column("account_session_id", sa.Integer(), nullable=False),
        _whole("proxy_id"),
        sa.Column("browser_profile_id", sa.Uuid(), nullable=True),
        _text("policy", nullable=False, default="person"),
        _whole("patience_minutes", default="30"),
        sa.Column("chosen_by", sa.Uuid(), nullable=False),
        _text("chosen_by_name", nullable=False),
        _whole("moving_to", nullable=True),
        sa.Column("moving_by", sa.Uuid(), nullable=True),
        _text("moving_by_name"),
        _moment("down_since"),
        _moment("moved_at"),
        _now("created_at"),
        _now("updated_at"),
        sa.ForeignKeyConstraint(
            ["account_session_id", "proxy_id"],
            ["account_sessions.id", "account_sessions.proxy_id"],
            name=op.f("fk_proxy_pins_account_session_id_proxy_id"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["browser_profile_id"],
            ["browser_profiles.id"],
            name=op.f("fk_proxy_pins_browser_profile_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("account_session_id", name=op.f("pk_proxy_pins")),
        sa.UniqueConstraint(
            "browser_profile_id", name=op.f("uq_proxy_pins_browser_profile_id")
        ),
    )
    op.create_index(op.f("ix_proxy_pins_proxy_id"), "proxy_pins", ["proxy_id"])


def _add_history() -> None:
    op.create_table(
        "proxy_attempts",
        _whole("proxy_id"),
        _text("host", nullable=False),
        _moment("at", nullable=False),
        _text("outcome", nullable=False),
        _whole("latency_ms", nullable=True),
        sa.Column("why", postgresql.JSONB(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        _now("created_at"),
        _of_proxy("proxy_attempts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proxy_attempts")),
    )
    op.create_index(
        op.f("ix_proxy_attempts_proxy_id_proxy_attempts_id"),
        "proxy_attempts",
        ["proxy_id", "id"],
    )
    op.create_index(
        op.f("ix_proxy_attempts_host_proxy_attempts_id"),
        "proxy_attempts",
        ["host", "id"],
    )
    op.create_table(
        "proxy_history",
        _whole("proxy_id"),
        _text("step", nullable=False),
        _moment("starts_at", nullable=False),
        _whole("requests"),
        _whole("failures"),
        _whole("bans"),
        _whole("waits"),
        sa.Column("latencies", postgresql.ARRAY(sa.Integer()), nullable=False),
        _of_proxy("proxy_history"),
        sa.PrimaryKeyConstraint(
            "proxy_id", "step", "starts_at", name=op.f("pk_proxy_history")
        ),
    )
    op.create_index(
        op.f("ix_proxy_history_step_proxy_history_starts_at"),
        "proxy_history",
        ["step", "starts_at"],
    )
    op.create_table(
        "proxy_actions",
        _whole("proxy_id"),
        _text("verb", nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=False),
        sa.Column("after", postgresql.JSONB(), nullable=False),
        sa.Column("done_by", sa.Uuid(), nullable=False),
        _moment("undone_at"),
        sa.Column("id", sa.Uuid(), nullable=False),
        _now("created_at"),
        _of_proxy("proxy_actions"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proxy_actions")),
    )
    op.create_index(
        op.f("ix_proxy_actions_proxy_id_proxy_actions_id"),
        "proxy_actions",
        ["proxy_id", "id"],
    )
    op.create_table(
        "rotation_terms",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("terms", postgresql.JSONB(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=False),
        _moment("updated_at", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rotation_terms")),
    )


def downgrade() -> None:
    for table in (
        "rotation_terms",
        "proxy_actions",
        "proxy_history",
        "proxy_attempts",
        "proxy_pins",
        "account_sessions",
        "proxies",
    ):
        op.drop_table(table)
