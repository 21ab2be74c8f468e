"""The review screen's own half: which cards, which rows, and saved views."""

from uuid import UUID

from streamlit.testing.v1 import AppTest

from config.vocabulary import Decision
from tests.fixtures.console import labels, show
from ui.console.routes import REVIEW


def test_cards_are_shown_first_highest_score_first(console: AppTest) -> None:
    screen = show(console, REVIEW)
    assert screen.segmented_control(key="review_view").value == "Cards"
    assert screen.segmented_control(key="review_queue").value == Decision.PENDING
    assert screen.selectbox(key="review_order").value == "score"


def test_the_address_names_queue_and_order_of_the_cards(console: AppTest) -> None:
    screen = show(console, REVIEW, queue="maybe", order="oldest")
    assert screen.segmented_control(key="review_queue").value == Decision.MAYBE
    assert screen.selectbox(key="review_order").value == "oldest"


def test_the_list_takes_its_filter_from_the_address(console: AppTest) -> None:
    screen = show(
        console, REVIEW, show="list", state="approved,maybe", min="60", search="tea"
    )
    assert screen.segmented_control(key="review_status").value == ["approved", "maybe"]
    assert screen.slider(key="review_scores").value == (60, 100)
    assert screen.text_input(key="review_search").value == "tea"


def test_a_filter_that_is_changed_is_in_the_address(console: AppTest) -> None:
    screen = show(console, REVIEW, show="list")
    screen.text_input(key="review_search").set_value("vinyl").run()
    screen.selectbox(key="review_sort").set_value("uncertainty").run()
    assert screen.query_params["search"] == "vinyl"
    assert screen.query_params["sort"] == "uncertainty"


def test_the_filter_of_the_list_outlives_a_look_at_the_cards(console: AppTest) -> None:
    screen = show(console, REVIEW, show="list", search="tea")
    screen.segmented_control(key="review_view").set_value("Cards").run()
    screen.segmented_control(key="review_view").set_value("List").run()
    assert screen.text_input(key="review_search").value == "tea"


def test_an_address_that_makes_no_sense_shows_what_waits(console: AppTest) -> None:
    screen = show(console, REVIEW, show="list", state="lost", min="many", by="me")
    assert screen.segmented_control(key="review_status").value == ["pending"]


def test_a_view_is_saved_found_again_and_forgotten(console: AppTest) -> None:
    screen = show(console, REVIEW, show="list", state="approved", search="tea")
    screen.text_input(key="view_name").set_value("Tea people").run()
    screen.checkbox(key="view_shared").check().run()
    screen.button(key="view_save").click().run()
    assert not screen.exception
    assert "Tea people" in labels(screen)
    screen.text_input(key="review_search").set_value("").run()
    next(one for one in screen.button if one.label == "Tea people").click().run()
    assert screen.text_input(key="review_search").value == "tea"
    assert screen.segmented_control(key="review_status").value == ["approved"]
    screen.button(key="view_delete").click().run()
    assert "Tea people" not in labels(screen)


def test_a_second_view_of_the_same_name_is_refused_in_words(console: AppTest) -> None:
    screen = show(console, REVIEW, show="list")
    for _ in range(2):
        screen.text_input(key="view_name").set_value("Mine").run()
        screen.button(key="view_save").click().run()
    assert "The view was not saved" in screen.error[0].value


def test_a_campaign_that_is_not_there_is_a_sentence(console: AppTest) -> None:
    screen = show(console, REVIEW, campaign=str(UUID(int=7)))
    assert "The review queue could not be read" in screen.error[0].value
