"""Plex: sign-in with a Plex account, for those who may use our Plex server."""

from datetime import timedelta

from config.sections.base import Section
from config.vocabulary import Role


class PlexSettings(Section):
    """Read from `MUSTER_PLEX__*`."""

    accounts_url: str = ""
    """Where Plex accounts are: `https://plex.tv`. Empty: the stack's stand-in."""

    sign_in_url: str = ""
    """Its page to sign in at, `https://app.plex.tv/auth`. Empty: `/auth` over there."""

    machine_identifier: str = "muster-stand-in-plex-server"
    """Identifier of our Plex server; only people who may use it are let in."""

    client_identifier: str = "muster"
    """How Plex tells this installation of Muster from others."""

    default_role: Role = Role.REVIEWER
    """Role of an account that is made when its owner first signs in through Plex."""

    timeout: timedelta = timedelta(seconds=10)
    """Longest wait for an answer of Plex."""
