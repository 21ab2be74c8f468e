"""What the supervisor tells others: its phase, and each part's."""

from enum import StrEnum

from pydantic import BaseModel, ValidationError

from deployments.stack.home import Home, write_privately


class Phase(StrEnum):
    """Where a part, or the whole stack, is."""

    WAITING = "waiting"
    STARTING = "starting"
    READY = "ready"
    RESTARTING = "restarting"
    FAILED = "failed"
    STOPPING = "stopping"
    STOPPED = "stopped"


class PartState(BaseModel):
    """One part as the supervisor sees it."""

    name: str
    title: str
    phase: Phase = Phase.WAITING
    pid: int | None = None
    born: float | None = None
    """When the operating system says the process began; tells a reused pid apart."""
    seconds: float | None = None
    """How long it took from its start until it was ready."""
    restarts: int = 0


class StackState(BaseModel):
    """The whole stack as its supervisor sees it."""

    pid: int
    mark: str
    """Every process of the stack carries this word in its environment."""
    scratch: str = ""
    """Folder in which the parts make their temporary files; goes when they do."""
    phase: Phase = Phase.STARTING
    problem: str = ""
    """Why it failed, for a person."""
    parts: list[PartState] = []


def read_state(home: Home) -> StackState | None:
    """Return what the last supervisor wrote; None if there never was one."""
    try:
        return StackState.model_validate_json(home.state.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def write_state(home: Home, state: StackState) -> None:
    """Publish the state, in one step."""
    write_privately(home.state, state.model_dump_json(indent=2))
