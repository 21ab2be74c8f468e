"""Section: a frozen group of settings, closed to unknown names."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A group of settings; the sentence under each field is its description."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        validate_default=True,
    )
