"""Schema: what every shape that crosses a boundary has in common."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Schema(BaseModel):
    """Frozen, closed to unknown names; camelCase outside, as the documents write."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        from_attributes=True,
        use_attribute_docstrings=True,
    )
