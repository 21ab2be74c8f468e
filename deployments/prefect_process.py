"""
Prefect's own command, mended: `python -m deployments.prefect_process server start`.

The scheduler of Prefect 3.8.8 stores flow runs in one insert of many rows that name a
member `state`, no column but a hybrid property. SQLAlchemy 2.0 passes over it; 2.1
refuses the whole insert, so that no schedule ever comes round (tried: 503 and nothing
else in the log). Here 2.1 is told to pass over it as well.
"""

from collections.abc import MutableMapping
from typing import Any

from prefect.cli import app
from prefect.server.database.orm_models import FlowRun
from sqlalchemy import inspect
from sqlalchemy.ext.hybrid import hybrid_property


def main() -> None:
    """Carry out a command of Prefect, as `python -m prefect` does."""
    let_schedules_be_stored()
    app()


def let_schedules_be_stored() -> None:
    """Pass over `state` when many flow runs are stored at once; its row comes after."""
    state: Any = inspect(FlowRun).all_orm_descriptors["state"]
    if isinstance(state, hybrid_property):
        state.inplace.bulk_dml(_pass_over)


def _pass_over(cls: Any, mapping: MutableMapping[str, Any], value: Any) -> None:
    """Do nothing: the state is stored in a table of its own."""


if __name__ == "__main__":
    main()
