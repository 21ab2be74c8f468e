"""Each screen on the real API: what it shows, what it says, what it does."""

from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from config.clock import now
from config.errors import RefusedError
from tasks.campaigns.life import complete_campaign, pause_campaign
from tasks.campaigns.runs import fail_run
from tasks.database import transaction
from tests.factories.campaigns import create_campaign, create_taken_run
from tests.factories.public_profiles import queue_handles, store_handles
from tests.fixtures.console import labels, show, written
from ui.console import api_client

OVERVIEW = "screens/overview.py"
CAMPAIGNS = "screens/campaigns.py"
NEW_CAMPAIGN = "screens/new_campaign.py"
CAMPAIGN = "screens/campaign_run.py"
REVIEW = "screens/review.py"
ACCOUNT = "screens/account.py"


def a_draft(name: str = "Potters of the north") -> UUID:
    with transaction() as session:
        return create_campaign(session, name=name)


@pytest.mark.parametrize(
    ("screen", "advice"),
    [
        (OVERVIEW, "Nothing has run yet"),
        (CAMPAIGNS, "No campaigns yet"),
        (CAMPAIGN, "Which campaign?"),
    ],
)
def test_an_empty_screen_says_what_to_do(
    console: AppTest, screen: str, advice: str
) -> None:
    assert advice in written(show(console, screen))


def test_the_overview_leads_to_what_waits_and_shows_what_failed(
    console: AppTest,
) -> None:
    taken = create_taken_run(name="Ceramics")
    queue_handles(taken, "ada", "ben")
    failed = create_taken_run(name="Old listing")
    with transaction() as session:
        refusal = RefusedError("the listing answers 404")
        fail_run(session, failed, refusal, now=now())
    screen = show(console, OVERVIEW)
    assert [one.value for one in screen.metric] == ["1", "2", "0", "0"]
    assert "2 public profiles" in written(screen)
    assert "the listing answers 404" in written(screen)
    assert {"Review now", "Pause", "Complete", "Try again"} <= set(labels(screen))


def test_each_campaign_has_the_buttons_of_its_state(console: AppTest) -> None:
    draft, paused = a_draft(), create_taken_run(name="Paused one")
    with transaction() as session:
        pause_campaign(session, paused.campaign_id, now=now())
    keys = {button.key for button in show(console, CAMPAIGNS).button}
    assert f"campaigns_start_{draft}" in keys
    assert f"campaigns_resume_{paused.campaign_id}" in keys
    assert f"campaigns_start_{paused.campaign_id}" not in keys


def test_a_button_changes_the_campaign(console: AppTest) -> None:
    taken = create_taken_run()
    show(console, CAMPAIGNS)
    console.button(key=f"campaigns_pause_{taken.campaign_id}").click().run()
    assert "Paused" in written(console)
    assert "Resume" in labels(console)


def test_a_button_pressed_too_late_says_why_nothing_happened(console: AppTest) -> None:
    taken = create_taken_run()
    show(console, CAMPAIGNS)
    with transaction() as session:
        complete_campaign(session, taken.campaign_id, now=now())
    console.button(key=f"campaigns_pause_{taken.campaign_id}").click().run()
    assert "did not change" in console.error[0].value
    assert "Completed" in written(console)


def test_a_form_that_is_not_filled_says_so_at_the_field(console: AppTest) -> None:
    show(console, NEW_CAMPAIGN)
    console.number_input(key="form_posts_min").set_value(9).run()
    console.number_input(key="form_posts_max").set_value(3).run()
    console.button(key="start").click().run()
    assert "Give the campaign a name" in written(console)
    assert "9 to 3 matches nothing" in written(console)
    assert console.number_input(key="form_posts_min").value == 9
    console.text_input(key="form_name").set_value("Potters").run()
    assert "Give the campaign a name" not in written(console)


def test_what_the_api_refuses_is_said_at_the_field_too(console: AppTest) -> None:
    show(console, NEW_CAMPAIGN)
    console.text_input(key="form_name").set_value("x" * 200).run()
    console.button(key="draft").click().run()
    assert "Something has to change first" in console.error[0].value
    assert "120" in written(console)
    assert console.text_input(key="form_name").value == "x" * 200


def test_a_draft_is_kept_and_shown(console: AppTest) -> None:
    show(console, NEW_CAMPAIGN)
    console.text_input(key="form_name").set_value("Potters").run()
    console.text_input(key="form_keywords").set_value("clay, kiln").run()
    console.button(key="draft").click().run()
    assert not console.exception
    assert "Potters" in written(console)
    assert "Wants words: clay, kiln" in written(console)
    assert "Not started yet" in written(console)


