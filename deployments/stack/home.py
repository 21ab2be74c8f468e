"""The folder of everything Muster keeps on this machine, and its files."""

import fcntl
import json
import os
import secrets
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Home:
    """Where the stack's files lie; each is readable by this user alone."""

    folder: Path

    @property
    def logs(self) -> Path:
        """Folder of one log a part."""
        return self.folder / "logs"

    @property
    def state(self) -> Path:
        """What the supervisor says about itself and its parts."""
        return self.folder / "stack.json"

    @property
    def addresses(self) -> Path:
        """Addresses of the running parts, read by `config.settings`."""
        return self.folder / "stack.env"

    def make(self) -> None:
        """Make the folder and the one for logs, mode 0700."""
        for folder in (self.folder, self.logs):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)


@dataclass(frozen=True)
class StackSecrets:
    """What the private servers ask for; random, and the same after a restart."""

    postgres_password: str
    redis_password: str
    prefect_auth_string: str
    signing_key: str
    multilogin_password: str
    leak_responder_token: str


def stack_secrets(home: Home) -> StackSecrets:
    """Return the secrets of this home, each made when first asked for."""
    file = home.folder / "secrets.json"
    kept = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    made = StackSecrets(
        postgres_password=secrets.token_hex(24),
        redis_password=secrets.token_hex(24),
        prefect_auth_string=f"muster:{secrets.token_hex(24)}",
        signing_key=secrets.token_hex(32),
        multilogin_password=secrets.token_hex(16),
        leak_responder_token=secrets.token_hex(16),
    )
    # A home made by an earlier version lacks those that were added since.
    whole = {name: kept.get(name, value) for name, value in asdict(made).items()}
    if whole != kept:
        write_privately(file, json.dumps(whole, indent=2))
    return StackSecrets(**whole)


def write_privately(file: Path, text: str) -> None:
    """Write a file of mode 0600 in one step: a reader sees the old or the new text."""
    # mkstemp makes the file with mode 0600.
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as new:
            new.write(text)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def take_lock(home: Home) -> int | None:
    """
    Return a handle that holds this home, or None if a stack holds it.

    The lock ends with the last process that has the handle, however that process ends.
    """
    handle = os.open(home.folder / "stack.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


def is_held(home: Home) -> bool:
    """Tell whether a stack runs on this home, or is on its way up or down."""
    if not home.folder.is_dir():
        return False
    handle = take_lock(home)
    if handle is None:
        return True
    os.close(handle)
    return False
