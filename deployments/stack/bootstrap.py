"""
Make `.venv` from the locks. Runs before anything is installed: standard library only.

`deployments/install` starts it with the Python it found. A second call finds the stamp
and returns at once.
"""

import argparse
import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

STACK_LOCK = "deployments/requirements.txt"
TESTS_LOCK = "tests/requirements.txt"
INSTALLER_LOCK = "deployments/installer.txt"
STAMP = "muster-locks.json"
LABORATORY = {
    "ip": "iproute2",
    "nft": "nftables",
    "openvpn": "openvpn",
    "wg": "wireguard-tools",
    "wireguard-go": "wireguard-go",
    "slirp4netns": "slirp4netns",
}
"""Programs that tests of leaks and VPNs need, and Debian's packages of them."""


class InstallError(Exception):
    """Something is missing that only a person can provide; the message says what."""


def lock_hashes(checkout: Path, locks: Sequence[str]) -> dict[str, str]:
    """Return the SHA-256 of each lock, by its path within the checkout."""
    return {
        lock: hashlib.sha256((checkout / lock).read_bytes()).hexdigest()
        for lock in locks
        if (checkout / lock).exists()
    }


def read_stamp(environment: Path) -> dict[str, str]:
    """Return the hashes of the locks `environment` was made from; empty if unknown."""
    try:
        stamp = json.loads((environment / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def is_current(stamp: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    """Tell whether everything wanted was installed in just this version."""
    return all(stamp.get(lock) == digest for lock, digest in wanted.items())


def run_command(*command: str | Path, folder: Path | None = None) -> bool:
    """Run a command; tell whether it succeeded, and if not, what it said."""
    finished = subprocess.run(  # noqa: S603 - fixed commands
        command, capture_output=True, text=True, check=False, cwd=folder
    )
    if finished.returncode != 0:
        say((finished.stdout + finished.stderr).strip())
    return finished.returncode == 0


def succeeds(*command: str | Path) -> bool:
    """Tell whether a command succeeds; what it says does not matter."""
    tried = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - fixed commands
    return tried.returncode == 0


def say(text: str) -> None:
    """Tell the person what happens now."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - a script's voice


def apt_command() -> list[str] | None:
    """Return how to call apt-get here, or None when this user may not."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return ["apt-get"]
    if shutil.which("sudo") and succeeds("sudo", "-n", "true"):
        return ["sudo", "-n", "apt-get"]
    return None


def install_venv_module() -> None:
    """
    Install what Debian leaves out of Python: `ensurepip`.

    Raises:
        InstallError: apt-get is not there, not allowed, or failed.
    """
    package = f"python3.{sys.version_info.minor}-venv"
    apt = apt_command()
    if apt:
        say(f"installing {package} ...")
        if run_command(*apt, "update", "-q") and run_command(
            *apt, "install", "-q", "-y", "--no-install-recommends", package
        ):
            return
    raise InstallError(
        f"Python has no ensurepip, so no virtual environment can be made; "
        f"install it (on Debian: apt-get install {package}) and try again"
    )


def make_environment(environment: Path) -> None:
    """Make the virtual environment, with pip, unless a working one is there."""
    python = environment / "bin" / "python"
    if not python.exists() or not succeeds(python, "-c", ""):
        if environment.exists():
            shutil.rmtree(environment)
        if importlib.util.find_spec("ensurepip") is None:
            install_venv_module()
        if not run_command(sys.executable, "-m", "venv", environment):
            raise InstallError(f"no virtual environment could be made at {environment}")
    if not succeeds(python, "-c", "import pip") and not run_command(
        python, "-m", "ensurepip"
    ):
        raise InstallError(f"{environment} has no pip; remove the folder and try again")


def install_locks(checkout: Path, environment: Path, locks: Sequence[str]) -> None:
    """
    Install the locks, checked by hash and compiled to byte code.

    uv is three times as fast; where it has no build or finds no index, pip does it.

    Raises:
        InstallError: A package could not be had; pip has said which.
    """
    python = environment / "bin" / "python"
    wanted = [word for lock in locks for word in ("-r", str(checkout / lock))]
    pip = (python, "-m", "pip", "install", "-q", "--disable-pip-version-check")
    installer = ("--require-hashes", "-r", checkout / INSTALLER_LOCK)
    uv = (python, "-m", "uv", "pip", "install", "-q", "--python", python)
    hashes = ("--require-hashes", *wanted)
    # Outside the checkout: how new a package may be was decided when the lock was made,
    # and `[tool.uv]` in pyproject.toml would ask again.
    outside = Path(tempfile.gettempdir())
    if run_command(*pip, *installer) and run_command(
        *uv, "--compile-bytecode", *hashes, folder=outside
    ):
        return
    say("uv did not manage; pip does it, which takes longer ...")
    if not run_command(*pip, *hashes):
        raise InstallError("the packages could not be installed; see the lines above")


def point_at_checkout(checkout: Path, environment: Path) -> None:
    """Let the environment's Python find our packages, wherever it is started."""
    for packages in environment.glob("lib/python3*/site-packages"):
        (packages / "muster.pth").write_text(f"{checkout}\n", encoding="utf-8")


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Hold a lock on the folder itself, so that nothing is written beside the code."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def missing_packages() -> list[str]:
    """Return the packages of the laboratory whose programs are not on this machine."""
    system = "/usr/sbin:/sbin"  # not on everybody's PATH
    return [
        package
        for program, package in LABORATORY.items()
        if not (shutil.which(program) or shutil.which(program, path=system))
    ]


def install_laboratory() -> None:
    """Install what tests of leaks and VPNs need, if we may; else say what lacks."""
    missing = missing_packages()
    apt = apt_command()
    if missing and apt:
        say(f"installing {', '.join(missing)} for the tests ...")
        run_command(*apt, "update", "-q")
        run_command(*apt, "install", "-q", "-y", "--no-install-recommends", *missing)
        missing = missing_packages()
    if missing:
        say(
            f"tests of leaks and VPNs will fail: {', '.join(missing)} cannot be "
            "installed from here; install them and run this again"
        )


def install(checkout: Path, *, tests: bool) -> None:
    """Bring `.venv` to the state of the locks."""
    environment = checkout / ".venv"
    wanted = lock_hashes(checkout, [STACK_LOCK, TESTS_LOCK] if tests else [STACK_LOCK])
    with one_at_a_time(checkout):
        stamp = read_stamp(environment)
        if is_current(stamp, wanted) and (environment / "bin" / "python").exists():
            return
        say("installing the Python packages into .venv, which takes a minute ...")
        make_environment(environment)
        (environment / STAMP).unlink(missing_ok=True)
        wanted = lock_hashes(checkout, sorted({*wanted, *stamp}))
        install_locks(checkout, environment, list(wanted))
        point_at_checkout(checkout, environment)
        (environment / STAMP).write_text(json.dumps(wanted), encoding="utf-8")


def main() -> int:
    """Install packages, then see to a browser; return the exit code."""
    parser = argparse.ArgumentParser(prog="deployments/install")
    parser.add_argument("--tests", action="store_true", help="the tests' packages too")
    tests: bool = parser.parse_args().tests
    checkout = Path(__file__).resolve().parents[2]
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"  # noqa: TID251 - for apt-get, not for us
    try:
        install(checkout, tests=tests)
    except InstallError as problem:
        say(f"error: {problem}")
        return 1
    if tests:
        install_laboratory()
    python = str(checkout / ".venv" / "bin" / "python")
    need = ["--required"] if tests else []
    os.chdir(checkout)
    command = [python, "-m", "deployments.stack.browser", *need]
    return subprocess.run(command, check=False).returncode  # noqa: S603 - our own module


if __name__ == "__main__":
    sys.exit(main())
