"""python -m deployments.example_settings: write .env.example anew from the sections."""

import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from config.settings import Settings

FILE = Path(__file__).parents[1] / ".env.example"
WIDTH = 88
_HEAD = """\
# Every setting with its default. Copy this file to .env, take the # from the lines you
# change. Variables of the environment win over .env. Durations are ISO 8601 (PT15M).
# Written by `python -m deployments.example_settings`.
"""


def render_example() -> str:
    """Return the text of `.env.example`."""
    return "".join([_HEAD, *_group(Settings, "MUSTER_")])


def settings_fields(
    section: type[BaseModel] = Settings, prefix: str = "MUSTER_"
) -> Iterator[tuple[str, FieldInfo]]:
    """Yield every setting: its variable, and the field that describes it."""
    for name, field in section.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from settings_fields(inner, f"{prefix}{name.upper()}__")
        else:
            yield f"{prefix}{name.upper()}", field


def _group(section: type[BaseModel], prefix: str) -> Iterator[str]:
    for variable, field in settings_fields(section, prefix):
        description = " ".join((field.description or "").split())
        lines = textwrap.wrap(description, WIDTH - 2)
        yield "\n" + "".join(f"# {line}\n" for line in lines)
        yield f"#{variable}={_write(field)}\n"


def _write(field: FieldInfo) -> str:
    if field.default_factory is not None:
        return "${HOME}/.muster"
    default = field.get_default()
    if hasattr(default, "get_secret_value"):
        return str(default.get_secret_value())
    value: Any = to_jsonable_python(default)
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


if __name__ == "__main__":
    FILE.write_text(render_example(), encoding="utf-8")
