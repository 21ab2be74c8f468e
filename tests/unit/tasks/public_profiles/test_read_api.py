"""Records of JSON interfaces: what is stated is read, what is not stays unknown."""

from typing import Any

import pytest

from config.errors import InvalidError, UnreadableError
from config.recipes.json_api import find_api_recipe
from tasks.public_profiles.api_inputs import (
    address_of,
    check_api_source,
    list_chunks,
)
from tasks.public_profiles.read_api import (
    list_records,
    look,
    read_error_with,
    read_record,
)
from tasks.public_profiles.schemas import AcquiredProfile, JsonApiSource


def read(recipe: str, record: Any) -> AcquiredProfile:
    built, unclear = read_record(record, find_api_recipe(recipe))
    assert isinstance(built, AcquiredProfile), built
    assert unclear == []
    return built


@pytest.mark.parametrize(
    ("recipe", "record"),
    [
        ("mastodon-directory", {"acct": "ana"}),
        ("bluesky-search", {"handle": "ana"}),
        ("youtube-channels", {"id": "ana"}),
        ("youtube-search", {"id": {"channelId": "ana"}}),
        ("x-users", {"username": "ana"}),
        ("instagram-business", {"username": "ana"}),
        ("github-users", {"login": "ana"}),
        ("activitypub-actor", {"preferredUsername": "ana"}),
    ],
)
def test_a_record_that_states_a_name_alone_yields_nothing_else(
    recipe: str, record: dict[str, Any]
) -> None:
    one = read(recipe, record)
    stated = {name for name, value in one if value not in {None, ()}}
    assert stated - {"external_id"} == {"platform", "handle"}
    assert one.handle == "ana"


def test_a_hidden_count_is_unknown_and_a_zero_is_zero() -> None:
    hidden = {"hiddenSubscriberCount": True, "subscriberCount": "0", "videoCount": "0"}
    one = read("youtube-channels", {"id": "UC1", "statistics": hidden})
    assert (one.followers, one.posts) == (None, 0)
    shown = {"hiddenSubscriberCount": False, "subscriberCount": "1200"}
    assert read("youtube-channels", {"id": "U", "statistics": shown}).followers == 1200


def test_a_count_that_is_null_or_negative_is_never_a_number() -> None:
    record = {"acct": "ana", "followers_count": None, "statuses_count": -1}
    built, unclear = read_record(record, find_api_recipe("mastodon-search"))
    assert isinstance(built, AcquiredProfile)
    assert (built.followers, built.posts) == (None, None)
    assert unclear == ["posts: -1 is not a count; left unknown"]


@pytest.mark.parametrize(
    ("stated", "verified"),
    [
        ({"verifiedStatus": "valid"}, True),
        ({"verifiedStatus": "none"}, False),
        ({"verifiedStatus": "of another kind"}, None),
        (None, None),
    ],
)
def test_a_services_own_words_are_translated_or_unknown(
    stated: Any, *, verified: bool | None
) -> None:
    record = {"handle": "ana", "verification": stated}
    assert read("bluesky-follows", record).verified is verified


def test_a_name_that_looks_like_nothing_is_a_name() -> None:
    assert read("x-users", {"username": "null", "verified": False}).handle == "null"


def test_text_that_is_escaped_or_marked_up_is_read_as_text() -> None:
    snippet = {"title": "Salt &amp; Sea", "description": "It&#39;s"}
    found = read("youtube-search", {"id": {"channelId": "U"}, "snippet": snippet})
    assert (found.display_name, found.bio) == ("Salt & Sea", "It's")
    assert read("mastodon-search", {"acct": "a", "note": "<p>Hi</p>"}).bio == "Hi"


@pytest.mark.parametrize(
    "url",
    [
        "https://s.example/@ana",
        [{"type": "Link", "mediaType": "text/html", "href": "https://s.example/@ana"}],
        {"type": "Link", "href": "https://s.example/@ana"},
    ],
)
def test_an_actors_address_is_read_in_every_form_it_may_have(url: Any) -> None:
    record = {
        "id": "https://s.example/u/1",
        "type": ["Person"],
        "preferredUsername": "ana",
        "url": url,
        "icon": [{"type": "Image", "url": "https://s.example/a.png"}],
    }
    one = read("activitypub-actor", record)
    assert (one.url, one.platform) == ("https://s.example/@ana", "s.example")
    assert (one.kind, one.picture_url) == ("person", "https://s.example/a.png")


