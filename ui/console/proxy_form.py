"""Pure: what a person typed about new proxies, requests out; and problems to fields."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tasks.proxies.schemas import ImportAnswer
from ui.console.api_door import FieldProblem
from ui.console.campaign_form import split_words
from ui.console.proxy_words import import_in_words
from ui.console.words import plain

ANY_COUNTRY = "any"
STICKY, ROTATING = "sticky", "rotating"
SESSION_TYPES: Mapping[str, str] = {
    STICKY: "Keeps its exit",
    ROTATING: "Changes its exit",
}
PLACES = (
    "text",
    "ip",
    "port",
    "protocol",
    "username",
    "password",
    "session",
    "country",
    "region",
    "city",
    "tags",
    "notes",
    "session_type",
    "ip_lifetime_seconds",
    "count",
)
"""Where the forms can show a problem."""

MOST_REFUSED_SHOWN = 20


def build_import(typed: Mapping[str, Any]) -> dict[str, Any]:
    """Return the request that takes in a list."""
    return {"text": typed["text"], "protocol": typed["protocol"]} | _labels(typed)


def build_proxy(typed: Mapping[str, Any]) -> dict[str, Any]:
    """Return the request for one proxy with its account session."""
    needed = {
        "ip": _text(typed, "ip"),
        "port": typed.get("port"),
        "protocol": typed["protocol"],
        "session": _text(typed, "session"),
    }
    return needed | _stated(typed, "username", "password", "city") | _labels(typed)


def build_generation(typed: Mapping[str, Any]) -> dict[str, Any]:
    """Return the request for proxies that Multilogin X is to make."""
    asked = {
        "country": _text(typed, "country") or ANY_COUNTRY,
        "region": _as_vendor_writes(_text(typed, "region")),
        "city": _as_vendor_writes(_text(typed, "city")),
        "protocol": typed["protocol"],
        "session_type": typed["session_type"],
        "count": typed.get("count") or 1,
        "tags": split_tags(typed),
    }
    lifetime = typed.get("ip_lifetime_seconds")
    return asked | ({"ip_lifetime_seconds": lifetime} if lifetime else {})


def check_import(typed: Mapping[str, Any]) -> list[FieldProblem]:
    """Return what is missing before it is worth asking the API."""
    return list(_unless(_text(typed, "text"), "text", "Paste at least one line."))


def check_proxy(typed: Mapping[str, Any]) -> list[FieldProblem]:
    """Return what is missing before it is worth asking the API."""
    return [
        *_unless(_text(typed, "ip"), "ip", "Say where it is: a name or an address."),
        *_unless(typed.get("port"), "port", "Say at which port it listens."),
        *_unless(
            _text(typed, "session"),
            "session",
            "Paste the cookie of the account that goes out by it. Without one, add the "
            "proxy as a list of one line.",
        ),
    ]


def check_generation(typed: Mapping[str, Any]) -> list[FieldProblem]:
    """Return what is missing before it is worth asking the API."""
    is_told = typed["session_type"] == STICKY or typed.get("ip_lifetime_seconds")
    said = "Say how long an exit is kept before it changes."
    return list(_unless(is_told, "ip_lifetime_seconds", said))


def place_problems(problems: Iterable[FieldProblem]) -> dict[str, list[str]]:
    """Return for each place what to say there; what has none is under an empty name."""
    placed: dict[str, list[str]] = {}
    for problem in problems:
        said = problem.message.removeprefix("Value error, ")
        placed.setdefault(find_place(problem.path), []).append(said)
    return placed


def find_place(path: str) -> str:
    """Return the field of the form that a path of the API means, or an empty name."""
    first = next((part for part in path.split(".") if part != "body"), "")
    return first if first in PLACES else ""


def split_tags(typed: Mapping[str, Any]) -> list[str]:
    """Return the tags that were typed, as they are kept: in small letters."""
    return split_words(_text(typed, "tags").lower())


def report_import(found: ImportAnswer) -> str:
    """Return what came of a list, as Markdown: counts, and each line refused."""
    lines = [import_in_words(found)]
    lines += [
        f"- Line {one.line}: {plain(one.message)}"
        for one in found.refused[:MOST_REFUSED_SHOWN]
    ]
    left = len(found.refused) - MOST_REFUSED_SHOWN
    if left > 0:
        lines.append(f"- and {left:,} more")
    return "\n".join([lines[0], *([""] if lines[1:] else []), *lines[1:]])


def _labels(typed: Mapping[str, Any]) -> dict[str, Any]:
    stated = _stated(typed, "country", "notes")
    tags = split_tags(typed)
    return stated | ({"tags": tags} if tags else {})


def _stated(typed: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: said for name in names if (said := _text(typed, name))}


def _text(typed: Mapping[str, Any], name: str) -> str:
    return str(typed.get(name) or "").strip()


def _as_vendor_writes(place: str) -> str:
    """Return a region or city as Multilogin X writes it: `new_york`."""
    return "_".join(place.lower().replace("-", " ").split())


def _unless(is_there: object, place: str, said: str) -> Iterator[FieldProblem]:
    if not is_there:
        yield FieldProblem(path=place, message=said)
