"""
Recipes for documented JSON interfaces: what to ask, how to go on, where fields stand.

A recipe is a YAML file in this folder; its name is the file's without the ending. In
addresses and values `${name}` stands for an input or a value that was looked up; a
parameter whose input was left out is not sent. Places in an answer are JMESPath
expressions (https://jmespath.org/specification.html).
"""

import re
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import jmespath
import yaml
from annotated_types import Ge, Le, Len
from jmespath.exceptions import JMESPathError
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationError,
    model_validator,
)

from config.errors import InvalidError, SetupError
from config.recipes.parts import ExtraName, InputPart, RecipeHead, RecipePart

FOLDER = Path(__file__).parent
PLACEHOLDER = re.compile(r"\$\{(\w+)\}")


def _compiles(expression: str) -> str:
    try:
        jmespath.compile(expression)
    except JMESPathError as wrong:
        raise ValueError(f"{expression!r} is not JMESPath: {wrong}") from None
    return expression


def _listed(stated: Any) -> Any:
    alone = isinstance(stated, str | dict)
    return (stated,) if alone else stated


def _opened(stated: Any) -> Any:
    return {"path": stated} if isinstance(stated, str) else stated


Expression = Annotated[str, AfterValidator(_compiles)]


class FieldPlace(RecipePart):
    """One place where a field may stand; the first place that yields a value wins."""

    path: Expression | None = None
    """Where the value is; nothing there is unknown, never 0."""

    unless: Expression | None = None
    """The value is unknown where this holds, such as a count that is hidden."""

    values: dict[str, str | bool] | None = None
    """What the service's own words mean; other words are unknown."""

    unescape: bool = False
    """Whether the service writes `&amp;` for `&` in plain text."""

    template: str | None = None
    """An address with `${handle}` in it, for services that state none."""

    @model_validator(mode="after")
    def _names_a_place(self) -> Self:
        if (self.path is None) == (self.template is None):
            raise ValueError("a place needs either path or template")
        return self


Places = Annotated[
    tuple[Annotated[FieldPlace, BeforeValidator(_opened)], ...],
    BeforeValidator(_listed),
    Len(1),
]


class RequestPart(RecipePart):
    """One request; only GET, since nothing is ever changed."""

    path: str | None = None
    """Path below the base address."""

    url: str | None = None
    """Or a whole address, where every record has its own host."""

    query: dict[str, str] = Field(default_factory=dict)
    headers: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _names_an_address(self) -> Self:
        if (self.path is None) == (self.url is None):
            raise ValueError("a request needs either path or url")
        return self


class PreparePart(RequestPart):
    """A request made first, for values that the others need."""

    yields: Annotated[dict[str, Expression], Len(1)]
    """Name of a value -> where it stands in the answer."""


class EachPart(RecipePart):
    """The requests are made for each value of an input, or for some at a time."""

    input: str
    size: Annotated[int, Ge(1), Le(1000)] = 1
    """Values in one request."""

    repeated: bool = False
    """Whether the parameter is repeated, instead of the values joined by commas."""

    key: Expression | None = None
    """Where a record names the value it answers; one not answered is reported."""

    independent: bool = False
    """Whether a failure concerns this value alone, not the service."""


class PagingPart(RecipePart):
    """How to go on after one page of an answer."""

    by: Literal["none", "page", "offset", "cursor", "link"] = "none"
    """`link` is the header Link with rel=next (RFC 8288)."""

    parameter: str | None = None
    """Name of the parameter for page, offset or cursor."""

    start: Annotated[int, Ge(0)] | None = None
    """First page or offset; page 1 and offset 0 where nothing is said."""

    cursor: Expression | None = None
    """Where the cursor of the next page stands; nothing there ends the listing."""

    more: Expression | None = None
    """Where it stands whether there is more; else an empty page ends the listing."""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.by in {"page", "offset", "cursor"} and not self.parameter:
            raise ValueError(f"paging by {self.by} needs the parameter's name")
        if (self.by == "cursor") != (self.cursor is not None):
            raise ValueError("paging by cursor, and only that, says where it stands")
        return self


class DetailsPart(RecipePart):
    """A second look at each record, for what the listing does not state."""

    about: Annotated[str, Len(1)]
    request: RequestPart
    value: Expression
    """Where a record of the listing names itself; `${value}` in the request."""

    size: Annotated[int, Ge(1), Le(100)] = 1
    repeated: bool = False
    records: Expression = "[@]"
    key: Expression
    """Where a record of the answer names itself."""


