"""Arenas of malloc are shared, and cycles rarely looked for, where that is told."""

import subprocess
import sys

import pytest

from tests.fixtures.stack import CHECKOUT

COUNT_ARENAS = """
import ctypes, sys
from threading import Barrier, Thread
from config.memory import share_one_arena

libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.fdopen.restype = ctypes.c_void_p
libc.malloc_info.argtypes = ctypes.c_int, ctypes.c_void_p
libc.fflush.argtypes = (ctypes.c_void_p,)
if sys.argv[1] == "shared":
    assert share_one_arena()
together = Barrier(4)
def ask():
    libc.malloc(ctypes.c_size_t(1000))
    together.wait()
threads = [Thread(target=ask) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
out = libc.fdopen(1, b"w")
libc.malloc_info(0, out)
libc.fflush(out)
"""

COUNT_LOOKS = """
import gc, sys
from config.memory import look_for_cycles_rarely

looks = []
gc.callbacks.append(lambda phase, told: looks.append(phase))
if sys.argv[1] == "rarely":
    look_for_cycles_rarely()
rows = [[number] for number in range(50_000)]
print(looks.count("start"))
"""


@pytest.mark.parametrize(("wish", "least", "most"), [("rarely", 1, 3), ("", 50, 100)])
def test_cycles_are_looked_for_rarely_where_that_was_told(
    wish: str, *, least: int, most: int
) -> None:
    told = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", COUNT_LOOKS, wish],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert least <= int(told.stdout) <= most


@pytest.mark.parametrize(("wish", "has_one"), [("shared", True), ("own", False)])
def test_threads_share_one_arena_once_they_were_told_to(
    wish: str, *, has_one: bool
) -> None:
    told = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", COUNT_ARENAS, wish],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert (told.stdout.count("<heap nr=") == 1) is has_one