@pytest.mark.parametrize(
    ("kind", "word"),
    [("User", "person"), ("Organization", "organisation"), ("Mannequin", None)],
)
def test_the_kind_is_said_in_our_words(kind: str, word: str | None) -> None:
    assert read("github-search", {"login": "a", "type": kind}).kind == word


def test_an_answer_without_the_list_is_unreadable_unless_it_says_none() -> None:
    search = find_api_recipe("x-search")
    assert list_records({"meta": {"result_count": 0}}, search, url="u") == []
    one = {"data": {"id": "1", "username": "ana"}}
    assert list_records(one, search, url="u") == [one["data"]]
    for document in ({}, [], None, "x", {"data": {"id": 1}}):
        with pytest.raises(UnreadableError):
            list_records(document, search, url="u")


def test_an_expression_that_does_not_fit_finds_nothing() -> None:
    assert look("length(@)", 7) is None
    assert look("a.b[0].c", [1]) is None


def test_errors_are_understood_in_each_services_words() -> None:
    google = read_error_with(find_api_recipe("youtube-search"))
    limited = {"error": {"errors": [{"reason": "rateLimitExceeded"}], "message": "m"}}
    assert google(limited).is_busy
    assert not google({"error": {"errors": [{"reason": "forbidden"}]}}).is_busy
    meta = read_error_with(find_api_recipe("instagram-business"))
    assert meta({"error": {"code": 4}}).is_busy
    assert meta({"error": {"code": 110, "message": "Invalid"}}).is_gone
    assert not meta({"error": {"code": 100}}).is_gone
    assert meta(None).message is None
    github = read_error_with(find_api_recipe("github-users"))
    assert github({"message": "API rate limit exceeded for 192.0.2.1"}).is_busy
    assert not github({}).is_busy


def source(recipe: str, **stated: Any) -> JsonApiSource:
    return JsonApiSource.model_validate({"recipe": recipe, **stated})


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (source("no-such"), "source.recipe"),
        (source("bluesky-search"), "source.inputs.query"),
        (
            source("bluesky-search", inputs={"query": "x", "q": "y"}),
            "source.inputs.q",
        ),
        (
            source("bluesky-search", inputs={"query": ["x", "y"]}),
            "source.inputs.query",
        ),
        (source("mastodon-directory"), "source.baseUrl"),
        (
            source("mastodon-directory", base_url="http://a", inputs={"order": "up"}),
            "source.inputs.order",
        ),
        (source("x-users", inputs={"usernames": "a"}), "source.secret"),
        (
            source("x-users", secret="x", inputs={"usernames": "a/b"}),
            "source.inputs.usernames",
        ),
        (source("github-users", inputs={"logins": " , "}), "source.inputs.logins"),
        (
            source("github-users", inputs={"logins": "a"}, recipe_version=99),
            "source.recipeVersion",
        ),
        (
            source("github-users", inputs={"logins": "a"}, details=True),
            "source.details",
        ),
    ],
)
def test_a_source_that_cannot_be_read_names_the_field(
    wrong: JsonApiSource, field: str
) -> None:
    with pytest.raises(InvalidError) as refused:
        check_api_source(wrong)
    assert refused.value.field == field


def test_many_names_are_asked_for_in_chunks_and_once() -> None:
    recipe = find_api_recipe("x-users")
    names = [f"@user{number}" for number in range(250)]
    chunks = list_chunks(
        source("x-users", inputs={"usernames": [*names, *names]}), recipe
    )
    assert [len(chunk["username"]) for chunk in chunks] == [100, 100, 50]
    url = address_of(
        recipe.request, base="https://api.x.com", values={"username": ["a", "b"]}
    )
    assert url is not None
    assert url.startswith("https://api.x.com/2/users/by?usernames=a,b&user.fields=id,")


def test_inputs_cannot_leave_their_place_in_an_address() -> None:
    search = find_api_recipe("bluesky-search")
    url = address_of(search.request, base="https://h", values={"query": ["a&b=c#d"]})
    assert url == "https://h/xrpc/app.bsky.actor.searchActors?q=a%26b%3Dc%23d&limit=100"
    users = find_api_recipe("github-users")
    assert (
        address_of(users.request, base="https://h", values={"login": ["a/../b?c"]})
        == "https://h/users/a%2F..%2Fb%3Fc"
    )
