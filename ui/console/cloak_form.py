"""Pure: which exit a person wants tested, a request out; and problems to fields."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from config.vocabulary import LeakSubject
from ui.console.api_door import FieldProblem
from ui.console.campaign_form import split_words

ANY_TUNNEL = ""
"""Of the field for a location: whichever tunnel is connected."""

PLACES = (
    "browser_profile_id",
    "proxy.host",
    "proxy.port",
    "proxy.username",
    "proxy.password",
    "proxy",
    "vpn",
    "expected.exit_addresses",
    "expected.country",
    "expected.resolvers",
    "expected",
    "every_minutes",
)
"""Where the form can show a problem, the narrower before the wider."""

EXPECTED_PLACES = tuple(one for one in PLACES if one.startswith("expected"))


def build_subject(typed: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is to be tested, and what is expected of it, as a request."""
    return _subject(typed) | ({"expected": said} if (said := _expected(typed)) else {})


def check_form(typed: Mapping[str, Any]) -> list[FieldProblem]:
    """Return what is missing before it is worth asking the API."""
    return [FieldProblem(path=path, message=said) for path, said in _missing(typed)]


def place_problems(problems: Iterable[FieldProblem]) -> dict[str, list[str]]:
    """Return for each place what to say there; what has none is under an empty name."""
    placed: dict[str, list[str]] = {}
    for problem in problems:
        said = problem.message.removeprefix("Value error, ")
        placed.setdefault(find_place(problem.path), []).append(said)
    return placed


def find_place(path: str) -> str:
    """Return the field of the form that a path of the API means, or an empty name."""
    asked = ".".join(_snake(part) for part in path.split(".") if part != "body")
    for place in PLACES:
        if asked == place or asked.startswith(place + "."):
            return place
    return ""


def _subject(typed: Mapping[str, Any]) -> dict[str, Any]:
    kind = typed["kind"]
    if kind == LeakSubject.BROWSER_PROFILE:
        return {"browserProfileId": str(typed["browser_profile_id"])}
    if kind == LeakSubject.PROXY:
        return {"proxy": _proxy(typed)}
    if kind == LeakSubject.VPN:
        return {"vpn": typed.get("vpn") or True}
    return {}


def _proxy(typed: Mapping[str, Any]) -> dict[str, Any]:
    proxy = {
        "type": typed["proxy_type"],
        "host": _text(typed, "host"),
        "port": typed.get("port"),
    }
    if _text(typed, "username"):
        proxy["username"] = _text(typed, "username")
        proxy["password"] = typed.get("password") or ""
    return proxy


def _expected(typed: Mapping[str, Any]) -> dict[str, Any]:
    said = {
        "exitAddresses": split_words(typed.get("exit_addresses") or ""),
        "country": _text(typed, "country").upper(),
        "resolvers": split_words(typed.get("resolvers") or ""),
    }
    return {name: value for name, value in said.items() if value}


def _missing(typed: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    kind = typed["kind"]
    if kind == LeakSubject.BROWSER_PROFILE and not typed.get("browser_profile_id"):
        yield "browser_profile_id", "Choose the browser profile to test."
    if kind == LeakSubject.PROXY:
        yield from _missing_of_proxy(typed)
    country = _text(typed, "country")
    if country and not re.fullmatch(r"[A-Za-z]{2}", country):
        yield "expected.country", "A country is two letters, such as DE."


def _missing_of_proxy(typed: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if not _text(typed, "host"):
        yield "proxy.host", "Say where the proxy is: a host name or an address."
    elif re.search(r"[\s/@]", _text(typed, "host")):
        yield (
            "proxy.host",
            "Only the host here; port, user name and password have their own fields.",
        )
    if not typed.get("port"):
        yield "proxy.port", "Say at which port the proxy listens."
    if typed.get("password") and not _text(typed, "username"):
        yield "proxy.username", "A password needs a user name."


def _text(typed: Mapping[str, Any], name: str) -> str:
    return str(typed.get(name) or "").strip()


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])([A-Z])", lambda found: "_" + found[0].lower(), name)
