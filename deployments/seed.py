"""What a new Muster starts with: its first administrator, and the demo campaign."""

import secrets
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

from config.errors import NotFoundError
from config.settings import settings
from config.vocabulary import Role
from tasks.accounts import repository
from tasks.accounts.logins import open_login_of
from tasks.accounts.passwords import hash_password
from tasks.accounts.schemas import Device
from tasks.database import transaction

_GROUPS, _LETTERS = 4, 5
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without what is easily mistaken for something else; 20 of them are 99 bits."""


class GeneratedLogin(NamedTuple):
    """How the first administrator signs in; the password is shown once."""

    email: str
    password: str


def make_first_administrator() -> GeneratedLogin | None:
    """
    Make an administrator if there is none, and return how they sign in.

    The password is the setting's, else a random one that nobody can look up later.
    """
    section = settings()
    password = section.admin_password.get_secret_value() or _random_password()
    password_hash = hash_password(password)
    with transaction() as session:
        if repository.has_administrator(session):
            return None
        account = repository.add_account(
            session,
            email=section.admin_email.strip().casefold(),
            display_name="Administrator",
            password_hash=password_hash,
            roles=[Role.ADMINISTRATOR],
        )
        return GeneratedLogin(account.email, password)


def demo_login_token() -> str:
    """
    Open a login for the first administrator and return its access token.

    Raises:
        NotFoundError: There is no administrator who may sign in.
    """
    with transaction() as session:
        account = repository.find_first_administrator(session)
        if account is None:
            raise NotFoundError("there is no active administrator to run the demo as")
        account_id = account.id
    device = Device(user_agent="deployments/up", address="127.0.0.1")
    return open_login_of(account_id, device=device).tokens.access


def demo_campaign(listing_url: str) -> dict[str, Any]:
    """Return the body of `POST /pipeline/run` for the demo site's invented people."""
    site = urlsplit(listing_url)
    path = site.path if site.path.strip("/") else "/people"
    return {
        "name": "Demo: people who make things by hand",
        "source": {
            "kind": "html_pages",
            "listingUrl": urlunsplit((site.scheme, site.netloc, path, site.query, "")),
            "recipe": "demo-people",
        },
        "criteria": {
            "followers": {"min": 1_000, "max": 500_000},
            "posts": {"min": 20},
            "keywords": list(_WANTED_WORDS),
            "kinds": ["person", "shop"],
            "excludedWords": ["vinyl"],
            "weights": {"keywords": 2, "posts": 0.5, "kinds": 0.5},
        },
        "threshold": 60,
        "wanted": 500,
    }


_WANTED_WORDS = (
    "pottery",
    "ceramics",
    "woodworking",
    "knitting",
    "origami",
    "gardening",
    "cooking",
    "beekeeping",
)


def _random_password() -> str:
    groups = (
        "".join(secrets.choice(_ALPHABET) for _ in range(_LETTERS))
        for _ in range(_GROUPS)
    )
    return "-".join(groups)
