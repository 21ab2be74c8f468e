"""How a process asks the C library for memory, and how often it looks for cycles."""

import ctypes
import gc

_M_ARENA_MAX = -8
"""Of `malloc.h` (glibc)."""

_NEW_OBJECTS = 20_000
"""Between two looks for cycles: a portion of a table makes ten times as many."""


def share_one_arena() -> bool:
    """
    Let all threads to come share one arena of malloc; return whether that was done.

    The console runs each screen in a new thread, and glibc gives threads arenas of
    their own, which keep what they once held: 2 to 4 MiB more for each visit, without
    an object more in Python (measured; with one arena it stays where it is). Threads
    hardly wait for each other, for they hold Python's lock anyway.

    Other C libraries have no such arenas, and are left alone.
    """
    try:
        set_option = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return False
    return bool(set_option(_M_ARENA_MAX, 1))


def look_for_cycles_rarely() -> None:
    """
    Let Python look for cycles once in many new objects.

    By itself it looks at every 700, and so over and over at rows that live until their
    portion is stored: a fifth of the CPU of reading and scoring a table (measured).
    """
    gc.set_threshold(_NEW_OBJECTS, 10, 10)
