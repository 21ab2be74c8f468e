"""Redis (or Valkey): the event stream, tokens, limits, locks."""

from pydantic import SecretStr

from config.sections.base import Section


class RedisSettings(Section):
    """Read from `MUSTER_REDIS__*`."""

    url: SecretStr = SecretStr("")
    """`redis://:password@host:port/0`. Empty: a private Valkey."""
