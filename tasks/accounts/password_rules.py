"""Pure: which passwords may be chosen."""

from collections.abc import Iterable
from functools import cache

from config.errors import InvalidError

SHORTEST = 8
LONGEST = 128
_TELLING_LENGTH = 4
"""A shorter word, such as a first name of two letters, may stand in any password."""


class WeakPasswordError(InvalidError):
    """The password is one that an attacker tries early."""

    code = "weak_password"


def check_new_password(
    password: str, *, about: Iterable[str] = (), field: str = "newPassword"
) -> None:
    """
    Return if a password may be chosen; how it is put together is nobody's business.

    Args:
        password: What the person typed, unchanged.
        about: What everybody knows of them: email, name.
        field: What the password is called in the request.

    Raises:
        WeakPasswordError: It is too short, too long, common, or their own name.

    Source: OWASP ASVS 5.0, 6.2.1, 6.2.4, 6.2.5, 6.2.9, 6.2.11.
    """
    plain = password.casefold()
    if len(password) < SHORTEST:
        raise WeakPasswordError(f"use {SHORTEST} characters or more", field=field)
    if len(password) > LONGEST:
        raise WeakPasswordError(f"use {LONGEST} characters at most", field=field)
    if plain in common_passwords() or len(set(plain)) < 3:  # noqa: PLR2004 - "abababab"
        raise WeakPasswordError(
            "this is one of the passwords that are tried first; choose another",
            field=field,
        )
    if _without_frills(plain) in known_words(about):
        raise WeakPasswordError(
            "whoever knows your name or email guesses this; choose another",
            field=field,
        )


def known_words(about: Iterable[str]) -> frozenset[str]:
    """Return the words of what everybody knows, and our own name."""
    words = {"muster"}
    for known in about:
        plain = known.casefold()
        words |= {plain, plain.partition("@")[0], *plain.replace("@", " ").split()}
    return frozenset(
        word for word in map(_without_frills, words) if len(word) >= _TELLING_LENGTH
    )


@cache
def common_passwords() -> frozenset[str]:
    """Return the common passwords that are long enough, from the package zxcvbn."""
    from zxcvbn.frequency_lists import (  # type: ignore[import-untyped]  # noqa: PLC0415 - untyped; 30 ms that only a change of password needs
        FREQUENCY_LISTS,
    )

    return frozenset(
        word for word in FREQUENCY_LISTS["passwords"] if len(word) >= SHORTEST
    )


def _without_frills(word: str) -> str:
    """Return a word without the digits and signs people put round it."""
    return word.strip("0123456789!?.,;:_-+*#@$%&/()=' \"")
