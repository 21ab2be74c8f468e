"""CPU and memory of a process and all its descendants, sampled while something runs."""

from contextlib import suppress
from threading import Event, Thread
from types import TracebackType
from typing import Self

import psutil

SECONDS_BETWEEN_LOOKS = 0.5
"""A look at a stack's worker costs 30 ms of a core."""


class TreeMeter:
    """
    Measures one process tree between entering and leaving.

    CPU includes descendants that ended meanwhile, once their parent has waited for
    them (proc(5), `cutime` and `cstime`). Memory is the proportional set size: pages
    that several processes share are counted once in all.
    """

    def __init__(self, process_id: int) -> None:
        self._root = psutil.Process(process_id)
        self._done = Event()
        self._thread = Thread(target=self._look, name="tree-meter", daemon=True)
        self._cpu_before = 0.0
        self.cpu_seconds = 0.0
        self._own_cpu: dict[int, float] = {}
        self.sampled_cpu_seconds = 0.0
        """
        The same, by each process's own time when it was last seen: a browser's children
        escape the other account, for nobody waits for them (it saw half).
        """

        self.memory: list[int] = []
        """Bytes at each look, two a second."""

    def __enter__(self) -> Self:
        """Begin to measure."""
        self._cpu_before = self._cpu()
        self._sample_cpu()
        self.sampled_cpu_seconds = -sum(self._own_cpu.values())
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop measuring; the figures stand."""
        self._done.set()
        self._thread.join()
        self.cpu_seconds = self._cpu() - self._cpu_before
        self._sample_cpu()
        self.sampled_cpu_seconds += sum(self._own_cpu.values())

    @property
    def peak_bytes(self) -> int:
        """The most memory that was seen."""
        return max(self.memory, default=0)

    def _look(self) -> None:
        while True:
            self.memory.append(self._memory())
            self._sample_cpu()
            if self._done.wait(SECONDS_BETWEEN_LOOKS):
                return

    def _tree(self) -> list[psutil.Process]:
        with suppress(psutil.NoSuchProcess):
            return [self._root, *self._root.children(recursive=True)]
        return []

    def _sample_cpu(self) -> None:
        for process in self._tree():
            with suppress(psutil.NoSuchProcess):
                spent = process.cpu_times()
                self._own_cpu[process.pid] = spent.user + spent.system

    def _cpu(self) -> float:
        total = 0.0
        for process in self._tree():
            with suppress(psutil.NoSuchProcess):
                spent = process.cpu_times()
                total += spent.user + spent.system
                total += spent.children_user + spent.children_system
        return total

    def _memory(self) -> int:
        total = 0
        for process in self._tree():
            with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
                total += process.memory_full_info().pss
        return total
