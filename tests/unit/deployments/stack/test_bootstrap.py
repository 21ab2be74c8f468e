"""What the stamp in .venv says about the locks."""

from pathlib import Path

import pytest

from deployments.stack import bootstrap
from deployments.stack.bootstrap import is_current, lock_hashes, read_stamp
from deployments.stack.browser import major_version


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for lock in (bootstrap.STACK_LOCK, bootstrap.TESTS_LOCK):
        file = tmp_path / lock
        file.parent.mkdir()
        file.write_text("package==1\n")
    return tmp_path


def test_an_environment_without_a_stamp_is_not_current(checkout: Path) -> None:
    wanted = lock_hashes(checkout, [bootstrap.STACK_LOCK])
    assert not is_current(read_stamp(checkout), wanted)


def test_a_stamp_nobody_can_read_counts_as_none(checkout: Path) -> None:
    (checkout / bootstrap.STAMP).write_text("{")
    assert read_stamp(checkout) == {}


def test_a_changed_lock_makes_the_environment_stale(checkout: Path) -> None:
    stamp = lock_hashes(checkout, [bootstrap.STACK_LOCK])
    assert is_current(stamp, lock_hashes(checkout, [bootstrap.STACK_LOCK]))
    (checkout / bootstrap.STACK_LOCK).write_text("package==2\n")
    assert not is_current(stamp, lock_hashes(checkout, [bootstrap.STACK_LOCK]))


def test_the_tests_environment_serves_the_stack_but_not_the_other_way(
    checkout: Path,
) -> None:
    stack = lock_hashes(checkout, [bootstrap.STACK_LOCK])
    both = lock_hashes(checkout, [bootstrap.STACK_LOCK, bootstrap.TESTS_LOCK])
    assert is_current(both, stack)
    assert not is_current(stack, both)


@pytest.mark.parametrize(
    ("said", "major"),
    [
        ("Chromium 156.0.8078.79 built on Debian GNU/Linux 12 (bookworm)", 156),
        ("ChromeDriver 156.0.8078.79 (a21ce95c-refs/branch-heads/8078@{#1704})", 156),
        ("Google Chrome 99.0.1 ", 99),
        ("command not found", None),
    ],
)
def test_a_browser_and_its_driver_are_matched_by_the_first_number(
    said: str, major: int | None
) -> None:
    assert major_version(said) == major


def test_a_program_on_the_path_needs_no_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = {one: f"package-of-{one}" for one in ("no-such-tool", "other-tool")}
    monkeypatch.setattr(bootstrap, "LABORATORY", nowhere)
    assert bootstrap.missing_packages() == list(nowhere.values())
    tool = tmp_path / "other-tool"
    tool.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert bootstrap.missing_packages() == ["package-of-no-such-tool"]
