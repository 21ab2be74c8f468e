"""People who may sign in, with the cheapest hash."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from config.vocabulary import Role
from tasks.accounts.logins import OpenedLogin, open_login_of
from tasks.accounts.passwords import hash_password
from tasks.accounts.repository import add_account
from tasks.accounts.schemas import Device
from tasks.database import transaction

PASSWORD = "a password of the tests"
DEVICE = Device(user_agent="tests", address="127.0.0.1")


def create_account(
    role: Role = Role.OPERATOR, *, email: str = "", password: str = PASSWORD
) -> UUID:
    """Add a person, and return their id; the email is made of the role."""
    with transaction() as session:
        account = add_account(
            session,
            email=email or f"{role}@muster.example",
            display_name=f"The {role}",
            password_hash=hash_password(password),
            roles=[role],
        )
        return account.id


def create_login(role: Role = Role.OPERATOR, *, email: str = "") -> OpenedLogin:
    """Add a person and sign them in."""
    return open_login_of(create_account(role, email=email), device=DEVICE)


def age_all_logins(by: timedelta) -> None:
    """Have every login last been used so much longer ago."""
    with transaction() as session:
        session.execute(
            text("UPDATE logins SET rotated_at = rotated_at - :by"), {"by": by}
        )
