"""Prefect stays where it belongs, and names follow the functions."""

import ast

from tests.shape.sources import functions, sources


def test_a_prefect_task_or_flow_is_named_in_kebab_case() -> None:
    misnamed = [
        name
        for _, _, name in _decorated({"task", "flow"})
        if name != name.lower() or "_" in name or " " in name
    ]
    assert not misnamed


def test_flows_live_in_flows_and_are_named_as_their_file() -> None:
    strays = [
        f"{path}: {name}"
        for path, _, name in _decorated({"flow"})
        if not path.startswith(("tests/", "deployments/bench/"))
        and path != f"flows/{name.replace('-', '_')}.py"
    ]
    assert not strays


def test_every_prefect_task_says_which_errors_it_is_retried_for() -> None:
    silent = [
        f"{path}: {name}"
        for path, options, name in _decorated({"task"})
        if "retries" in options and "retry_condition_fn" not in options
    ]
    assert not silent


def _decorated(kinds: set[str]) -> list[tuple[str, set[str], str]]:
    found = []
    for one in sources():
        for function in functions(one.tree):
            for decorator in function.decorator_list:
                if not isinstance(decorator, ast.Call):
                    continue
                if getattr(decorator.func, "id", "") not in kinds:
                    continue
                options = {word.arg or "": word.value for word in decorator.keywords}
                name = options.get("name")
                shown = name.value if isinstance(name, ast.Constant) else "?"
                found.append((one.path, set(options), str(shown)))
    return found
