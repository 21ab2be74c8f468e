"""What recipes of all kinds have in common: a name, a version, a sentence, inputs."""

import re
from keyword import iskeyword
from typing import Annotated

from annotated_types import Ge, Len
from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def is_free_word(name: str) -> bool:
    """Whether a word means nothing yet where expressions are written."""
    return not iskeyword(name) and name != "extra"


def _free(name: str) -> str:
    if not is_free_word(name):
        raise ValueError(f"expressions cannot say {name!r}: call it something else")
    return name


ExtraName = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$"), AfterValidator(_free)
]
"""How expressions call what a source states beyond the fields of a public profile."""


class RecipePart(BaseModel):
    """A part of a recipe: frozen, and closed to names it does not know."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True
    )


class RecipeHead(RecipePart):
    """What the head of every recipe states, whatever its kind."""

    name: str
    """Name of its file without the ending."""

    version: Annotated[int, Ge(1)]
    """Raised with every change of meaning."""

    about: Annotated[str, Len(1)]
    """One sentence for the person who chooses a recipe."""


class InputPart(RecipePart):
    """One value that a campaign gives."""

    about: Annotated[str, Len(1)]
    """One sentence for the person who fills it in."""

    required: bool = False
    default: str | None = None
    pattern: re.Pattern[str] | None = None
    """What the whole value matches; its named groups are values of their own."""
