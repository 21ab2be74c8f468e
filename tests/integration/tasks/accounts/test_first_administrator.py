"""The first administrator is made once, however many ask at the same time."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from config.errors import NotFoundError
from config.vocabulary import Role
from deployments.seed import demo_login_token, make_first_administrator
from tasks.accounts.logins import identify, open_login
from tasks.accounts.schemas import LoginRequest
from tests.factories.accounts import DEVICE
from tests.fixtures.database import forget_settings

pytestmark = pytest.mark.usefixtures("database")


def test_only_one_of_many_makes_the_administrator() -> None:
    with ThreadPoolExecutor(4) as stacks:
        made = list(stacks.map(lambda _: make_first_administrator(), range(4)))
    logins = [login for login in made if login is not None]
    assert len(logins) == 1
    asked = LoginRequest(email=logins[0].email, password=logins[0].password)
    assert open_login(asked, device=DEVICE).caller.roles == (Role.ADMINISTRATOR,)
    assert len(logins[0].password) == 23


def test_email_and_password_can_be_set(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("MUSTER_ADMIN_EMAIL", "Root@Muster.Example")
    environment.setenv("MUSTER_ADMIN_PASSWORD", "as it was set")
    forget_settings()
    login = make_first_administrator()
    assert login is not None
    assert login == ("root@muster.example", "as it was set")


def test_the_demo_runs_as_the_administrator() -> None:
    with pytest.raises(NotFoundError):
        demo_login_token()
    make_first_administrator()
    assert identify(demo_login_token()).roles == (Role.ADMINISTRATOR,)
