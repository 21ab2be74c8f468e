"""Screens are tested on the real API."""

from tests.fixtures.console import administration, console, console_browser

__all__ = ["administration", "console", "console_browser"]
