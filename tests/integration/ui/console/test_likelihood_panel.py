"""The suggestions of a campaign on its screen: how they stand, and their switch."""

from streamlit.testing.v1 import AppTest

from tasks.database import transaction
from tasks.reviews.likelihood_rows import get_likelihood
from tests.factories.campaigns import create_campaign
from tests.fixtures.console import show, written


def test_suggestions_tell_how_they_stand_and_are_switched_off(console: AppTest) -> None:
    with transaction() as session:
        campaign_id = create_campaign(session)
    screen = show(console, "screens/campaign_run.py", id=str(campaign_id))
    assert "0 of 30 decisions" in written(screen)
    screen.toggle(key="likelihood_switch").set_value(False).run()
    assert not screen.exception
    assert "Switched off" in written(screen)
    with transaction() as session:
        assert not get_likelihood(session, campaign_id).is_offered
