"""Seal short secrets of others, such as the password of a proxy, for the database."""

import os
import secrets
import tempfile
from collections.abc import Iterable
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from config.errors import SetupError
from config.settings import settings

SHORTEST_KEY = 32
"""Characters that a key of the settings must have."""

_FORM = b"\x01"
_NONCE_BYTES = 12
_KEY_BYTES = 32
_FILE = "secrets.key"


class SealBrokenError(SetupError):
    """A sealed value cannot be opened: the key is another one, or it was changed."""

    code = "seal_broken"

    def __init__(self) -> None:
        super().__init__(
            "a sealed secret cannot be opened with this key; see that "
            "MUSTER_SECRETS__KEY, or secrets.key in the home folder, is the one it was "
            "sealed with"
        )


class _Keys(NamedTuple):
    seal: AESGCM
    fingerprint: bytes


def seal(text: str, *, purpose: str) -> bytes:
    """
    Return a secret as it may be stored (AES-256-GCM, NIST SP 800-38D).

    Args:
        text: The secret.
        purpose: What it is, such as `proxy.password`; it opens only as the same.
    """
    nonce = secrets.token_bytes(_NONCE_BYTES)
    closed = _keys().seal.encrypt(nonce, text.encode(), purpose.encode())
    return _FORM + nonce + closed


def unseal(sealed: bytes, *, purpose: str) -> str:
    """
    Return a secret that `seal` closed.

    Raises:
        SealBrokenError: The key or the purpose is another, or it was changed.
    """
    form, nonce = sealed[:1], sealed[1 : 1 + _NONCE_BYTES]
    if form != _FORM:
        raise SealBrokenError
    try:
        opened = _keys().seal.decrypt(
            nonce, sealed[1 + _NONCE_BYTES :], purpose.encode()
        )
    except (InvalidTag, ValueError):
        raise SealBrokenError from None
    return opened.decode()


def keyed_hash(text: str, *, purpose: str) -> bytes:
    """Return the same 32 bytes for the same secret, to find it without opening any."""
    mac = HMAC(_keys().fingerprint, hashes.SHA256())
    mac.update(purpose.encode() + b"\0" + text.encode())
    return mac.finalize()


def keyed_hashes(texts: Iterable[str], *, purpose: str) -> list[bytes]:
    """Return 32 bytes for each of many, quickly (keyed BLAKE2b, RFC 7693)."""
    begun = blake2b(purpose.encode() + b"\0", key=_keys().fingerprint, digest_size=32)
    hashes = []
    for one in texts:
        each = begun.copy()
        each.update(one.encode())
        hashes.append(each.digest())
    return hashes


def _keys() -> _Keys:
    section = settings().secrets
    return _make_keys(section.key.get_secret_value(), settings().home / _FILE)


@cache
def _make_keys(told: str, file: Path) -> _Keys:
    """Return the keys that are made of the one secret (HKDF, RFC 5869)."""
    secret = _secret(told, file)

    def derive(purpose: bytes) -> bytes:
        return HKDF(hashes.SHA256(), _KEY_BYTES, salt=None, info=purpose).derive(secret)

    return _Keys(AESGCM(derive(b"muster: seal")), derive(b"muster: keyed hash"))


def forget_keys() -> None:
    """Let the next caller read the key's file anew."""
    _make_keys.cache_clear()


def _secret(told: str, file: Path) -> bytes:
    if not told:
        return _kept_secret(file)
    if len(told) < SHORTEST_KEY:
        raise SetupError(
            f"MUSTER_SECRETS__KEY is too short: it must have {SHORTEST_KEY} characters"
        )
    return told.encode()


def _kept_secret(file: Path) -> bytes:
    """Return the key file's content; of several processes one makes it."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # mkstemp makes the file with mode 0600; the link fails where one is already.
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{_FILE}.")
        try:
            with os.fdopen(handle, "w", encoding="ascii") as new:
                new.write(secrets.token_hex(_KEY_BYTES))
            os.link(name, file)
        except FileExistsError:
            pass
        finally:
            Path(name).unlink(missing_ok=True)
    if file.stat().st_mode & 0o077:
        raise SetupError(f"{file} can be read by others; give it mode 0600")
    return file.read_bytes().strip()
