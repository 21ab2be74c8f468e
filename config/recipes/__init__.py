"""
Recipes: where the fields of a public profile stand on the pages of one kind of site.

A recipe is a TOML file in this folder; its name is the file's without the ending. The
members are described at the classes below. What a recipe does not find, the general
knowledge of `any-public-page` may, unless the recipe says `beyond = "nothing"`.
"""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, model_validator

from config.errors import InvalidError, SetupError
from config.recipes.parts import ExtraName, RecipeHead, RecipePart

FOLDER = Path(__file__).parent

Pattern = re.Pattern[str]
Reading = Literal["text", "texts", "count", "handle", "url", "flag"]

READINGS: dict[str, Reading] = {
    "handle": "handle",
    "followers": "count",
    "following": "count",
    "posts": "count",
    "verified": "flag",
    "url": "url",
    "picture_url": "url",
    "topics": "texts",
}
"""How a field is read where the recipe does not say; all others are text."""


class Place(RecipePart):
    """One place where a field may stand; the first place that yields a value wins."""

    select: str | None = None
    """CSS selector of the elements."""

    attribute: str | None = None
    """Attribute that holds the value, instead of the element's text."""

    script: str | None = None
    """CSS selector of the scripts that hold JSON; `path` without it means JSON-LD."""

    assigned: str | None = None
    """Name the JSON is assigned to in a script, such as `pageData`."""

    path: str | tuple[str, ...] | None = None
    """Dotted path, or its parts, in JSON; `*` is any member, `**` any depth."""

    pattern: Pattern | None = None
    """Only what its first group matches."""

    noun: str | None = None
    """Take the number beside this word; see `read_count` for what it may be."""

    read: Reading | None = None
    """How the value is read, where the field alone does not say."""

    value: str | None = None
    """A fixed value."""

    absent: bool | None = None
    """For a flag: what it means when nothing stands there."""

    template: str | None = None
    """An address with `{handle}` in it, for sites that do not state their own."""

    @model_validator(mode="after")
    def _names_a_place(self) -> "Place":
        named = (self.select, self.path, self.value, self.template)
        if sum(part is not None for part in named) != 1:
            message = "a place needs one of select, path, value or template"
            raise ValueError(message)
        return self


class ListingPart(RecipePart):
    """How a listing leads to its pages."""

    links: str = "a[href]"
    """CSS selector of the links to public profiles."""

    pattern: Pattern | None = None
    """Only links whose path matches."""

    next: str | None = "a[rel~=next], link[rel~=next]"
    """CSS selector of the link to the next page of the listing."""


class Recipe(RecipeHead):
    """How the pages of one kind of site are read."""

    platform: str | None = None
    """Name of the service; without it the page's host decides."""

    hosts: tuple[str, ...] = ()
    """Hosts of such pages, subdomains included."""

    marks: tuple[str, ...] = ()
    """CSS selectors that betray such a page on any other host."""

    require: tuple[str, ...] = ()
    """CSS selectors of which one must match, or the page is no public profile."""

    handle_in_path: tuple[Pattern, ...] = ()
    """Patterns on the path of the page's own address; the first group is the handle."""

    beyond: Literal["general", "nothing"] = "general"
    """Whether general knowledge fills in what the places below do not yield."""

    by_host: bool = False
    """Whether a page of a host that has its own recipe is read with that one."""

    fields: dict[str, tuple[Place, ...]] = Field(default_factory=dict)
    """Field of a public profile -> where it may stand."""

    extra: dict[ExtraName, tuple[Place, ...]] = Field(default_factory=dict)
    """Name of a further field, for expressions -> where it may stand."""

    listing: ListingPart = ListingPart()

    platforms: dict[str, str] = Field(default_factory=dict)
    """Host -> platform, for hosts without a recipe of their own."""


@cache
def find_recipe(name: str) -> Recipe:
    """
    Return the recipe of this name, read once a process.

    Raises:
        InvalidError: There is none; the message names those there are.
        SetupError: The file cannot be read; the message says where it is wrong.
    """
    path = FOLDER / f"{name}.toml"
    if path.parent != FOLDER or not path.is_file():
        known = ", ".join(list_recipes())
        raise InvalidError(
            f"there is no recipe {name!r}; the recipes are: {known}", field="recipe"
        )
    try:
        return Recipe(name=name, **tomllib.loads(path.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError, TypeError) as wrong:
        raise SetupError(f"recipe {path.name} cannot be read: {wrong}") from None


@cache
def list_recipes() -> tuple[str, ...]:
    """Return the names of all recipes in alphabetical order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


@cache
def find_recipe_of_host(host: str) -> Recipe | None:
    """Return the recipe made for this host or a domain above it, if there is one."""
    domains = _with_parents(host)
    for name in list_recipes():
        recipe = find_recipe(name)
        if any(known in domains for known in recipe.hosts):
            return recipe
    return None


@cache
def list_marked_recipes() -> tuple[Recipe, ...]:
    """Return the recipes that can be told from the page alone, whatever its host."""
    return tuple(r for r in map(find_recipe, list_recipes()) if r.marks)


@cache
def platform_of(host: str) -> str:
    """Return the name of the service at this host, or the host itself."""
    recipe = find_recipe_of_host(host)
    if recipe and recipe.platform:
        return recipe.platform
    platforms = find_recipe("any-public-page").platforms
    for domain in _with_parents(host):
        if domain in platforms:
            return platforms[domain]
    return host.removeprefix("www.")


def _with_parents(host: str) -> list[str]:
    labels = host.lower().split(".")
    return [".".join(labels[start:]) for start in range(max(1, len(labels) - 1))]
