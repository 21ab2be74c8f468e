"""Pure: what a person typed in, a request out; and problems to their fields."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ui.console.api_door import FieldProblem

DEMO_SITE = "demo_site"
HTML_PAGES = "html_pages"
BROWSER_PAGES = "browser_pages"
JSON_API = "json_api"
TABLE = "table"
_PERCENT = 100

DIRECT, BY_VPN, BY_PROXIES = "direct", "vpn", "proxies"
WAYS_OUT = {
    DIRECT: "Straight from the worker",
    BY_VPN: "A VPN location",
    BY_PROXIES: "Proxies of the pool",
}
"""How web pages are asked for, and what the form calls it."""

_KINDS = frozenset({HTML_PAGES, BROWSER_PAGES, JSON_API, TABLE})
_WITH_MEMBERS = frozenset({"source.columns", "source.extra", "source.inputs"})
"""Places that are one for several fields, so that each is named."""

COUNTS = ("followers", "following", "posts")
WORD_LISTS = (
    "keywords",
    "all_keywords",
    "excluded_words",
    "excluded_handles",
    "locations",
    "languages",
    "kinds",
    "platforms",
)

PLACES = (
    "name",
    "source.listing_url",
    "source.recipe",
    "source.hosts",
    "source.browser_profile_ids",
    "source.browsers_at_once",
    "source.base_url",
    "source.inputs",
    "source.secret",
    "source.details",
    "source.leak_test",
    "source.exit",
    "source.proxies.tags",
    "source.proxies.country",
    "source.proxies",
    "source.table_id",
    "source.platform",
    "source.columns",
    "source.extra",
    "source.form",
    "source",
    *(f"criteria.{name}" for name in (*COUNTS, *WORD_LISTS)),
    "criteria.verified",
    "criteria.engagement",
    "criteria.activity",
    "criteria.account_age",
    "criteria.expressions",
    "criteria",
    "threshold",
    "wanted",
    "review_rule",
)
"""Where the form can show a problem, the narrower before the wider."""


REVIEW_RULES = {
    "One reviewer decides": (1, 1),
    "Two of three must agree": (2, 3),
    "Three of five must agree": (3, 5),
}
"""What a person chooses, and how many equal opinions of how many it means."""


def split_words(typed: str) -> list[str]:
    """Return the words of a list typed with commas or line breaks, each once."""
    words = (word.strip() for word in re.split(r"[,;\n]", typed))
    return list(dict.fromkeys(word for word in words if word))


def build_request(typed: Mapping[str, Any]) -> dict[str, Any]:
    """Return the request for a new campaign from the form's values."""
    return {
        "name": (typed.get("name") or "").strip(),
        "source": _source(typed),
        "criteria": build_criteria(typed),
        "threshold": typed["threshold"],
        "wanted": typed["wanted"],
        "reviewRule": _review_rule(typed),
    }


def _review_rule(typed: Mapping[str, Any]) -> dict[str, int]:
    opinions, of = REVIEW_RULES[typed["review_rule"]]
    return {"opinions": opinions, "of": of}


def check_form(typed: Mapping[str, Any]) -> list[FieldProblem]:
    """Return what is missing before it is worth asking the API."""
    return [FieldProblem(path=path, message=said) for path, said in _missing(typed)]


def place_problems(problems: Iterable[FieldProblem]) -> dict[str, list[str]]:
    """
    Return for each place of the form what to say there.

    What belongs to no field of the form is placed under an empty name, so that it is
    shown at the top and nothing is swallowed.
    """
    placed: dict[str, list[str]] = {}
    for problem in problems:
        place = find_place(problem.path)
        said = problem.message.removeprefix("Value error, ")
        detail = problem.path.rpartition(".")[2] if place in _WITH_MEMBERS else ""
        placed.setdefault(place, []).append(f"{detail}: {said}" if detail else said)
    return placed


def find_place(path: str) -> str:
    """Return the field of the form that a path of the API means, or an empty name."""
    parts = [_snake(part) for part in path.split(".") if part != "body"]
    if len(parts) > 1 and parts[0] == "source" and parts[1] in _KINDS:
        del parts[1]
    asked = ".".join(parts)
    for place in PLACES:
        if asked == place or asked.startswith(place + "."):
            return place
    return ""


