"""Rules that the browser's half of the console keeps."""

import re
from pathlib import Path

import pytest

from ui.console.components import FOLDER

SCRIPTS = sorted(FOLDER.glob("*.js"))
MARKUP = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(")
FOREIGN = re.compile(r"https?://(?!\S*\$\{)[\w.]+")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_what_strangers_wrote_is_never_taken_for_markup(script: Path) -> None:
    assert not MARKUP.search(script.read_text("utf-8"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_a_component_names_no_foreign_host(script: Path) -> None:
    assert not FOREIGN.search(script.read_text("utf-8"))


def test_each_component_has_its_script_beside_its_python() -> None:
    components = {path.stem for path in FOLDER.glob("*.py")} - {"__init__"}
    assert components == {
        "countdown",
        "deck",
        "keeper",
        "live_run",
        "one_time_link",
        "page_picture",
        "review_list",
        "sign_out",
        "uptime",
        "watcher",
    }
    assert components <= {script.stem for script in SCRIPTS}
