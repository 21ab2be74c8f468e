"""What `deployments/up` shows: live on a terminal, plain lines elsewhere."""

import sys
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.live import Live
from rich.table import Table

from deployments.stack.state import PartState, Phase, StackState

_SIGNS = {
    Phase.WAITING: "[dim]·[/]",
    Phase.STARTING: "[yellow]…[/]",
    Phase.READY: "[green]✓[/]",
    Phase.RESTARTING: "[yellow]↻[/]",
    Phase.FAILED: "[red]✗[/]",
    Phase.STOPPING: "[dim]…[/]",
    Phase.STOPPED: "[dim]-[/]",
}
_COUNTS = ("acquired", "scored", "queued", "rejected")


def complain(problem: str) -> None:
    """Say on standard error what went wrong."""
    sys.stderr.write(f"error: {problem}\n")


def say(text: str = "") -> None:
    """Say one line on standard output."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class Display:
    """Shows how far the stack, and then the demo campaign, has come."""

    def __init__(self) -> None:
        self._console = Console(highlight=False)
        self._live: Live | None = None
        self._said: set[str] = set()
        self._state: StackState | None = None
        self._run: Mapping[str, Any] = {}

    def __enter__(self) -> Self:
        """Begin to draw, on a terminal."""
        if self._console.is_terminal:
            self._live = Live(console=self._console, refresh_per_second=8)
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the last picture where it is."""
        if self._live:
            self._live.stop()

    def show_stack(self, state: StackState) -> None:
        """Show the parts of the stack."""
        self._state = state
        for part in state.parts:
            if part.phase in (Phase.READY, Phase.RESTARTING, Phase.FAILED):
                self._say_once(_part_line(part))
        self._draw()

    def show_run(self, run: Mapping[str, Any]) -> None:
        """Show the demo campaign's run, as the API tells of it."""
        self._run = run
        self._say_once(_run_line(run))
        self._draw()

    def _say_once(self, line: str) -> None:
        if self._live is None and line not in self._said:
            self._said.add(line)
            say(line)

    def _draw(self) -> None:
        if self._live is None:
            return
        table = Table.grid(padding=(0, 2))
        for part in self._state.parts if self._state else []:
            seconds = f"[dim]{part.seconds:.1f} s[/]" if part.seconds else ""
            table.add_row(_SIGNS[part.phase], part.title, part.phase, seconds)
        if self._run:
            counts = _run_line(self._run).removeprefix("Demo campaign ")
            done = self._run.get("state") == "completed"
            sign = _SIGNS[Phase.READY if done else Phase.STARTING]
            table.add_row(sign, "Demo campaign", counts, "")
        self._live.update(table)


def _part_line(part: PartState) -> str:
    after = f" ({part.seconds:.1f} s)" if part.seconds is not None else ""
    again = f", restarted {part.restarts} times" if part.restarts else ""
    return f"{part.title} {part.phase}{after}{again}"


def _run_line(run: Mapping[str, Any]) -> str:
    counts = ", ".join(f"{run.get(name) or 0} {name}" for name in _COUNTS)
    return f"Demo campaign {run.get('state')}: {counts}"