def _source(typed: Mapping[str, Any]) -> dict[str, Any]:
    if typed["kind"] == TABLE:
        columns: Mapping[str, str | None] = typed.get("columns") or {}
        return {
            "kind": TABLE,
            "tableId": str(typed.get("table_id") or ""),
            "form": typed.get("form") or "csv",
            "columns": {field: column for field, column in columns.items() if column},
            "extra": dict(typed.get("extra") or {}),
            "platform": (typed.get("platform") or "").strip() or None,
        }
    if typed["kind"] == JSON_API:
        return _interface(typed)
    pages = {
        "kind": typed["kind"],
        "listingUrl": (typed.get("listing_url") or "").strip(),
        "recipe": typed.get("recipe") or "",
        "hosts": split_words(typed.get("hosts") or ""),
    }
    if typed["kind"] == HTML_PAGES:
        pages |= _way_out(typed)
    if typed["kind"] == BROWSER_PAGES:
        pages["browserProfileIds"] = [str(one) for one in typed["browser_profile_ids"]]
        pages["browsersAtOnce"] = typed["browsers_at_once"]
        pages["loadsPictures"] = typed["loads_pictures"]
        max_age = typed.get("leak_test_max_age")
        pages["leakTest"] = {"maxAgeMinutes": max_age} if max_age else None
    return pages


def _way_out(typed: Mapping[str, Any]) -> dict[str, Any]:
    if typed.get("way_out") == BY_VPN:
        return {"exit": {"vpn": (typed.get("exit_vpn") or "").strip()}}
    if typed.get("way_out") == BY_PROXIES:
        country = (typed.get("proxy_country") or "").strip() or None
        tags = split_words(typed.get("proxy_tags") or "")
        return {"proxies": {"tags": tags, "country": country}}
    return {}


def _interface(typed: Mapping[str, Any]) -> dict[str, Any]:
    inputs: Mapping[str, str] = typed.get("inputs") or {}
    lists = typed.get("inputs_many") or ()
    source: dict[str, Any] = {
        "kind": JSON_API,
        "recipe": typed.get("recipe") or "",
        "recipeVersion": typed.get("recipe_version"),
        "baseUrl": (typed.get("base_url") or "").strip() or None,
        "inputs": {
            name: re.findall(r"[^\s,;]+", text) if name in lists else text.strip()
            for name, text in inputs.items()
            if text.strip(" \n,;")
        },
        "secret": typed.get("secret"),
        "details": bool(typed.get("details")),
    }
    location = (typed.get("exit_vpn") or "").strip()
    return source | ({"exit": {"vpn": location}} if location else {})


