"""The API and the console: one process, one port, one origin."""

from typing import Annotated

from annotated_types import Ge, Le
from pydantic import AnyHttpUrl, IPvAnyNetwork, SecretStr, field_validator

from config.sections.base import Section

SHORTEST_TOKEN = 32


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

    monitoring_token: SecretStr = SecretStr("")
    """Token, 32 characters or more, that opens `/metrics`, `/health/detailed` only."""

    monitoring_networks: tuple[IPvAnyNetwork, ...] = ()
    """Networks that need no token for these two; requests from a proxy still do."""

    @field_validator("monitoring_token")
    @classmethod
    def _is_hard_to_guess(cls, token: SecretStr) -> SecretStr:
        if 0 < len(token.get_secret_value()) < SHORTEST_TOKEN:
            raise ValueError(f"must have {SHORTEST_TOKEN} characters or more, or none")
        return token
