"""What Chromium keeps in files: set before each start, the rest left alone."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deployments.standins.multilogin_x.browsers.plan import BrowserPlan


def merge_dotted(kept: Mapping[str, Any], wished: Mapping[str, Any]) -> dict[str, Any]:
    """Return `kept` with `a.b.c: value` set at its place; nothing else changes."""
    merged = dict(kept)
    for name, value in wished.items():
        first, _, rest = name.partition(".")
        if not rest:
            merged[first] = value
            continue
        below = merged.get(first)
        inner = below if isinstance(below, Mapping) else {}
        merged[first] = merge_dotted(inner, {rest: value})
    return merged


def has_earlier_tabs(data: Path) -> bool:
    """Return whether a browser has left tabs that can be opened again."""
    return any((data / "Default" / "Sessions").glob("Session_*"))


def prepare_data(folder: Path, data: Path, plan: BrowserPlan) -> None:
    """Write the plan's preferences and files, and drop what is not to be kept."""
    _merge_file(data / "Default" / "Preferences", plan.preferences)
    _merge_file(data / "Local State", plan.local_state)
    if not plan.keeps_service_workers:
        shutil.rmtree(data / "Default" / "Service Worker", ignore_errors=True)
    for name, content in plan.files.items():
        (folder / name).write_text(content, encoding="utf-8")


def _merge_file(path: Path, wished: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        kept = {}
    fresh = path.with_name(f"{path.name}.new")
    merged = merge_dotted(kept if isinstance(kept, dict) else {}, wished)
    fresh.write_text(json.dumps(merged), encoding="utf-8")
    fresh.replace(path)