def test_pages_are_asked_for_directly_by_a_tunnel_or_through_proxies(
    console: AppTest,
) -> None:
    show(console, NEW_CAMPAIGN)
    console.text_input(key="form_name").set_value("Potters").run()
    console.segmented_control(key="form_kind").set_value("html_pages").run()
    listing = "https://people.example/all"
    console.text_input(key="form_listing_url").set_value(listing).run()
    console.selectbox(key="form_recipe").set_value("any-public-page").run()
    console.segmented_control(key="form_way_out").set_value("vpn").run()
    console.button(key="draft").click().run()
    assert "Name the VPN location" in written(console)
    console.segmented_control(key="form_way_out").set_value("proxies").run()
    console.text_input(key="form_proxy_tags").set_value("fast").run()
    console.text_input(key="form_proxy_country").set_value("d").run()
    console.button(key="draft").click().run()
    assert "pattern" in written(console)
    console.text_input(key="form_proxy_country").set_value("de").run()
    console.button(key="draft").click().run()
    (made,) = api_client.api().list_campaigns().items
    assert made.source["proxies"] == {"tags": ["fast"], "country": "DE"}


def test_the_form_keeps_what_was_typed_when_one_looks_elsewhere(
    console: AppTest,
) -> None:
    show(console, NEW_CAMPAIGN)
    console.text_input(key="form_name").set_value("Potters").run()
    show(console, CAMPAIGNS)
    show(console, NEW_CAMPAIGN)
    assert console.text_input(key="form_name").value == "Potters"


def test_a_campaign_that_is_not_there_is_a_sentence(console: AppTest) -> None:
    screen = show(console, CAMPAIGN, id=str(UUID(int=7)))
    assert "This campaign could not be read" in screen.error[0].value
    assert "Try again" in labels(screen)


def test_the_review_screen_offers_the_campaigns(console: AppTest) -> None:
    campaign_id = a_draft("Ceramics")
    screen = show(console, REVIEW, campaign=str(campaign_id))
    assert screen.selectbox(key="review_campaign").value == str(campaign_id)
    assert screen.selectbox(key="review_campaign").options == [
        "All campaigns",
        "Ceramics",
    ]


def test_the_account_screen_names_the_person(console: AppTest) -> None:
    assert "The operator" in written(show(console, ACCOUNT))


def test_an_ended_login_shows_no_data_and_leads_away(
    console: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_draft("Secret plans")
    monkeypatch.setattr(api_client, "handshake_token", lambda: "not a token")
    screen = show(console, CAMPAIGNS)
    assert "Your login has ended" in screen.info[0].value
    assert "Secret plans" not in written(screen)


def test_a_table_is_taken_and_its_columns_are_guessed(console: AppTest) -> None:
    show(console, NEW_CAMPAIGN)
    console.segmented_control(key="form_kind").set_value("table").run()
    table = b"username,full_name,about,Team size\nada,Ada,Potter,12\n"
    console.file_uploader(key="form_file").upload("people.csv", table).run()
    assert not console.exception
    chosen = {box.label: box.value for box in console.selectbox}
    assert chosen["Handle (needed)"] == "username"
    assert chosen["Description"] == "about"
    (further,) = console.multiselect
    assert further.options == ["team_size · Team size · 12"]


def test_a_file_that_is_no_table_is_refused_where_it_was_chosen(
    console: AppTest,
) -> None:
    show(console, NEW_CAMPAIGN)
    console.segmented_control(key="form_kind").set_value("table").run()
    console.file_uploader(key="form_file").upload("people.csv", b"").run()
    assert not console.exception
    assert "people.csv was not taken" in written(console)


def test_criteria_are_tried_on_what_a_campaign_has_then_saved(console: AppTest) -> None:
    taken = create_taken_run(criteria={"platforms": ["demo"], "weights": {"posts": 2}})
    store_handles(taken, "mira", "tal", followers=5_000)
    store_handles(taken, "kelp", followers=20)
    with transaction() as session:
        complete_campaign(session, taken.campaign_id, now=now())
        fail_run(session, taken, RefusedError("enough"), now=now())
    show(console, CAMPAIGN, id=str(taken.campaign_id))
    console.button(key="change_criteria").click().run()
    assert console.text_input(key="criteria_change_platforms").value == "demo"
    wrong = console.text_area(key="criteria_change_expressions")
    wrong.set_value("fans > 3").run()
    console.button(key="change_try").click().run()
    assert "there is no field fans at character 1" in written(console)
    right = console.text_area(key="criteria_change_expressions")
    right.set_value("followers > 1000").run()
    console.slider(key="criteria_change_threshold").set_value(80).run()
    console.button(key="change_try").click().run()
    assert "Of the last 3 public profiles, **2 would pass**; 3 do now" in written(
        console
    )
    console.button(key="change_save").click().run()
    assert not console.exception
    changed = api_client.api().get_campaign(taken.campaign_id)
    assert changed.criteria["expressions"][0]["expression"] == "followers > 1000"
    assert (changed.criteria["weights"], changed.threshold) == ({"posts": 2}, 80)
    assert "Expression: followers > 1000" in written(console)
    assert "3 public profiles scored under earlier criteria" in written(console)
