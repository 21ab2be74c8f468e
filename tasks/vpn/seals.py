"""Sealed files: credentials that lie in the folder of locations and say nothing."""

import os
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from config.errors import SetupError
from config.settings import settings

MARK = "muster-sealed:1:"


def read_sealed(file: Path) -> str:
    """
    Return the text of a file, sealed or not.

    Raises:
        SetupError: It was sealed with another key, or cannot be read.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(
            f"{file.name} in the folder of VPN locations cannot be read; see that it "
            "is a text file that Muster may open"
        ) from error
    if not text.startswith(MARK):
        return text
    try:
        return _seal().decrypt(text.removeprefix(MARK).strip()).decode()
    except InvalidToken as error:
        raise SetupError(
            f"{file.name} was sealed with another key; write it anew in plain text, or "
            "set MUSTER_VPN__SEAL_KEY to the old key"
        ) from error


def seal_file(file: Path) -> bool:
    """Seal a file where it lies, mode 0600; return False if it is sealed already."""
    text = file.read_text(encoding="utf-8")
    if text.startswith(MARK):
        return False
    sealed = MARK + _seal().encrypt(text.encode()).decode() + "\n"
    new = file.with_name(f".{file.name}.new")
    new.unlink(missing_ok=True)
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as writing:
        writing.write(sealed)
    new.replace(file)
    return True


def _seal() -> Fernet:
    key = settings().vpn.seal_key.get_secret_value() or _own_key()
    try:
        return Fernet(key)
    except ValueError as error:
        raise SetupError(
            "MUSTER_VPN__SEAL_KEY is no key; make one with `python -m "
            "deployments.tunnel_keeper new-key`"
        ) from error


def _own_key() -> str:
    file = settings().home / "vpn.key"
    with suppress(FileExistsError):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(handle, Fernet.generate_key())
        os.close(handle)
    return file.read_text(encoding="ascii").strip()