def build_criteria(typed: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a campaign looks for from the form's values."""
    criteria: dict[str, Any] = {}
    for name in COUNTS:
        bounds = {
            "min": typed.get(f"{name}_min"),
            "max": typed.get(f"{name}_max"),
        }
        if any(bound is not None for bound in bounds.values()):
            criteria[name] = bounds
    for name in WORD_LISTS:
        words = split_words(typed.get(name) or "")
        if words:
            criteria[_camel(name)] = words
    if typed.get("verified") is not None:
        criteria["verified"] = typed["verified"]
    return criteria | _signs(typed)


def _signs(typed: Mapping[str, Any]) -> dict[str, Any]:
    criteria: dict[str, Any] = {}
    for name, of_typed in (("engagement", _PERCENT), ("account_age", 1)):
        bounds = {end: typed.get(f"{name}_{end}") for end in ("min", "max")}
        said = {
            end: bound if of_typed == 1 else round(bound / of_typed, 8)
            for end, bound in bounds.items()
            if bound is not None
        }
        if said:
            criteria[_camel(name)] = said
    if typed.get("activity") is not None:
        criteria["activity"] = typed["activity"]
    lines = (line.strip() for line in (typed.get("expressions") or "").splitlines())
    expressions = [{"expression": line} for line in lines if line]
    return criteria | ({"expressions": expressions} if expressions else {})


def typed_of_criteria(criteria: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a person would have typed to get these criteria, by field."""
    typed: dict[str, Any] = {}
    for name in COUNTS:
        bounds = criteria.get(name) or {}
        typed |= {f"{name}_{end}": bounds.get(end) for end in ("min", "max")}
    for name in WORD_LISTS:
        words = criteria.get(_camel(name)) or criteria.get(name) or ()
        typed[name] = ("\n" if name == "excluded_handles" else ", ").join(words)
    engagement, age = (criteria.get(one) or {} for one in ("engagement", "accountAge"))
    for end in ("min", "max"):
        share = engagement.get(end)
        typed[f"engagement_{end}"] = None if share is None else round(share * 100, 6)
        typed[f"account_age_{end}"] = age.get(end)
    each = criteria.get("expressions") or ()
    return typed | {
        "activity": criteria.get("activity"),
        "expressions": "\n".join(one["expression"] for one in each),
    }


def keep_unshown(built: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return criteria with what the form has no field for as it was.

    That are the weights, and the names and weights of expressions that still stand.
    """
    known = {one["expression"]: one for one in before.get("expressions") or ()}
    kept = dict(built)
    if "expressions" in built:
        kept["expressions"] = [
            known.get(one["expression"], one) for one in built["expressions"]
        ]
    if before.get("weights"):
        kept["weights"] = before["weights"]
    return kept


def _missing(typed: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if not (typed.get("name") or "").strip():
        yield "name", "Give the campaign a name, so that you find it again."
    yield from _missing_source(typed)
    for name in COUNTS:
        least, most = typed.get(f"{name}_min"), typed.get(f"{name}_max")
        if least is not None and most is not None and least > most:
            yield (
                f"criteria.{name}",
                f"{least:,} to {most:,} matches nothing: swap them, or leave one out.",
            )
    both = {word.casefold() for word in split_words(typed.get("keywords") or "")} & {
        word.casefold() for word in split_words(typed.get("excluded_words") or "")
    }
    if both:
        words = ", ".join(sorted(both))
        yield "criteria.excluded_words", f"Wanted and excluded at once: {words}."


def _missing_source(typed: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if typed["kind"] == TABLE:
        yield from _missing_table(typed)
    elif typed["kind"] == JSON_API:
        yield from _missing_interface(typed)
    else:
        yield from _missing_pages(typed)


def _missing_table(typed: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if not typed.get("table_id"):
        yield "source.table_id", "Choose a CSV, JSON Lines or Parquet file first."
    elif not (typed.get("columns") or {}).get("handle"):
        yield (
            "source.columns.handle",
            "Say which column holds the handle: a profile is known by it.",
        )


def _missing_pages(typed: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    address = (typed.get("listing_url") or "").strip()
    if not re.match(r"https?://\S+\.?\S+$", address):
        yield (
            "source.listing_url",
            "Give the whole address of the listing, beginning with http:// or https://.",
        )
    if not typed.get("recipe"):
        yield "source.recipe", "Choose how the pages are to be read."
    if typed.get("way_out") == BY_VPN and not (typed.get("exit_vpn") or "").strip():
        yield "source.exit", "Name the VPN location; the screen Cloak lists them."
    if typed["kind"] == BROWSER_PAGES and not typed.get("browser_profile_ids"):
        yield (
            "source.browser_profile_ids",
            "Choose at least one browser profile to open the pages in.",
        )


def _missing_interface(typed: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if not typed.get("recipe"):
        yield "source.recipe", "Choose which interface is to be read."
        return
    if typed.get("base_url_needed") and not (typed.get("base_url") or "").strip():
        yield "source.base_url", "Give the address of the server to ask."
    inputs: Mapping[str, str] = typed.get("inputs") or {}
    for name in typed.get("inputs_needed") or ():
        if not (inputs.get(name) or "").strip():
            yield f"source.inputs.{name}", "Fill this in: the interface needs it."
    if typed.get("secret_needed") and not typed.get("secret"):
        yield "source.secret", "Choose the secret that opens this interface."


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
