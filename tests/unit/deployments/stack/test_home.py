"""The home folder: secrets, lock, and who may read."""

import os
from pathlib import Path

import pytest

from deployments.stack.home import (
    Home,
    is_held,
    stack_secrets,
    take_lock,
    write_privately,
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.make()
    return home


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_nobody_else_may_look_in(home: Home) -> None:
    stack_secrets(home)
    assert mode_of(home.folder) == mode_of(home.logs) == 0o700
    assert mode_of(home.folder / "secrets.json") == 0o600


def test_secrets_are_random_and_stay_the_same(home: Home, tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    other.make()
    first = stack_secrets(home)
    assert stack_secrets(home) == first
    assert stack_secrets(other) != first
    assert len(first.signing_key) >= 32


def test_a_file_is_replaced_in_one_step_and_leaves_no_scrap(home: Home) -> None:
    file = home.folder / "file"
    for words in ("first", "second"):
        write_privately(file, words)
    assert file.read_text() == "second"
    assert {path.name for path in home.folder.iterdir()} == {"file", "logs"}


def test_one_home_is_held_once(home: Home) -> None:
    assert not is_held(home)
    lock = take_lock(home)
    assert lock is not None
    assert is_held(home)
    assert take_lock(home) is None
    os.close(lock)
    assert not is_held(home)


def test_a_home_that_was_never_made_is_not_held(tmp_path: Path) -> None:
    assert not is_held(Home(tmp_path / "nowhere"))