class CountPart(RecipePart):
    """A count that stands in a collection of its own, at an address in the record."""

    address: Expression
    path: Expression


class AuthPart(RecipePart):
    """How a secret is shown to the service."""

    required: bool = False
    place: Literal["header", "query"] = "header"
    name: str = "Authorization"
    form: str = "Bearer ${secret}"
    about: str = ""
    """Which permission the secret needs, for the person who makes it."""


class PacePart(RecipePart):
    """How fast the service may be asked."""

    seconds: Annotated[float, Ge(0), Le(3600)] = 0.5
    """Least time between two requests."""


class ErrorsPart(RecipePart):
    """What the service's own error answers say."""

    message: Expression | None = None
    busy_when: Expression | None = None
    """Holds where an error means that we asked too often."""

    gone_when: Expression | None = None
    """Holds where an error means that there is no such record."""


class ApiRecipe(RecipeHead):
    """
    How one documented JSON interface is read.

    A run that was begun with another version starts anew.
    """

    kind: Literal["json_api"]
    documentation: Annotated[str, Len(1)]
    """Address of the service's own description."""

    platform: Annotated[str, Len(1)]
    """Lower-case name of the service."""

    platform_at: Expression | None = None
    """Where an address stands whose host is the platform, if each server is its own."""

    base: str | None = None
    """Address of the service; without it the campaign names a server."""

    inputs: dict[str, InputPart] = Field(default_factory=dict)
    prepare: PreparePart | None = None
    each: EachPart | None = None
    request: RequestPart
    paging: PagingPart = PagingPart()
    records: Expression = "[@][]"
    """Where the list of records stands in an answer, or one record alone."""

    fields: Annotated[dict[str, Places], Len(1)]
    """Field of a public profile -> where it stands in a record."""

    extra: dict[ExtraName, Places] = Field(default_factory=dict)
    """Name of a further field, for expressions -> where it stands in a record."""

    counts: dict[str, CountPart] = Field(default_factory=dict)
    details: DetailsPart | None = None
    auth: AuthPart | None = None
    pace: PacePart = Field(default_factory=PacePart)
    errors: ErrorsPart = ErrorsPart()

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.each and self.each.input not in self.inputs:
            raise ValueError(f"each names no input: {self.each.input}")
        known = {*self.inputs, *(self.prepare.yields if self.prepare else ())}
        for part in self.inputs.values():
            known |= set(part.pattern.groupindex) if part.pattern else set()
        unknown = placeholders(self.request) - known
        if self.prepare:
            unknown |= placeholders(self.prepare) - known
        if unknown:
            raise ValueError(f"a request needs unknown values: {sorted(unknown)}")
        if self.base is None and self.request.path is None and self.details:
            raise ValueError("details need a base address")
        return self


def placeholders(request: RequestPart) -> set[str]:
    """Return the names of the values that a request can hold."""
    texts = (request.path or request.url or "", *request.query.values())
    return {name for text in texts for name in PLACEHOLDER.findall(text)}


@cache
def find_api_recipe(name: str) -> ApiRecipe:
    """
    Return the recipe of this name, read once a process.

    Raises:
        InvalidError: There is none; the message names those there are.
        SetupError: The file cannot be read; the message says where it is wrong.
    """
    path = FOLDER / f"{name}.yaml"
    if path.parent != FOLDER or not path.is_file():
        known = ", ".join(list_api_recipes())
        raise InvalidError(
            f"there is no recipe {name!r} for a JSON interface; the recipes are: "
            f"{known}",
            field="recipe",
        )
    return parse_api_recipe(name, path.read_text("utf-8"))


def parse_api_recipe(name: str, text: str) -> ApiRecipe:
    """
    Return the recipe that a YAML text describes.

    Raises:
        SetupError: It cannot be read; the message says where it is wrong.
    """
    try:
        return ApiRecipe(name=name, **yaml.safe_load(text))
    except (yaml.YAMLError, ValidationError, TypeError) as wrong:
        raise SetupError(f"recipe {name}.yaml cannot be read: {wrong}") from None


@cache
def list_api_recipes() -> tuple[str, ...]:
    """Return the names of all recipes in alphabetical order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))
