"""Pure: what the review list looks for, as the address of the screen names it."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from pydantic import ValidationError
from pydantic.alias_generators import to_camel

from config.vocabulary import Decision
from tasks.reviews.filters import ReviewFilter, Sort

LOWEST, HIGHEST = 0, 100
"""Of scores."""

BEST_FIRST: Sort = "-score"
SORTS: Mapping[str, str] = {
    "-score": "Highest score",
    "score": "Lowest score",
    "uncertainty": "Least certain",
    "createdAt": "Oldest",
    "-createdAt": "Newest",
}
IN_ADDRESS: Mapping[str, str] = {
    "campaign_id": "campaign",
    "decision": "state",
    "min_score": "min",
    "max_score": "max",
    "platform": "platform",
    "search": "search",
    "verified": "verified",
    "decided_by": "by",
    "reason": "reason",
}
"""Part of a filter -> its name in the address of the screen."""

_ANY = "any"
_LISTED = ","
_YES, _NO = "yes", "no"


def read_address(address: Mapping[str, str]) -> ReviewFilter:
    """Return the filter that an address names; what is no filter counts as not said."""
    stated = {
        part: _read(part, address[name])
        for part, name in IN_ADDRESS.items()
        if address.get(name)
    }
    while stated:
        try:
            return ReviewFilter.model_validate(stated)
        except ValidationError as unreadable:
            wrong = {_part_of(problem["loc"]) for problem in unreadable.errors()}
            if not wrong & stated.keys():
                break
            stated = {part: stated[part] for part in stated if part not in wrong}
    return ReviewFilter()


def read_sort(address: Mapping[str, str]) -> str:
    """Return the order that an address names, else the highest score first."""
    asked = address.get("sort", BEST_FIRST)
    return asked if asked in SORTS else BEST_FIRST


def write_address(wanted: ReviewFilter, sort: str) -> dict[str, str]:
    """Return what the address of the screen has to name, without what goes unsaid."""
    said = wanted.model_dump(mode="json", by_alias=False, exclude_none=True)
    said = {
        IN_ADDRESS[part]: _write(value)
        for part, value in said.items()
        if part in IN_ADDRESS
    }
    if wanted.decision == ReviewFilter().decision:
        said.pop("state", None)
    return said if sort == BEST_FIRST else said | {"sort": sort}


def as_body(wanted: ReviewFilter) -> dict[str, Any]:
    """Return a filter as the API takes it in a body."""
    return wanted.model_dump(mode="json", by_alias=True, exclude_none=True)


def as_query(wanted: ReviewFilter, sort: str) -> str:
    """Return a filter and an order as the query of `GET /profiles`."""
    pairs: list[tuple[str, str]] = []
    for name, value in as_body(wanted).items():
        if isinstance(value, list):
            pairs += [(name, str(one)) for one in value or all_decisions()]
        elif isinstance(value, bool):
            pairs.append((name, str(value).lower()))
        else:
            pairs.append((name, str(value)))
    return urlencode([*pairs, ("sort", sort)])


def all_decisions() -> Sequence[str]:
    """Return every word of a decision: how a query says that it does not matter."""
    return [str(one) for one in Decision if one != Decision.SKIPPED]


def scores_of(wanted: ReviewFilter) -> tuple[int, int]:
    """Return the least and the largest score that are looked for."""
    least, most = wanted.min_score, wanted.max_score
    return (
        LOWEST if least is None else least,
        HIGHEST if most is None else most,
    )


def build_filter(**stated: Any) -> ReviewFilter:
    """Return the filter of what a person chose; what is empty goes unsaid."""
    least, most = stated.pop("scores", (LOWEST, HIGHEST))
    stated["min_score"] = None if least == LOWEST else least
    stated["max_score"] = None if most == HIGHEST else most
    given = {
        part: value
        for part, value in stated.items()
        if value is not None and value != ""
    }
    return ReviewFilter.model_validate(given)


def _read(part: str, words: str) -> Any:
    if part == "decision":
        return () if words == _ANY else tuple(words.split(_LISTED))
    if part == "verified":
        return {_YES: True, _NO: False}.get(words, words)
    return words


def _write(value: Any) -> str:
    if isinstance(value, list):
        return _LISTED.join(str(one) for one in value) or _ANY
    if isinstance(value, bool):
        return _YES if value else _NO
    return str(value)


def _part_of(place: Sequence[int | str]) -> str:
    """Return which part of a filter a problem is about; all scores if about both."""
    named = str(place[0]) if place else "min_score"
    return next((part for part in IN_ADDRESS if named in {part, to_camel(part)}), named)
