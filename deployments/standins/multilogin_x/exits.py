"""Pure: the names of a proxy account's exits, and the address each one shows."""

import hashlib
import secrets
import string
from typing import NamedTuple

STICKY, ROTATING = "sticky", "rotating"
_ALPHABET = string.ascii_letters + string.digits
_SID_LENGTH = 16


class Exit(NamedTuple):
    """Where a proxy shall seem to be, and for how long it shall stay the same."""

    country: str
    region: str
    city: str
    rotates_after_seconds: int
    """0 keeps the same address for ever."""


def new_user_name(account: str, wanted: Exit) -> str:
    """Return the user name of a fresh exit; each call names another."""
    sid = "".join(secrets.choice(_ALPHABET) for _ in range(_SID_LENGTH))
    words = [account, "country", wanted.country]
    for name, value in (("region", wanted.region), ("city", wanted.city)):
        words += [name, value] if value else []
    words += ["sid", sid]
    if wanted.rotates_after_seconds:
        words += ["ttl", str(wanted.rotates_after_seconds)]
    return "-".join([*words, "filter", "medium"])


def exit_address(user_name: str, *, at: float) -> str:
    """
    Return the loopback address that an exit's requests come from.

    Args:
        user_name: As `new_user_name` made it.
        at: Seconds since 1970; a rotating exit has another address in each period.
    """
    seconds = _word_after("ttl", user_name)
    period = int(at // int(seconds)) if seconds.isdigit() and int(seconds) else 0
    drawn = hashlib.sha256(f"{user_name} {period}".encode()).digest()
    return f"127.{1 + drawn[0] % 254}.{drawn[1]}.{1 + drawn[2] % 254}"


def exit_country(user_name: str) -> str:
    """Return the country an exit's name asks for; empty if it is any."""
    country = _word_after("country", user_name)
    return "" if country == "any" else country


def _word_after(name: str, user_name: str) -> str:
    words = user_name.split("-")
    return words[words.index(name) + 1] if name in words[:-1] else ""
