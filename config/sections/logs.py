"""What is written to the log, and how."""

from typing import Literal

from config.sections.base import Section


class LogsSettings(Section):
    """Read from `MUSTER_LOGS__*`."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """Least important level that is written."""

    form: Literal["text", "json"] = "text"
    """Lines for people, or one JSON object a line for machines."""
