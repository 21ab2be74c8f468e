"""Logs and pauses."""

from pathlib import Path

from deployments.stack.processes import last_lines, rotate_log
from deployments.stack.supervisor import pause_before_restart


def test_a_large_log_is_set_aside_and_a_small_one_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "part.log"
    log.write_text("four")
    rotate_log(log, limit=4)
    assert log.exists()
    rotate_log(log, limit=3)
    assert not log.exists()
    assert (tmp_path / "part.log.1").read_text() == "four"


def test_the_last_lines_of_a_log_are_what_a_person_reads(tmp_path: Path) -> None:
    log = tmp_path / "part.log"
    assert last_lines(log) == ""
    log.write_bytes(b"".join(b"line %d \xff\n" % number for number in range(9_000)))
    assert last_lines(log, lines=1) == "line 8999 \N{REPLACEMENT CHARACTER}"


def test_pauses_grow_but_stay_short() -> None:
    assert [pause_before_restart(deaths) for deaths in (1, 2, 3, 9)] == [
        0.1,
        0.2,
        0.4,
        5,
    ]
