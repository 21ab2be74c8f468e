"""No press on the console can be lost: any run of a screen may be stopped midway."""

import ast

from tests.shape.sources import sources


def test_no_button_of_the_console_is_believed_by_what_it_returns() -> None:
    believed = [
        f"{one.path}:{call.lineno}"
        for one in sources()
        if one.path.startswith("ui/console/")
        for call in _button_calls(one.tree) - _statements(one.tree)
    ]
    assert not believed, "use pressed() of ui/console/presses.py, or on_click"


def _button_calls(tree: ast.AST) -> set[ast.Call]:
    return {
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "button"
    }


def _statements(tree: ast.AST) -> set[ast.expr]:
    """Return what stands on a line of its own, so that nobody looks at its value."""
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
