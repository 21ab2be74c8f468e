"""How Plex's answers and failures are read."""

from collections.abc import Callable

import httpx
import pytest

from config.errors import BusyError, OutsideError, UnreachableError, UnreadableError
from tasks.clients.plex_accounts import (
    PlexAccounts,
    PlexNotSetUpError,
    PlexPin,
    PlexTokenRefusedError,
    plex_accounts,
    sign_in_address,
)
from tests.fixtures.database import read_settings_again

TOKEN = "a-token-that-nobody-may-see"
PIN = {
    "id": 5,
    "code": "q1",
    "expiresAt": "2024-05-01T10:00:00Z",
    "authToken": None,
    "newRegistration": None,
}


def plex_that(answer: Callable[[httpx.Request], httpx.Response]) -> PlexAccounts:
    client = httpx.Client(
        base_url="https://plex.example", transport=httpx.MockTransport(answer)
    )
    return PlexAccounts(client, client_identifier="of-tests")


def test_a_pin_is_asked_for_in_our_name() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(201, json=PIN)

    pin = plex_that(answer).create_pin()
    assert (pin.id, pin.code, pin.auth_token) == (5, "q1", None)
    assert seen[0].headers["x-plex-client-identifier"] == "of-tests"
    assert seen[0].headers["accept"] == "application/json"
    assert seen[0].content == b"strong=true"


def test_a_pin_that_plex_does_not_know_is_none() -> None:
    assert plex_that(lambda _: httpx.Response(404)).read_pin(5) is None


def test_only_servers_count_as_servers() -> None:
    resources = [
        {"clientIdentifier": "a", "provides": "server"},
        {"clientIdentifier": "b", "provides": "client,player"},
        {"clientIdentifier": "c", "provides": "client,server"},
    ]
    plex = plex_that(lambda _: httpx.Response(200, json=resources))
    assert plex.list_servers(TOKEN) == {"a", "c"}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(401), PlexTokenRefusedError),
        (httpx.Response(429), BusyError),
        (httpx.Response(503), UnreachableError),
        (httpx.Response(418), OutsideError),
        (httpx.Response(200, text="<user/>"), UnreadableError),
        (httpx.Response(200, json={"id": TOKEN}), UnreadableError),
        (httpx.Response(200, json=[]), UnreadableError),
    ],
)
def test_a_failure_has_our_name_and_tells_no_token(
    answer: httpx.Response, error: type[OutsideError]
) -> None:
    with pytest.raises(error) as failed:
        plex_that(lambda _: answer).read_person(TOKEN)
    assert TOKEN not in f"{failed.value} {failed.value.details}"


def test_no_answer_is_a_failure_that_may_pass() -> None:
    def silent(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectTimeout("no", request=request)

    with pytest.raises(UnreachableError):
        plex_that(silent).create_pin()


def test_the_person_is_sent_to_plexs_page_with_the_code(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("MUSTER_PLEX__SIGN_IN_URL", "https://app.plex.tv/auth")
    environment.setenv("MUSTER_PLEX__CLIENT_IDENTIFIER", "our console")
    read_settings_again()
    pin = PlexPin.model_validate(PIN)
    assert sign_in_address(pin) == (
        "https://app.plex.tv/auth#?clientID=our%20console&code=q1"
        "&context%5Bdevice%5D%5Bproduct%5D=Muster"
    )


def test_without_an_address_there_is_no_plex(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("MUSTER_PLEX__ACCOUNTS_URL", "")
    read_settings_again()
    with pytest.raises(PlexNotSetUpError):
        plex_accounts()
