"""Invented sites, and the cookies a visitor of theirs would have."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

WEBSITES: Mapping[str, str] = MappingProxyType(
    {
        "news": "news.example",
        "shop": "shop.example",
        "social": "social.example",
    }
)
"""Sites by the word they are asked for with."""

_LASTING = timedelta(days=180)


def premade_cookies(site: str, *, at: datetime) -> list[dict[str, Any]]:
    """Return cookies of a site, in the form that browser extensions use."""
    ends = (at + _LASTING).timestamp()
    return [
        _cookie("visitor", secrets.token_hex(16), f".{site}", ends),
        _cookie("consent", "all", f".{site}", ends),
        _cookie("language", "en", site, ends),
    ]


def _cookie(name: str, value: str, domain: str, ends: float) -> dict[str, Any]:
    return {
        "name": name,
        "value": value,
        "domain": domain,
        "path": "/",
        "secure": False,
        "httpOnly": False,
        "session": False,
        "hostOnly": not domain.startswith("."),
        "storeId": "0",
        "sameSite": "lax",
        "expirationDate": ends,
    }
