"""The tunnel keeper's chores, and that there is one a home."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

from deployments.stack.processes import base_environment
from tasks.vpn.seals import MARK


def call_keeper(home: Path, *chore: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - it is ours
        [sys.executable, "-m", "deployments.tunnel_keeper", *chore],
        env={**base_environment("tests"), "MUSTER_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_it_seals_the_files_of_all_locations_once(tmp_path: Path) -> None:
    folder = tmp_path / "vpn"
    folder.mkdir()
    for name in ("de.ovpn", "de.credentials", "nl.conf"):
        (folder / name).write_text("a secret\n")
    (folder / "readme.txt").write_text("not ours\n")
    sealed = call_keeper(tmp_path, "seal")
    assert sealed.returncode == 0, sealed.stderr
    assert sealed.stdout.splitlines() == [
        "de.credentials: sealed",
        "de.ovpn: sealed",
        "nl.conf: sealed",
    ]
    assert (folder / "nl.conf").read_text().startswith(MARK)
    assert (folder / "readme.txt").read_text() == "not ours\n"
    assert "sealed already" in call_keeper(tmp_path, "seal").stdout


def test_a_second_keeper_of_a_home_is_refused(tmp_path: Path) -> None:
    handle = os.open(tmp_path / "tunnel_keeper.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        refused = call_keeper(tmp_path)
    finally:
        os.close(handle)
    assert refused.returncode == 1
    assert "there can be one only" in refused.stderr
