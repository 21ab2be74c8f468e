"""The workflow engine."""

from typing import Annotated, Literal

from annotated_types import Ge
from pydantic import SecretStr

from config.sections.base import Section


class PrefectSettings(Section):
    """Read from `MUSTER_PREFECT__*`."""

    api_url: str = ""
    """`http://host:port/api` of a Prefect server. Empty: a private one."""

    auth_string: SecretStr = SecretStr("")
    """`user:password` of that server, if it asks for one."""

    work_pool: str = "muster"
    """Work pool that campaign runs go through."""

    worker: Literal["warm-process", "process"] = "warm-process"
    """Forked from a warm process, or Prefect's stock process worker."""

    runs_at_once: Annotated[int, Ge(1)] = 4
    """Flow runs one worker works on at the same time."""
