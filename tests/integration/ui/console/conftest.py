"""Screens are tested on the real API."""

from tests.fixtures.console import console

__all__ = ["console"]
