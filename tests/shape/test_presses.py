"""No press on the console can be lost: any run of a screen may be stopped midway."""

import ast

from tests.shape.sources import called_names, sources


def test_no_button_of_the_console_is_believed_by_what_it_returns() -> None:
    believed = [
        f"{one.path}:{call.lineno}"
        for one in sources()
        if one.path.startswith("ui/console/")
        for call in _button_calls(one.tree) - _statements(one.tree)
    ]
    assert not believed, "use pressed() of ui/console/presses.py, or on_click"


def test_words_in_passing_and_ways_to_screens_go_through_one_place_each() -> None:
    places = {"toast": "ui/console/toasts.py", "switch_page": "ui/console/routes.py"}
    past = [
        f"{one.path}: {name}"
        for one in sources()
        if one.path.startswith("ui/console/")
        for name in called_names(one.tree) & set(places)
        if one.path != places[name]
    ]
    assert not past, "use tell() of toasts.py, or lead() or go_to() of routes.py"


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
