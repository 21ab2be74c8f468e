"""Whether a campaign's expressions ask only for what its recipe reads."""

from collections.abc import Mapping
from typing import Any

from config.errors import InvalidError
from config.recipes import find_recipe
from config.recipes.json_api import find_api_recipe
from tasks.public_profiles.criteria import Criteria
from tasks.public_profiles.expressions import FIELDS


def check_extra_names(criteria: Criteria, source: Mapping[str, Any]) -> None:
    """
    Return if every name in an expression is a field of a public profile or the recipe.

    Args:
        criteria: What somebody wants.
        source: The campaign's, as it is stored.

    Raises:
        InvalidError: One is not; the message says which and at which character.
    """
    extra = _extra_names(source) if criteria.expressions else ()
    for number, (_, expression) in enumerate(criteria.named_expressions):
        for name in expression.extra_names:
            if name not in extra:
                raise InvalidError(
                    f"there is no field {name} at character "
                    f"{expression.place_of(name)}; there are "
                    f"{', '.join((*FIELDS, *extra))}",
                    field=f"criteria.expressions.{number}.expression",
                )


def _extra_names(source: Mapping[str, Any]) -> tuple[str, ...]:
    """Return how expressions call what a source states beyond the known fields."""
    match source.get("kind"):
        case "json_api":
            return tuple(find_api_recipe(source["recipe"]).extra)
        case "html_pages" | "browser_pages":
            return tuple(find_recipe(source["recipe"]).extra)
        case _:
            return tuple(source.get("extra") or ())
