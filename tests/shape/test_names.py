"""No name shadows a package or says nothing."""

import ast
from importlib.metadata import packages_distributions
from pathlib import PurePath

from tests.shape.sources import CHECKOUT, FOLDERS, sources

SAY_NOTHING = {"utils", "helpers", "common", "misc", "core", "lib", "manager"}
AMBIGUOUS = {"profile", "session", "run", "task", "status"}
TOP_LEVEL = {*FOLDERS, "pyproject.toml", "README.md", "LICENSE"}


def test_the_top_level_holds_the_six_folders_and_little_else() -> None:
    found = {path.name for path in CHECKOUT.iterdir() if path.name[0] != "."}
    assert found - TOP_LEVEL <= {"__pycache__"}


def test_no_file_or_folder_has_a_name_that_says_nothing() -> None:
    parts = {part for one in sources() for part in _stems(one.path)}
    assert not parts & SAY_NOTHING


def test_no_file_below_the_top_shadows_one_of_our_packages() -> None:
    nested = {
        stem
        for one in sources()
        if not one.path.startswith("tests/")  # they mirror the source on purpose
        for stem in _stems(one.path)[1:]
    }
    assert not nested & set(FOLDERS)


def test_no_dependency_ships_a_package_of_our_names() -> None:
    shipped = {
        name: owners
        for name, owners in packages_distributions().items()
        if name in FOLDERS and set(owners) != {"muster"}
    }
    assert not shipped


def test_no_file_beside_an_entry_script_is_called_like_a_dependency() -> None:
    dependencies = set(packages_distributions())
    beside = {
        PurePath(one.path).stem
        for one in sources()
        if PurePath(one.path).parent.as_posix() in {"ui/console", "flows"}
    }
    assert not (beside - {"__init__"}) & dependencies


def test_an_ambiguous_word_never_stands_alone_as_a_name() -> None:
    alone = [
        f"{one.path}: {function.name}"
        for one in sources()
        for function in one.tree.body  # a method is read together with its object
        if isinstance(function, ast.FunctionDef) and function.name in AMBIGUOUS
    ]
    assert not alone


def test_every_module_opens_with_a_line_that_says_what_it_is() -> None:
    silent = [one.path for one in sources() if not ast.get_docstring(one.tree)]
    assert not silent


def _stems(path: str) -> list[str]:
    return [PurePath(part).stem for part in PurePath(path).parts]
