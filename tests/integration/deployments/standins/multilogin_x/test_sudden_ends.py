"""A browser or the whole server killed: nothing is left, the next start works."""

from collections.abc import Callable
from pathlib import Path
from threading import Event
from time import monotonic

import psutil

from tests.fixtures.multilogin import running_multilogin_x
from tests.fixtures.multilogin_raw import RawMultilogin, raw_multilogin


def wait_until(is_so: Callable[[], bool], *, seconds: float = 20.0) -> None:
    deadline = monotonic() + seconds
    while not is_so():
        assert monotonic() < deadline
        Event().wait(0.05)


def processes_naming(*words: str) -> list[psutil.Process]:
    """Return the live processes on whose command line all these words are."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        line = " ".join(process.info["cmdline"] or ())
        is_live = process.info["status"] != psutil.STATUS_ZOMBIE
        if is_live and all(word in line for word in words):
            found.append(process)
    return found


def kill_browser(folder: Path, made: str) -> None:
    own = str(folder / "state" / "browser_profiles" / made)
    main = next(
        one
        for one in processes_naming(own, "--user-data-dir")
        if "--type=" not in " ".join(one.cmdline())
    )
    main.kill()


def is_free(raw: RawMultilogin, made: str) -> bool:
    row = next(one for one in raw.search(limit=100) if one["id"] == made)
    return not row["in_use_by"]


def test_a_browser_that_is_killed_is_noticed_and_can_be_started_again(
    tmp_path: Path,
) -> None:
    with running_multilogin_x(tmp_path) as here:
        raw = raw_multilogin(here)
        made = raw.create()
        assert raw.start(made).is_success
        kill_browser(tmp_path, made)
        wait_until(lambda: raw.state(made)["status"] == "stopped")
        assert is_free(raw, made)
        assert raw.stop(made).status_code == 500
        assert raw.start(made).is_success
    assert not processes_naming(str(tmp_path))


def test_a_server_that_is_killed_takes_its_browsers_with_it(tmp_path: Path) -> None:
    with running_multilogin_x(tmp_path) as here:
        raw = raw_multilogin(here)
        made = raw.create()
        assert raw.start(made, automation="selenium").is_success
        quick = {"is_headless": True, "os_type": "linux"}
        raw.post("/api/v3/profile/quick", quick, host="launcher")
        state = str(tmp_path / "state")
        for process in processes_naming("deployments.standins.multilogin_x", state):
            process.kill()
        wait_until(lambda: not processes_naming(state))
    with running_multilogin_x(tmp_path) as here:
        raw = raw_multilogin(here)
        assert is_free(raw, made)
        # What a quick one left behind is swept.
        kept = tmp_path / "state" / "browser_profiles"
        assert [one.name for one in kept.iterdir()] == [made]
        assert raw.start(made).is_success
    assert not processes_naming(str(tmp_path))
