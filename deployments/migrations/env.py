"""Alembic's entry: our metadata, our engine."""

from alembic import context

from config.connections import engine
from tasks.models import Base

with engine().connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
