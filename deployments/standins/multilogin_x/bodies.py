"""Reading requests: one value each, refused in the vendor's form when it is wrong."""

import json
import re
from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import Request

from deployments.standins.multilogin_x.envelope import BAD_BODY, Refusal, wrong_body

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
LARGEST_BODY_BYTES = 16 * 1024 * 1024


async def read_body(request: Request) -> dict[str, Any]:
    """
    Return the JSON object a request brings; empty when it brings nothing.

    Raises:
        Refusal: It brings something else, or too much.
    """
    raw = await request.body()
    if len(raw) > LARGEST_BODY_BYTES:
        http = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        raise Refusal(http, BAD_BODY, "request body is too large")
    if not raw.strip():
        return {}
    try:
        body = json.loads(raw)
    except ValueError:
        raise wrong_body("wrong request body") from None
    if not isinstance(body, dict):
        raise wrong_body("wrong request body")
    return body


def is_strict(request: Request) -> bool:
    """Tell whether the caller wants no defaults filled in."""
    return request.headers.get("x-strict-mode", "").lower() == "true"


def demand(body: Mapping[str, Any], *names: str) -> None:
    """Refuse a body that lacks one of these members."""
    for name in names:
        if body.get(name) is None:
            raise wrong_body(f"{name} is required")


def take_text(
    body: Mapping[str, Any], name: str, default: str = "", *, at_most: int = 10_000
) -> str:
    """Return a text of at most so many characters."""
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, str) or len(value) > at_most:
        raise wrong_body(f"wrong {name}")
    return value


def take_choice(
    body: Mapping[str, Any], name: str, choices: Collection[str], default: str
) -> str:
    """Return one of these words."""
    value = take_text(body, name, default)
    if value not in choices:
        raise wrong_body(f"wrong {name.replace('_', ' ')}")
    return value


def take_number(
    body: Mapping[str, Any], name: str, default: int, *, within: range, label: str = ""
) -> int:
    """Return a whole number of `within`."""
    value = body.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int) or value not in within:
        raise wrong_body(
            f"invalid {label or name} value. Should be from {within[0]} to {within[-1]}"
        )
    return value


def take_switch(body: Mapping[str, Any], name: str, *, default: bool = False) -> bool:
    """Return yes or no."""
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise wrong_body(f"wrong {name}")
    return value


def take_texts(body: Mapping[str, Any], name: str, *, at_most: int) -> list[str]:
    """Return a list of at most so many texts; empty when there is none."""
    value = body.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise wrong_body(f"wrong {name}")
    if len(value) > at_most:
        raise wrong_body(f"too many {name}. Should be at most {at_most}")
    return value


def take_object(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return an object; empty when there is none."""
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise wrong_body(f"wrong {name}")
    return value


def take_uuid(body: Mapping[str, Any], name: str) -> str:
    """Return a required id, in lower case."""
    value = body.get(name)
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise wrong_body(f"wrong {name}")
    return value.lower()


def take_uuids(body: Mapping[str, Any], name: str, *, at_most: int = 1000) -> list[str]:
    """Return a list of ids, in lower case."""
    return [
        take_uuid({name: one}, name) for one in take_texts(body, name, at_most=at_most)
    ]


def take_email(body: Mapping[str, Any]) -> str:
    """Return the email, in lower case."""
    value = body.get("email")
    if not isinstance(value, str) or not _EMAIL.fullmatch(value):
        raise wrong_body("invalid email format")
    return value.lower()
