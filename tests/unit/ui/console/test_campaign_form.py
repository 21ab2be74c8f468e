"""What a person typed, as a request; and problems at the fields they name."""

from typing import Any

import pytest
from pydantic import ValidationError

from config.recipes.json_api import find_api_recipe
from flows.campaign_life import CampaignRequest
from tasks.public_profiles.api_inputs import list_chunks
from tasks.public_profiles.schemas import (
    Exit,
    HtmlPagesSource,
    JsonApiSource,
    ProxiesWish,
)
from ui.console.api_door import FieldProblem
from ui.console.campaign_form import (
    PLACES,
    build_criteria,
    build_request,
    check_form,
    find_place,
    keep_unshown,
    place_problems,
    split_words,
    typed_of_criteria,
)

PAGES = {
    "kind": "html_pages",
    "name": " Potters ",
    "listing_url": "https://people.example/all",
    "recipe": "mastodon",
    "threshold": 60,
    "wanted": 200,
    "review_rule": "One reviewer decides",
}
BROWSER_PAGES = PAGES | {
    "kind": "browser_pages",
    "browser_profile_ids": ["0198f0f0-0000-7000-8000-000000000001"],
    "browsers_at_once": 2,
    "loads_pictures": False,
}
TABLE = {
    "kind": "table",
    "name": "Potters",
    "table_id": "0198f0f0-0000-7000-8000-000000000000",
    "form": "csv",
    "columns": {"handle": "user"},
    "platform": " mastodon ",
    "threshold": 50,
    "wanted": 10,
    "review_rule": "Two of three must agree",
}
API = {
    "kind": "json_api",
    "name": "Potters",
    "recipe": "x-users",
    "recipe_version": 1,
    "inputs": {"usernames": " @ana, lev\nmira\n"},
    "inputs_many": ["usernames"],
    "inputs_needed": ["usernames"],
    "secret": "x",
    "secret_needed": True,
    "exit_vpn": "nl",
    "threshold": 50,
    "wanted": 10,
    "review_rule": "One reviewer decides",
}


def test_words_may_be_typed_with_commas_or_lines() -> None:
    assert split_words(" music,  travel\nmusic; sea ,") == ["music", "travel", "sea"]


@pytest.mark.parametrize("typed", [PAGES, BROWSER_PAGES, TABLE, API])
def test_a_filled_form_is_a_request_the_api_takes(typed: dict[str, Any]) -> None:
    more = {
        "followers_min": 100,
        "followers_max": None,
        "keywords": "music",
        "excluded_words": "casino",
        "excluded_handles": "@Mira\ndemo:tal\n",
        "verified": False,
    }
    assert check_form(typed | more) == []
    asked = CampaignRequest.model_validate(build_request(typed | more))
    assert asked.name == "Potters"
    assert asked.criteria.followers is not None
    assert asked.criteria.followers.min == 100
    assert asked.criteria.followers.max is None
    assert asked.criteria.excluded_words == ("casino",)
    assert asked.criteria.excluded_handles == ("@Mira", "demo:tal")
    assert asked.criteria.verified is False


@pytest.mark.parametrize(("typed", "rule"), [(PAGES, (1, 1)), (TABLE, (2, 3))])
def test_how_many_must_agree_is_a_rule_of_the_campaign(
    typed: dict[str, Any], rule: tuple[int, int]
) -> None:
    asked = CampaignRequest.model_validate(build_request(typed))
    assert (asked.review_rule.opinions, asked.review_rule.of) == rule


def read_pages(**typed: str) -> HtmlPagesSource:
    source = CampaignRequest.model_validate(build_request(PAGES | typed)).source
    assert isinstance(source, HtmlPagesSource)
    return source


