"""PostgreSQL refuses to run as root: whom it runs as instead."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from config.errors import SetupError

_NAMESPACE = ("unshare", "--user", "--map-user=65534", "--map-group=65534", "--")
"""In a user namespace of its own our files appear as `nobody`'s, and so do we."""


@dataclass(frozen=True)
class Privileges:
    """How to start a program that refuses root."""

    prefix: tuple[str, ...] = ()
    """Words before the command."""

    account: str | None = None
    """System account it runs as; None is our own."""


def numbers_of(account: str | None) -> tuple[int | None, int | None]:
    """Return the user and group number of an account; None stands for our own."""
    if account is None:
        return None, None
    entry = pwd.getpwnam(account)
    return entry.pw_uid, entry.pw_gid


def hand_over(path: Path, account: str | None) -> None:
    """Make an account the owner of a path; None leaves it ours."""
    user, group = numbers_of(account)
    if user is not None and group is not None:
        os.chown(path, user, group)


def ordinary_privileges(*, folder: Path, binaries: Path) -> Privileges:
    """
    Return how to start a program that refuses root, on data in `folder`.

    An ordinary user needs nothing. Root gets a user namespace, or, where the kernel
    does not allow one, a system account that can reach the folder and the binaries.

    Raises:
        SetupError: None of these is possible.
    """
    if os.geteuid() != 0:
        return Privileges()
    if namespace_works():
        return Privileges(prefix=_NAMESPACE)
    for account in ("postgres", "nobody"):
        if account_reaches(account, folder=folder, binaries=binaries):
            return Privileges(account=account)
    raise SetupError(
        "PostgreSQL does not run as root, and no other account can reach "
        f"{folder} and {binaries}; run Muster as an ordinary user, or set MUSTER_HOME "
        "to a folder below one that every user may enter, or MUSTER_DATABASE__URL and "
        "MUSTER_PREFECT__API_URL to servers of your own"
    )


def namespace_works() -> bool:
    """Tell whether the kernel lets us make a user namespace."""
    if shutil.which("unshare") is None:
        return False
    tried = subprocess.run((*_NAMESPACE, "true"), capture_output=True, check=False)  # noqa: S603 - a fixed command
    return tried.returncode == 0


def account_reaches(account: str, *, folder: Path, binaries: Path) -> bool:
    """Hand `folder` to the account, and tell whether it can work there."""
    # The home folder holds only files of mode 0600; to pass through it tells nothing.
    mode = folder.parent.stat().st_mode
    try:
        user, group = numbers_of(account)
        hand_over(folder, account)
        folder.parent.chmod(mode | 0o011)
        tried = subprocess.run(  # noqa: S603 - fixed words and our own paths
            ("/bin/sh", "-c", 'test -w "$0" && test -x "$1"', folder, binaries),
            user=user,
            group=group,
            extra_groups=[],
            check=False,
        )
    except (LookupError, OSError):
        return False
    if tried.returncode != 0:
        folder.parent.chmod(mode)
        os.chown(folder, os.geteuid(), os.getegid())
    return tried.returncode == 0
