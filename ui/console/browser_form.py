"""Pure: what a person typed in, a new browser profile out; and problems to fields."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tasks.browser_profiles.schemas import MOST_START_URLS
from tasks.clients.multilogin_wishes import FLAG_WORDS
from ui.console.api_door import FieldProblem

NO_PROXY = "none"
BY_THE_PROXY = "proxy_masking"
"""Follows from whether there is a proxy; nobody has to say it twice."""

ON_START = "startup_behavior"
"""Follows from whether there are start pages, unless somebody says otherwise."""

FLAGS = tuple(name for name in FLAG_WORDS if name != BY_THE_PROXY)

PLACES = (
    "name",
    "folder_id",
    "template",
    "browser_type",
    "os_type",
    "notes",
    "parameters.flags",
    "parameters.fingerprint",
    "parameters.start_urls",
    "proxy.host",
    "proxy.port",
    "proxy.username",
    "proxy.password",
    "proxy",
)
"""Where the form can show a problem, the narrower before the wider."""


def choices_of(flag: str) -> list[str]:
    """Return what a masking flag may be, what the machine shows first."""
    order = ("natural", "mask", "custom", "disabled")
    words = FLAG_WORDS[flag]
    known = [word for word in order if word in words]
    return known + sorted(words - set(known))


def split_lines(typed: str) -> list[str]:
    """Return the lines that say something, each once."""
    lines = (line.strip() for line in typed.splitlines())
    return list(dict.fromkeys(line for line in lines if line))


def build_request(typed: Mapping[str, Any]) -> dict[str, Any]:
    """Return the request for a new browser profile; its folder is not in it yet."""
    parameters: dict[str, Any] = {"flags": _flags(typed)}
    if (typed.get("fingerprint") or "").strip():
        parameters["fingerprint"] = json.loads(typed["fingerprint"])
    start_urls = split_lines(typed.get("start_urls") or "")
    if start_urls:
        parameters["startUrls"] = start_urls
    request = {
        "name": (typed.get("name") or "").strip(),
        "template": typed["template"],
        "browserType": typed["browser_type"],
        "osType": typed["os_type"],
        "parameters": parameters,
        "notes": (typed.get("notes") or "").strip(),
    }
    return request | ({"proxy": _proxy(typed)} if _has_proxy(typed) else {})


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


def _flags(typed: Mapping[str, Any]) -> dict[str, str]:
    flags: Mapping[str, str] = typed["flags"]
    usual: Mapping[str, str] = typed["template_flags"]
    return {
        name: word
        for name, word in flags.items()
        if name != ON_START or word != usual.get(name)
    }


def _has_proxy(typed: Mapping[str, Any]) -> bool:
    return bool(typed["proxy_type"] != NO_PROXY)


def _proxy(typed: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": typed["proxy_type"],
        "host": (typed.get("host") or "").strip(),
        "port": typed.get("port"),
        "username": (typed.get("username") or "").strip(),
        "password": typed.get("password") or "",
        "saveTraffic": bool(typed.get("save_traffic")),
    }


def _missing(typed: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if not (typed.get("name") or "").strip():
        yield "name", "Give the browser profile a name, so that you find it again."
    if not (typed.get("folder") or "").strip():
        yield "folder_id", "Choose a folder, or type the name of a new one."
    if _has_proxy(typed):
        yield from _missing_of_proxy(typed)
    yield from _wrong_pages(split_lines(typed.get("start_urls") or ""))
    if not _is_object(typed.get("fingerprint") or ""):
        yield (
            "parameters.fingerprint",
            'These values are not one JSON object, such as {"ports": [22]}.',
        )


def _missing_of_proxy(typed: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    has_username = bool((typed.get("username") or "").strip())
    if not (typed.get("host") or "").strip():
        yield "proxy.host", "Say where the proxy is: a host name or an address."
    if not typed.get("port"):
        yield "proxy.port", "Say at which port the proxy listens."
    if typed.get("password") and not has_username:
        yield "proxy.username", "A password needs a user name."


def _wrong_pages(start_urls: list[str]) -> Iterator[tuple[str, str]]:
    if len(start_urls) > MOST_START_URLS:
        yield "parameters.start_urls", f"At most {MOST_START_URLS} pages."
    for address in start_urls:
        if not re.match(r"(https?://|about:)\S+$", address):
            yield (
                "parameters.start_urls",
                f"{address} is no address; begin with https:// or http://.",
            )


def _is_object(typed: str) -> bool:
    if not typed.strip():
        return True
    try:
        return isinstance(json.loads(typed), dict)
    except ValueError:
        return False


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])([A-Z])", lambda found: "_" + found[0].lower(), name)
