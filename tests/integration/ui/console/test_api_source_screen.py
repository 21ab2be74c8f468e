"""The campaign form about interfaces: recipes, inputs, secrets, preview of a page."""

from collections.abc import Iterator
from types import SimpleNamespace
from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from deployments.registry import REGISTRATIONS, apply_registry
from tasks.api_secrets.keep import set_secret
from tasks.api_secrets.schemas import ApiSecretRequest
from tests.fixtures.console import show, written
from tests.fixtures.json_service import Asked, JsonService, Said, json_service
from tests.fixtures.prefect import PrefectAddress

NEW_CAMPAIGN = "screens/new_campaign.py"
ADMINISTRATOR = SimpleNamespace(account_id=UUID(int=7), email="ana@muster.example")


@pytest.fixture
def directory() -> Iterator[JsonService]:
    """Serve a directory as Mastodon answers it."""

    def page(asked: Asked) -> Said:
        part = service.part(int(asked.one("offset", "0")))
        return Said(
            [{"acct": f"p{n}", "display_name": "P"} for n, _ in enumerate(part)]
        )

    with json_service(people=3) as service:
        service.routes["/api/v1/directory"] = page
        yield service


@pytest.fixture
def previews(prefect_server: PrefectAddress) -> None:
    """Deploy the flows that the API runs itself."""
    assert prefect_server.api_url
    apply_registry(tuple(one for one in REGISTRATIONS if not one.through_worker))


def choose_recipe(console: AppTest, name: str) -> None:
    show(console, NEW_CAMPAIGN)
    console.text_input(key="form_name").set_value("Potters").run()
    console.segmented_control(key="form_kind").set_value("json_api").run()
    console.selectbox(key="form_api_recipe").set_value(name).run()
    assert not console.exception


def test_what_an_interface_needs_is_asked_for_and_missed_at_its_field(
    console: AppTest,
) -> None:
    set_secret("x", ApiSecretRequest.model_validate({"value": "k"}), ADMINISTRATOR)
    choose_recipe(console, "x-users")
    assert "bearer token" in written(console)
    console.button(key="draft").click().run()
    assert "usernames: Fill this in" in written(console)
    assert "Choose the secret" in written(console)
    console.text_area(key="form_api_input_x-users_usernames").set_value("ana\nlev")
    console.selectbox(key="form_api_secret").set_value("x").run()
    console.button(key="draft").click().run()
    assert not console.exception
    assert "Records of the interface x-users" in written(console)


def test_an_input_that_does_not_fit_is_told_where_it_was_typed(
    console: AppTest,
) -> None:
    choose_recipe(console, "github-users")
    [area] = [one for one in console.text_area if "api_input" in str(one.key)]
    area.set_value("not a name!").run()
    console.button(key="draft").click().run()
    assert "does not fit" in written(console)
    assert area.value == "not a name!"


@pytest.mark.usefixtures("previews")
def test_one_page_of_an_interface_is_previewed(
    directory: JsonService, console: AppTest
) -> None:
    choose_recipe(console, "mastodon-directory")
    console.text_input(key="form_api_base_url").set_value(directory.url).run()
    console.button(key="preview").click().run(timeout=60)
    assert not console.exception
    assert "3 public profiles read" in written(console)
    assert [asked.path for asked in directory.asked] == ["/api/v1/directory"]
