"""All recipes, whatever they read: which there are, and what each needs."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from config.recipes import Recipe, find_recipe, list_recipes
from config.recipes.json_api import ApiRecipe, find_api_recipe, list_api_recipes
from config.recipes.parts import InputPart


class RecipeKind(StrEnum):
    """What a recipe reads; pages are read by HTTP or in browsers."""

    HTML_PAGES = "html_pages"
    JSON_API = "json_api"


class SecretNeed(StrEnum):
    """Whether an interface is opened with a secret."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


class RecipeNeeds(NamedTuple):
    """What a campaign has to give, so that a recipe can be used."""

    listing: bool = False
    """The address of a listing."""

    base_url: bool = False
    """The address of a server, where a service has many."""

    secret: SecretNeed = SecretNeed.NONE
    secret_about: str = ""
    """Which permission the secret needs."""


class ListedRecipe(NamedTuple):
    """One recipe, as the person sees it who chooses one."""

    kind: RecipeKind
    name: str
    version: int
    about: str
    platform: str | None
    documentation: str | None
    needs: RecipeNeeds
    inputs: Mapping[str, InputPart]
    many: str | None
    """The input that takes many values, if one does."""

    details: str | None
    """What a second look at each record adds, if the recipe knows one."""


def list_all_recipes() -> list[ListedRecipe]:
    """
    Return the recipes of all kinds, in alphabetical order of their names.

    Raises:
        SetupError: A file cannot be read; the message says where it is wrong.
    """
    found = [_of_pages(find_recipe(name)) for name in list_recipes()]
    found += [_of_interface(find_api_recipe(name)) for name in list_api_recipes()]
    return sorted(found, key=lambda one: (one.name, one.kind))


def _of_pages(recipe: Recipe) -> ListedRecipe:
    return ListedRecipe(
        kind=RecipeKind.HTML_PAGES,
        name=recipe.name,
        version=recipe.version,
        about=recipe.about,
        platform=recipe.platform,
        documentation=None,
        needs=RecipeNeeds(listing=True),
        inputs={},
        many=None,
        details=None,
    )


def _of_interface(recipe: ApiRecipe) -> ListedRecipe:
    auth = recipe.auth
    need = SecretNeed.NONE
    if auth is not None:
        need = SecretNeed.REQUIRED if auth.required else SecretNeed.OPTIONAL
    return ListedRecipe(
        kind=RecipeKind.JSON_API,
        name=recipe.name,
        version=recipe.version,
        about=recipe.about,
        platform=recipe.platform,
        documentation=recipe.documentation,
        needs=RecipeNeeds(
            base_url=recipe.base is None and recipe.request.url is None,
            secret=need,
            secret_about=auth.about if auth else "",
        ),
        inputs=recipe.inputs,
        many=recipe.each.input if recipe.each else None,
        details=recipe.details.about if recipe.details else None,
    )
