"""Sealed files: credentials that lie in the folder of locations and say nothing."""

import os
from base64 import b64decode, b64encode
from pathlib import Path

from config.errors import SetupError
from tasks.sealing import SealBrokenError, seal, unseal

PURPOSE = "vpn.location_file"
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
        return unseal(b64decode(text.removeprefix(MARK)), purpose=PURPOSE)
    except (SealBrokenError, ValueError) as error:
        raise SetupError(
            f"{file.name} was sealed with another key; write it anew in plain text, or "
            "bring the old key back (MUSTER_SECRETS__KEY, or secrets.key in the home)"
        ) from error


def seal_file(file: Path) -> bool:
    """Seal a file where it lies, mode 0600; return False if it is sealed already."""
    text = file.read_text(encoding="utf-8")
    if text.startswith(MARK):
        return False
    sealed = MARK + b64encode(seal(text, purpose=PURPOSE)).decode() + "\n"
    new = file.with_name(f".{file.name}.new")
    new.unlink(missing_ok=True)
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as writing:
        writing.write(sealed)
    new.replace(file)
    return True
