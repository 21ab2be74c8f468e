"""Many threads ask at once, and one thing is opened."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from config.once import Once


def test_all_threads_get_the_same_one() -> None:
    begun = Barrier(8)
    opened: list[object] = []

    @Once
    def door() -> object:
        opened.append(object())
        return opened[-1]

    def ask() -> object:
        begun.wait()
        return door()

    with ThreadPoolExecutor(8) as threads:
        found = [one.result() for one in [threads.submit(ask) for _ in range(8)]]
    assert len(opened) == 1
    assert set(found) == {opened[0]}


def test_once_it_was_cleared_it_is_opened_anew() -> None:
    door = Once(object)
    before = door()
    assert door.cache_info().currsize == 1
    door.cache_clear()
    assert door.cache_info().currsize == 0
    assert door() is not before
