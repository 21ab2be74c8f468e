"""Bring the database to the newest schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config

CHECKOUT = Path(__file__).resolve().parents[2]


def migrate() -> None:
    """Apply every migration that is missing; `[tool.alembic]` says where they lie."""
    command.upgrade(Config(toml_file=CHECKOUT / "pyproject.toml"), "head")
