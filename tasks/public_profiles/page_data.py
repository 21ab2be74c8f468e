"""JSON that a page carries: linked data, and what its scripts start with."""

import html
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson
from selectolax.lexbor import LexborHTMLParser

LARGEST_WALK = 200_000
"""Most JSON values looked at in one page; beyond it is no longer a profile's data."""

_WRAPPING = re.compile(
    r"^\s*(?:<!--|//<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\]\]>|\]\]>)\s*$"
)
_ASSIGNMENT = re.compile(
    r"""(?:^|[;\s{(])(?:var\s+|let\s+|const\s+|window\.|self\.)?
        (?P<name>[\w$.]+|window\[["'][\w$.-]+["']\])\s*=\s*
        (?P<parse>JSON\.parse\(\s*)?(?=[{\["'])""",
    re.VERBOSE,
)


def parse_json(text: str) -> Any:
    """Return the JSON value in `text`, forgiving what pages get wrong, or `None`."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        pass
    text = _WRAPPING.sub("", text.strip()).strip().rstrip(";")
    for attempt in (text, html.unescape(text) if "&quot;" in text else None):
        if not attempt:
            continue
        try:
            return json.loads(attempt, strict=False)  # raw line feeds inside strings
        except (ValueError, RecursionError):
            continue
    return None


def linked_data_in(tree: LexborHTMLParser) -> list[dict[str, Any]]:
    """Return the top-level objects of all JSON-LD scripts, graphs taken apart."""
    nodes: list[Any] = []
    for script in tree.css('script[type*="ld+json"]'):
        for value in as_list(parse_json(script.text())):
            if isinstance(value, dict):
                graph = value.get("@graph")
                nodes += as_list(graph) if graph is not None else [value]
    return [node for node in nodes if isinstance(node, dict)]


def script_data(
    tree: LexborHTMLParser, *, select: str, assigned: str | None
) -> Iterator[Any]:
    """Yield the JSON of the scripts found, or what they assign to a name."""
    for script in tree.css(select):
        text = script.text()
        if assigned is None:
            yield from (value for value in [parse_json(text)] if value is not None)
        elif assigned in text:
            yield from assigned_values(text, name=assigned)


def assigned_values(text: str, *, name: str | None = None) -> Iterator[Any]:
    """Yield the JSON that a script assigns, as such or through `JSON.parse`."""
    position = 0
    while match := _ASSIGNMENT.search(text, position):
        position = match.end()
        if name is not None and name not in match["name"]:
            continue
        try:
            value, position = json.JSONDecoder(strict=False).raw_decode(text, position)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, str) and match["parse"]:
            value = parse_json(value)
        if isinstance(value, dict | list):
            yield value


def follow_path(value: Any, path: Sequence[str]) -> Iterator[Any]:
    """Yield what stands at the path; `*` is any member, `**` any depth."""
    if not path:
        yield value
        return
    step, rest = path[0], path[1:]
    if step == "**":
        for deeper in walk_json(value):
            yield from follow_path(deeper, rest)
    elif step == "*":
        for member in _members(value):
            yield from follow_path(member, rest)
    elif isinstance(value, dict) and step in value:
        yield from follow_path(value[step], rest)
    elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
        yield from follow_path(value[int(step)], rest)


def walk_json(value: Any) -> Iterator[Any]:
    """Yield a value and everything in it, up to `LARGEST_WALK` values."""
    waiting, seen = [value], 0
    while waiting and seen < LARGEST_WALK:
        here = waiting.pop()
        seen += 1
        yield here
        if isinstance(here, dict | list):
            waiting.extend(reversed(list(_members(here))))


def _members(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def as_list(value: Any) -> list[Any]:
    """Return a list as it is, one value as a list of one, nothing as none."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
