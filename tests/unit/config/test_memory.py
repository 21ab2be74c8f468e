"""Threads share one arena of malloc once they were told to."""

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
