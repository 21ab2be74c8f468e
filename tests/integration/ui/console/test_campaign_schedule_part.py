"""The part of a campaign's screen that says when it runs by itself."""

from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from tasks.database import transaction
from tests.factories.campaigns import create_campaign
from tests.fixtures.console import labels, show, written

CAMPAIGN = "screens/campaign_run.py"


@pytest.fixture
def campaign_id() -> UUID:
    with transaction() as session:
        return create_campaign(session)


def test_a_schedule_is_chosen_tried_saved_switched_off_and_removed(
    console: AppTest, campaign_id: UUID
) -> None:
    show(console, CAMPAIGN, id=str(campaign_id))
    assert "runs when somebody starts it" in written(console)
    console.selectbox(key=f"schedule_kind_{campaign_id}").select("weekly").run()
    console.selectbox(key=f"schedule_day_{campaign_id}").select("5").run()
    console.selectbox(key=f"schedule_zone_{campaign_id}").select("Europe/Lisbon").run()
    assert written(console).count("Fri ") == 5, "the next times, before it is saved"
    console.button(key="save_schedule").click().run()
    assert "On." in written(console)
    assert "Europe/Lisbon" in written(console)
    console.toggle(key=f"schedule_on_{campaign_id}").set_value(False).run()
    console.button(key="save_schedule").click().run()
    assert "Off." in written(console)
    console.button(key="remove_schedule").click().run()
    assert "all it has gathered stay" in written(console)
    console.button(key="yes_schedule").click().run()
    assert "runs when somebody starts it" in written(console)
    assert "Remove" not in labels(console)


def test_a_cron_line_that_is_wrong_cannot_be_saved_and_says_why(
    console: AppTest, campaign_id: UUID
) -> None:
    show(console, CAMPAIGN, id=str(campaign_id))
    console.selectbox(key=f"schedule_kind_{campaign_id}").select("own").run()
    line = console.text_input(key=f"schedule_line_{campaign_id}")
    assert line.value == "0 6 * * *"
    for wrong, why in (
        ("every day", "five fields"),
        ("0 0 30 2 *", "never comes round"),
        ("", "five fields"),
    ):
        console.text_input(key=line.key).set_value(wrong).run()
        assert why in written(console)
        assert console.button(key="save_schedule").disabled
    console.text_input(key=line.key).set_value("*/5 * * * *").run()
    assert not console.button(key="save_schedule").disabled
