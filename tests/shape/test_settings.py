"""Every setting is described, and `.env.example` names it with its default."""

import re

from deployments.example_settings import FILE, render_example, settings_fields


def test_every_setting_is_described_in_a_sentence() -> None:
    silent = [
        variable
        for variable, field in settings_fields()
        if not (field.description or "").strip().endswith(".")
    ]
    assert not silent


def test_the_example_is_what_the_sections_say() -> None:
    assert FILE.read_text(encoding="utf-8") == render_example(), (
        "run: python -m deployments.example_settings"
    )


def test_the_example_changes_nothing_when_it_is_copied_as_it_is() -> None:
    lines = render_example().splitlines()
    assert all(not line or line.startswith("#") for line in lines)


def test_every_setting_has_one_line_in_the_example() -> None:
    named = re.findall(r"^#(MUSTER_\w+)=", render_example(), re.MULTILINE)
    assert sorted(named) == sorted(variable for variable, _ in settings_fields())
