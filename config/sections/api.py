"""The API and the console: one process, one port, one origin."""

from typing import Annotated

from annotated_types import Ge, Le
from pydantic import AnyHttpUrl

from config.sections.base import Section


class ApiSettings(Section):
    """Read from `MUSTER_API__*`."""

    host: str = "127.0.0.1"
    """Address to listen on."""

    port: Annotated[int, Ge(1), Le(65535)] = 4050
    """Port of the API and the console."""

    public_url: AnyHttpUrl | None = None
    """Address people use, when a proxy stands in front; else host and port."""

    page_size: Annotated[int, Ge(1), Le(500)] = 50
    """Rows of one page, when the caller does not say."""

    largest_upload_bytes: Annotated[int, Ge(1024)] = 268_435_456
    """Largest table that may be uploaded for a campaign, in bytes."""
