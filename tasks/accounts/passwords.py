"""Argon2id: hash, check, and notice when the cost has changed."""

import os
from functools import cache
from threading import BoundedSemaphore
from typing import NamedTuple

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from config.settings import settings

_AT_ONCE = BoundedSemaphore(os.cpu_count() or 1)
"""More hashes at once than cores only makes each of them slower, and takes memory."""


class PasswordCheck(NamedTuple):
    """Whether a password is right, and whether its hash should be made anew."""

    is_right: bool
    is_outdated: bool


def hash_password(password: str) -> str:
    """
    Return an Argon2id hash of `password` that carries its own salt and cost.

    Source: RFC 9106; the cost is the setting's, by default OWASP's minimum (Password
    Storage Cheat Sheet: 19 MiB, 2 passes, 1 lane).
    """
    with _AT_ONCE:
        return _hasher().hash(password)


def check_password(password: str, *, password_hash: str | None) -> PasswordCheck:
    """
    Compare a password with a hash; without a hash do the same work and refuse.

    So nobody learns from the time it takes whether an account exists.
    """
    with _AT_ONCE:
        try:
            _hasher().verify(password_hash or _nobodys_hash(), password)
        except (VerificationError, InvalidHashError):
            return PasswordCheck(is_right=False, is_outdated=False)
    if password_hash is None:
        return PasswordCheck(is_right=False, is_outdated=False)
    return PasswordCheck(
        is_right=True, is_outdated=_hasher().check_needs_rehash(password_hash)
    )


def _hasher() -> PasswordHasher:
    section = settings().accounts
    return PasswordHasher(
        time_cost=section.argon2_passes,
        memory_cost=section.argon2_memory_kib,
        parallelism=1,
        type=Type.ID,
    )


def _nobodys_hash() -> str:
    section = settings().accounts
    return _hash_of_nobody(section.argon2_memory_kib, section.argon2_passes)


@cache
def _hash_of_nobody(_memory_kib: int, _passes: int) -> str:
    return _hasher().hash(os.urandom(16))
