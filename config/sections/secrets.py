"""Where the key lies that passwords of others are sealed with."""

from pydantic import SecretStr

from config.sections.base import Section


class SecretsSettings(Section):
    """Read from `MUSTER_SECRETS__*`."""

    key: SecretStr = SecretStr("")
    """At least 32 characters, the same on every machine. Empty: a file of the home."""
