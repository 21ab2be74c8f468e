"""Taking a campaign's results away: every form has words and an address."""

from typing import get_args
from uuid import UUID

from tasks.reviews.results import ResultForm
from ui.console.campaign_export import FORMS, export_address


def test_every_form_the_api_gives_is_offered_in_words() -> None:
    assert tuple(FORMS) == get_args(ResultForm)
    assert all(FORMS.values())


def test_an_address_names_the_campaign_and_the_form() -> None:
    address = export_address(UUID(int=7), "parquet")
    assert address == f"/api/v1/campaigns/{UUID(int=7)}/export?form=parquet"
