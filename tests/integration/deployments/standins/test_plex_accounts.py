"""The Plex stand-in speaks as plex.tv does."""

import httpx

from deployments.standins.plex_people import PEOPLE
from tests.fixtures.plex import JSON, Plex

OURS = JSON | {"X-Plex-Client-Identifier": "of-tests", "X-Plex-Product": "Tests"}


def new_pin(plex: Plex, **form: str) -> httpx.Response:
    return httpx.post(f"{plex.url}/api/v2/pins", data=form, headers=OURS)


def test_a_pin_is_made_for_a_client_and_read_by_it_alone(plex_stand_in: Plex) -> None:
    made = new_pin(plex_stand_in, strong="true")
    assert made.status_code == 201
    assert len(made.json()["code"]) == 25
    assert made.json()["expiresIn"] == 900
    assert made.json()["authToken"] is None
    address = f"{plex_stand_in.url}/api/v2/pins/{made.json()['id']}"
    assert httpx.get(address, headers=OURS).json()["id"] == made.json()["id"]
    other = OURS | {"X-Plex-Client-Identifier": "another"}
    assert httpx.get(address, headers=other).status_code == 404


def test_a_pin_that_is_not_strong_is_short_enough_to_type(plex_stand_in: Plex) -> None:
    assert len(new_pin(plex_stand_in).json()["code"]) == 4


def test_without_a_client_identifier_there_is_no_pin(plex_stand_in: Plex) -> None:
    refused = httpx.post(f"{plex_stand_in.url}/api/v2/pins", headers=JSON)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["code"] == 1000


def test_a_linked_pin_holds_the_token_of_whoever_linked_it(plex_stand_in: Plex) -> None:
    pin = new_pin(plex_stand_in, strong="true").json()
    plex_stand_in.link(pin["code"], "ida")
    told = httpx.get(f"{plex_stand_in.url}/api/v2/pins/{pin['id']}", headers=OURS)
    assert told.json()["authToken"] == plex_stand_in.token_of("ida")


def test_a_token_tells_who_somebody_is_and_what_they_may_use(
    plex_stand_in: Plex,
) -> None:
    headers = JSON | {"X-Plex-Token": plex_stand_in.token_of("eve@plex.example")}
    user = httpx.get(f"{plex_stand_in.url}/api/v2/user", headers=headers).json()
    assert (user["id"], user["username"]) == (104, "eve")
    resources = httpx.get(f"{plex_stand_in.url}/api/v2/resources", headers=headers)
    servers = [one for one in resources.json() if one["provides"] == "server"]
    assert [one["clientIdentifier"] for one in servers] == [
        "a-plex-server-of-somebody-else"
    ]


def test_a_wrong_token_or_password_is_refused_as_plex_does(plex_stand_in: Plex) -> None:
    wrong = JSON | {"X-Plex-Token": "wrong"}
    for path in ("user", "resources"):
        refused = httpx.get(f"{plex_stand_in.url}/api/v2/{path}", headers=wrong)
        assert refused.status_code == 401
        assert refused.json()["errors"][0]["code"] == 1001
    form = {"login": "ida", "password": "wrong"}
    sign_in = f"{plex_stand_in.url}/api/v2/users/signin"
    assert httpx.post(sign_in, data=form, headers=JSON).status_code == 401


def test_the_answer_is_xml_unless_json_is_asked_for(plex_stand_in: Plex) -> None:
    headers = {"X-Plex-Token": plex_stand_in.token_of("jon")}
    user = httpx.get(f"{plex_stand_in.url}/api/v2/user", headers=headers)
    assert user.headers["content-type"] == "application/xml"
    assert user.text.startswith('<user id="102"')
    resources = httpx.get(f"{plex_stand_in.url}/api/v2/resources", headers=headers)
    assert resources.text.count("<resource ") == 3


def test_everybody_is_invented_and_somebody_may_not_use_our_server() -> None:
    assert {one.may_use_ours for one in PEOPLE} == {True, False}
    assert all(one.email.endswith("@plex.example") for one in PEOPLE if one.email)
