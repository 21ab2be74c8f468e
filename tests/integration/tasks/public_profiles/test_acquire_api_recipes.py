"""What recipes ask of an interface: secrets, look-ups, details, lists of names."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from pydantic import SecretStr

from config.errors import RefusedError
from config.recipes.json_api import find_api_recipe
from tasks.clients.json_answers import NotThereError
from tasks.clients.json_door import ApiKey
from tests.fixtures.api_readings import (
    BY_CURSOR,
    PAGING,
    all_handles,
    handles,
    open_reading,
    read_all,
    recipe_for,
)
from tests.fixtures.json_service import JsonService, Said, json_service, person


@pytest.fixture
def service() -> Iterator[JsonService]:
    with json_service() as here:
        yield here


def test_a_secret_is_shown_to_its_own_host_alone(service: JsonService) -> None:
    key = ApiKey(SecretStr("open-sesame"), hosts=(service.host,))
    with json_service() as other:
        service.routes["/moved"] = lambda _: Said(
            {}, 302, {"Location": f"{other.url}/page"}
        )
        reading = open_reading(
            service,
            recipe_for("/moved", PAGING["/page"]),
            key=key,
            hosts=(service.host, other.host),
        )
        with closing(reading):
            reading.acquire(position={}, limit=5)
        assert service.asked[0].headers["authorization"] == "Bearer open-sesame"
        assert "authorization" not in other.asked[0].headers


def test_a_secret_in_a_parameter_is_in_no_position_and_no_message(
    service: JsonService,
) -> None:
    key = ApiKey(
        SecretStr("open-sesame"),
        hosts=(service.host,),
        place="query",
        name="key",
        form="${secret}",
    )
    reading = open_reading(service, recipe_for("/cursor", BY_CURSOR), key=key)
    with closing(reading):
        portion = reading.acquire(position={}, limit=10)
        service.first.append(Said({"message": "no, open-sesame"}, 400))
        with pytest.raises(RefusedError) as refused:
            reading.acquire(position=portion.position, limit=10)
    assert service.asked[0].one("key") == "open-sesame"
    assert "sesame" not in str(portion.position) + refused.value.message


def test_a_secret_that_comes_back_in_a_link_is_taken_out(
    service: JsonService,
) -> None:
    link = f'<{service.url}/link?key=open-sesame&since=10>; rel="next"'
    service.first.append(Said({"people": [person(0)]}, headers={"Link": link}))
    key = ApiKey(SecretStr("open-sesame"), (service.host,), "query", "key", "${secret}")
    reading = open_reading(service, recipe_for("/link", PAGING["/link"]), key=key)
    with closing(reading):
        portion = reading.acquire(position={}, limit=1)
        assert portion.position["at"] == f"{service.url}/link?since=10"
        reading.acquire(position=portion.position, limit=1)
    assert service.asked[1].query == {"key": ["open-sesame"], "since": ["10"]}


def test_details_are_asked_for_in_batches_and_complete_each_record(
    service: JsonService,
) -> None:
    recipe = find_api_recipe("bluesky-search")
    reading = open_reading(service, recipe, inputs={"query": "x"}, details=True)
    portions = read_all(reading)
    assert sorted(handles(portions)) == sorted(all_handles(service))
    assert all(one.posts is not None for p in portions for one in p.profiles)
    paths = [one.path.rpartition(".")[2] for one in service.asked]
    assert paths == ["searchActors"] * 4 + ["getProfiles"] * 2


def test_who_is_missing_in_an_answer_for_several_is_reported(
    service: JsonService,
) -> None:
    service.routes["/2/users/by"] = lambda _: Said(
        {"data": [{"username": "Ana", "id": "1", "name": "Ana"}], "errors": [{}]}
    )
    reading = open_reading(
        service, find_api_recipe("x-users"), inputs={"usernames": "@ana, @bo"}
    )
    [portion] = read_all(reading)
    assert handles([portion]) == ["Ana"]
    assert [one.reference for one in portion.unreadable] == ["@bo"]
    assert service.asked[0].one("usernames") == "ana,bo"


def test_somebody_who_is_gone_does_not_stop_the_others(service: JsonService) -> None:
    for login in ("ana", "cy"):
        service.routes[f"/users/{login}"] = lambda _, login=login: Said(
            {"login": login, "followers": 0}
        )
    reading = open_reading(
        service, find_api_recipe("github-users"), inputs={"logins": ["ana", "bo", "cy"]}
    )
    [portion] = read_all(reading)
    assert handles([portion]) == ["ana", "cy"]
    assert [one.followers for one in portion.profiles] == [0, 0]
    [gone] = portion.unreadable
    assert (gone.reference, "is not there (404)" in gone.reason) == ("bo", True)


def test_a_value_is_looked_up_once_and_kept_in_the_position(
    service: JsonService,
) -> None:
    service.routes["/api/v1/accounts/lookup"] = lambda _: Said({"id": "7"})
    service.routes["/api/v1/accounts/7/followers"] = lambda _: Said(
        [{"acct": f"f{n}", "followers_count": n} for n in range(6)]
    )
    recipe = find_api_recipe("mastodon-followers")
    first = open_reading(service, recipe, inputs={"account": "@ana"})
    with closing(first):
        position = first.acquire(position={}, limit=4).position
    with closing(open_reading(service, recipe, inputs={"account": "@ana"})) as again:
        rest = again.acquire(position=position, limit=4)
    assert (handles([rest]), rest.ended) == (["f4", "f5"], True)
    assert [one.path.rpartition("/")[2] for one in service.asked] == [
        "lookup",
        "followers",
        "followers",
    ]
    with closing(open_reading(service, recipe, inputs={"account": "bo"})) as gone:
        service.routes.clear()
        with pytest.raises(NotThereError):
            gone.acquire(position={}, limit=4)


def test_an_actor_of_the_fediverse_is_read_with_its_counts(
    service: JsonService,
) -> None:
    actor = {
        "id": f"{service.url}/users/ana",
        "type": "Person",
        "preferredUsername": "ana",
        "name": "Ana",
        "url": f"{service.url}/@ana",
        "summary": "<p>Potter</p>",
        "followers": f"{service.url}/users/ana/followers",
        "following": f"{service.url}/users/ana/following",
        "outbox": f"{service.url}/users/ana/outbox",
        "icon": {"type": "Image", "url": f"{service.url}/ana.png"},
    }
    service.routes["/users/ana"] = lambda _: Said(actor)
    service.routes["/users/ana/followers"] = lambda _: Said({"totalItems": 12})
    service.routes["/users/ana/following"] = lambda _: Said({}, 403)
    service.routes["/users/ana/outbox"] = lambda _: Said({"totalItems": 0})
    reading = open_reading(
        service,
        find_api_recipe("activitypub-actor"),
        base_url=None,
        inputs={"actors": [actor["id"], f"{service.url}/users/bo"]},
    )
    [portion] = read_all(reading)
    [ana] = portion.profiles
    assert (ana.platform, ana.handle, ana.kind) == (service.host, "ana", "person")
    assert (ana.followers, ana.following, ana.posts) == (12, None, 0)
    assert (ana.url, ana.bio) == (actor["url"], "Potter")
    assert "application/activity+json" in service.asked[0].headers["accept"]
    assert [one.reference[-3:] for one in portion.unreadable] == ["/bo"]


def test_what_a_service_makes_up_stops_nobody_else(service: JsonService) -> None:
    odd_actors = {
        "/users/a": {"preferredUsername": "a", "followers": "http://[broken"},
        "/users/b": {"preferredUsername": "b", "followers": "http://127.0.0.9:1/x"},
        "/users/c": {"preferredUsername": "c\ud83d\0", "id": "http://[broken"},
        "/users/d": {"preferredUsername": ["d"], "type": {"Person": 1}},
        "/users/e": {"preferredUsername": "e", "followers": {"totalItems": True}},
        "/users/f": {"preferredUsername": "f", "icon": 7, "url": 8, "outbox": None},
    }
    for path, actor in odd_actors.items():
        service.routes[path] = lambda _, actor=actor: Said(actor)
    service.routes["/users/g"] = lambda _: Said(b"[" * 100_000)
    actors = [service.url + path for path in (*odd_actors, "/users/g")]
    reading = open_reading(
        service,
        find_api_recipe("activitypub-actor"),
        base_url=None,
        inputs={"actors": [*actors, "http://[broken"]},
    )
    portions = read_all(reading)
    assert handles(portions) == ["a", "b", "e", "f"]
    known = [one for p in portions for one in p.profiles if one.followers is not None]
    assert known == []
    told = [one for portion in portions for one in portion.unreadable]
    assert len(told) == 4


def test_names_that_cannot_be_sent_are_told_and_the_rest_is_read(
    service: JsonService,
) -> None:
    people = [{"did": "did:plc:\ud83d"}, {"did": "\0"}, {"did": None}, person(4)]
    service.routes["/xrpc/app.bsky.actor.searchActors"] = lambda _: Said(
        {"actors": people}
    )
    service.routes["/xrpc/app.bsky.actor.getProfiles"] = lambda _: Said(
        {"profiles": [person(4)]}
    )
    reading = open_reading(
        service, find_api_recipe("bluesky-search"), inputs={"query": "x"}, details=True
    )
    portions = read_all(reading)
    assert handles(portions) == ["person4.example"]
    assert len([one for portion in portions for one in portion.unreadable]) == 3
