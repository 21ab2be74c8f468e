"""What the gate lets through, and what a script behind it may see."""

from uuid import uuid4

import pytest

from config.sections.api import ApiSettings
from config.vocabulary import Role
from tasks.accounts.schemas import Caller
from tests.fixtures.database import forget_settings
from ui.api.gate import IDENTITY, identity_headers, inside_scope, login_address
from ui.api.login_page import read_page
from ui.api.streamlit_options import allowed_hosts, required_options

CALLER = Caller(
    account_id=uuid4(),
    login_id=uuid4(),
    email="somebody@muster.example",
    display_name="Somebody",
    roles=(Role.REVIEWER, Role.OPERATOR),
    permissions=frozenset(),
)


@pytest.fixture(autouse=True)
def key(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("MUSTER_ACCOUNTS__SIGNING_KEY", "of the tests " * 4)
    forget_settings()


def test_the_page_to_come_back_to_is_part_of_the_way_in() -> None:
    address = login_address("/console/review", "campaign=1&b=2")
    assert address == "/login?next=/console/review%3Fcampaign%3D1%26b%3D2"


def test_identity_is_equal_as_long_as_login_and_roles_are() -> None:
    assert identity_headers(CALLER) == identity_headers(CALLER)
    assert set(IDENTITY) < set(identity_headers(CALLER))
    assert identity_headers(CALLER)["x-muster-roles"] == "operator,reviewer"


def test_a_script_sees_our_identity_and_neither_foreign_ones_nor_our_cookies() -> None:
    scope = {
        "type": "websocket",
        "headers": [
            (b"x-muster-sub", b"the pope"),
            (b"x-muster-new", b"anything"),
            (b"cookie", b"a=1; __Host-access=secret; __Host-refresh=secret"),
            (b"host", b"muster"),
        ],
    }
    inside = inside_scope(scope, {"x-muster-sub": "somebody"})
    assert inside["headers"] == [
        (b"cookie", b"a=1"),
        (b"host", b"muster"),
        (b"x-muster-sub", b"somebody"),
    ]
    assert scope["headers"][0] == (b"x-muster-sub", b"the pope")


def test_the_sign_in_page_may_run_only_what_is_in_it() -> None:
    page = read_page()
    assert "default-src 'none'" in page.policy
    assert page.policy.count("'sha256-") == 2
    assert "http://" not in page.html
    assert "https://" not in page.html


def test_full_collections_after_each_run_are_off() -> None:
    assert required_options(ApiSettings())["runner.postScriptGC"] is False


@pytest.mark.parametrize(
    ("section", "hosts"),
    [
        (ApiSettings(), {"127.0.0.1", "localhost", "[::1]", "::1"}),
        (ApiSettings(host="0.0.0.0"), set()),  # noqa: S104 - compared, not bound
    ],
)
def test_the_console_answers_to_the_names_it_is_known_by(
    section: ApiSettings, hosts: set[str]
) -> None:
    assert set(allowed_hosts(section)) == hosts
