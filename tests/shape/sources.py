"""Every Python file of ours, parsed once, for the tests of the house's shape."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

CHECKOUT = Path(__file__).parents[2]
FOLDERS = ("config", "tasks", "flows", "ui", "deployments", "tests")


class Source(NamedTuple):
    """One file: its path below the checkout, its text and its syntax tree."""

    path: str
    text: str
    tree: ast.Module


@cache
def sources() -> tuple[Source, ...]:
    """Read and parse every Python file of the six folders."""
    return tuple(_read(path) for folder in FOLDERS for path in _python_files(folder))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function below a node, methods and inner ones too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def called_names(tree: ast.AST) -> set[str]:
    """Return the last part of every name that is called below a node."""
    return {
        call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute | ast.Name)
    }


def _python_files(folder: str) -> list[Path]:
    return sorted((CHECKOUT / folder).rglob("*.py"))


def _read(path: Path) -> Source:
    text = path.read_text(encoding="utf-8")
    return Source(str(path.relative_to(CHECKOUT)), text, ast.parse(text))