def test_pages_leave_directly_by_a_vpn_location_or_through_proxies() -> None:
    direct = read_pages(exit_vpn="nl", proxy_tags="fast")
    assert (direct.exit, direct.proxies) == (None, None)
    tunnelled = read_pages(way_out="vpn", exit_vpn=" nl ")
    assert tunnelled.exit is not None
    assert (tunnelled.exit.vpn, tunnelled.proxies) == ("nl", None)
    proxied = read_pages(way_out="proxies", proxy_tags="fast, de", proxy_country="DE")
    assert proxied.exit is None
    assert proxied.proxies == ProxiesWish(tags=("fast", "de"), country="DE")
    assert read_pages(way_out="proxies").proxies == ProxiesWish()


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ({"way_out": "vpn", "exit_vpn": "a b"}, "source.exit"),
        ({"way_out": "proxies", "proxy_country": "D"}, "source.proxies.country"),
    ],
)
def test_a_wrong_way_out_is_told_at_its_field(
    typed: dict[str, str], place: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        CampaignRequest.model_validate(build_request(PAGES | typed))
    path = ".".join(str(part) for part in refused.value.errors()[0]["loc"])
    problem = FieldProblem(path=path, message="wrong")
    assert place_problems([problem]) == {place: ["wrong"]}


def test_a_vpn_location_must_be_named() -> None:
    assert [one.path for one in check_form(PAGES | {"way_out": "vpn"})] == [
        "source.exit"
    ]


def test_pages_do_not_leave_by_a_tunnel_and_by_proxies() -> None:
    asked = build_request(PAGES | {"way_out": "proxies"})
    asked["source"]["exit"] = {"vpn": "nl"}
    with pytest.raises(ValidationError, match="not both"):
        CampaignRequest.model_validate(asked)


def test_what_is_left_out_is_no_criterion() -> None:
    assert build_request(PAGES)["criteria"] == {}


def test_an_empty_form_names_each_field_that_is_missing() -> None:
    empty_pages = {"kind": "html_pages", "threshold": 50, "wanted": 1}
    empty_table = {"kind": "table", "threshold": 50, "wanted": 1}
    assert set(place_problems(check_form(empty_pages))) == {
        "name",
        "source.listing_url",
        "source.recipe",
    }
    assert set(place_problems(check_form(empty_table))) == {"name", "source.table_id"}


def test_pages_in_a_browser_need_a_browser_profile() -> None:
    missing = check_form(BROWSER_PAGES | {"browser_profile_ids": []})
    assert set(place_problems(missing)) == {"source.browser_profile_ids"}


@pytest.mark.parametrize(
    ("typed", "asked"), [(None, None), (60, {"maxAgeMinutes": 60})]
)
def test_a_campaign_in_browsers_may_demand_a_leak_test(
    typed: int | None, asked: dict[str, int] | None
) -> None:
    request = build_request(BROWSER_PAGES | {"leak_test_max_age": typed})
    assert request["source"]["leakTest"] == asked
    assert (
        "leakTest" not in build_request(PAGES | {"leak_test_max_age": typed})["source"]
    )


@pytest.mark.parametrize("wanted", [False, True])
def test_a_campaign_in_browsers_says_whether_pictures_are_wanted(
    wanted: object,
) -> None:
    request = build_request(BROWSER_PAGES | {"loads_pictures": wanted})
    assert request["source"]["loadsPictures"] == wanted


def test_a_table_needs_a_column_for_the_handle() -> None:
    missing = check_form(TABLE | {"columns": {"bio": "about"}})
    assert set(place_problems(missing)) == {"source.columns"}


def test_a_range_that_nothing_can_meet_is_refused_at_its_field() -> None:
    wrong = check_form(PAGES | {"posts_min": 9, "posts_max": 3})
    assert place_problems(wrong) == {
        "criteria.posts": ["9 to 3 matches nothing: swap them, or leave one out."]
    }


def test_a_word_cannot_be_wanted_and_excluded() -> None:
    wrong = check_form(PAGES | {"keywords": "Music, sea", "excluded_words": "music"})
    assert set(place_problems(wrong)) == {"criteria.excluded_words"}


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("name", "name"),
        ("body.name", "name"),
        ("source.html_pages.listingUrl", "source.listing_url"),
        ("source.table.columns.handle", "source.columns"),
        ("source.columns.displayName", "source.columns"),
        ("source.browser_pages.leakTest.maxAgeMinutes", "source.leak_test"),
        ("criteria.followers.min", "criteria.followers"),
        ("criteria.excludedWords.0", "criteria.excluded_words"),
        ("criteria.excludedHandles.7", "criteria.excluded_handles"),
        ("source", "source"),
        ("weather", ""),
        ("", ""),
    ],
)
def test_a_path_of_the_api_finds_its_field(path: str, place: str) -> None:
    assert find_place(path) == place


def test_a_problem_without_a_field_is_not_swallowed() -> None:
    placed = place_problems([FieldProblem(path="weather", message="Value error, wet")])
    assert placed == {"": ["wet"]}


def test_narrow_places_stand_before_wide_ones() -> None:
    for index, wide in enumerate(PLACES):
        assert not any(later.startswith(wide + ".") for later in PLACES[index:])


def test_an_interface_is_asked_with_its_inputs_its_secret_and_its_exit() -> None:
    source = CampaignRequest.model_validate(build_request(API)).source
    assert isinstance(source, JsonApiSource)
    assert list_chunks(source, find_api_recipe("x-users")) == [
        {"usernames": ["@ana", "lev", "mira"], "username": ["ana", "lev", "mira"]}
    ]
    assert (source.secret, source.recipe_version) == ("x", 1)
    assert source.exit == Exit(vpn="nl")


def test_what_an_interface_needs_is_told_at_its_fields_before_it_is_asked() -> None:
    bare = API | {"inputs": {"usernames": " "}, "secret": None, "base_url_needed": True}
    placed = place_problems(check_form(bare))
    assert set(placed) == {"source.inputs", "source.secret", "source.base_url"}
    assert placed["source.inputs"][0].startswith("usernames: ")
    assert list(place_problems(check_form(API | {"recipe": None}))) == ["source.recipe"]
    assert find_place("body.source.json_api.baseUrl") == "source.base_url"


CRITERIA = {
    "followers": {"min": 10, "max": None},
    "engagement": {"min": 0.01, "max": 0.25},
    "accountAge": {"max": 3650},
    "activity": 30,
    "weights": {"followers": 2},
    "expressions": [
        {"expression": "posts > 3", "name": "busy", "weight": 2},
        {"expression": "followers > 5", "name": "", "weight": 1},
    ],
}


def test_criteria_come_out_of_the_form_as_they_went_in() -> None:
    built = build_criteria(typed_of_criteria(CRITERIA))
    assert keep_unshown(built, CRITERIA) == CRITERIA


def test_an_expression_that_is_written_anew_loses_its_old_name_and_weight() -> None:
    typed = typed_of_criteria(CRITERIA) | {"expressions": "posts > 4\nfollowers > 5"}
    kept = keep_unshown(build_criteria(typed), CRITERIA)
    assert kept["expressions"] == [
        {"expression": "posts > 4"},
        {"expression": "followers > 5", "name": "", "weight": 1},
    ]


def test_bounds_that_are_taken_out_of_the_form_are_gone() -> None:
    typed = typed_of_criteria(CRITERIA) | {"engagement_max": None}
    typed["account_age_max"] = None
    kept = keep_unshown(build_criteria(typed), CRITERIA)
    assert kept["engagement"] == {"min": 0.01}
    assert "accountAge" not in kept
