"""Who may open a WebSocket: by token, by cookie from our own page, or by a ticket."""

from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import text

from config.connections import redis_client
from config.vocabulary import Role
from tasks.database import transaction
from tests.factories.accounts import PASSWORD, create_account, create_login
from tests.fixtures.api import SignedIn
from tests.fixtures.database import read_settings_again
from tests.fixtures.live import live, refusal

EMAIL = "ana@muster.example"


@pytest.fixture
def cookies(visitor: httpx.Client) -> dict[str, str]:
    """Be a browser that has signed in."""
    create_account(Role.REVIEWER, email=EMAIL)
    asked = {"email": EMAIL, "password": PASSWORD}
    token = visitor.post("/auth/login", json=asked).json()["token"]
    return {"Cookie": f"__Host-access={token}"}


def own_page(client: httpx.Client) -> str:
    return f"http://{urlsplit(str(client.base_url)).netloc}"


def give_ticket(client: httpx.Client) -> str:
    answer = client.post("/tracking/ticket")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["expiresIn"] == 30
    return str(answer.json()["ticket"])


def test_nobody_connects_without_saying_who_they_are(visitor: httpx.Client) -> None:
    status, problem = refusal(visitor, headers={})
    assert (status, problem["error"]) == (401, "INVALID_TOKEN")
    assert len(problem["correlationId"]) == 16


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", ""])
def test_a_token_that_is_not_ours_is_refused(visitor: httpx.Client, token: str) -> None:
    status, _ = refusal(visitor, headers={"Authorization": f"Bearer {token}"})
    assert status == 401


def test_a_token_in_the_address_is_not_looked_at(visitor: httpx.Client) -> None:
    token = create_login().tokens.access
    status, _ = refusal(visitor, headers={}, token=token, access_token=token)
    assert status == 401


def test_the_permission_to_read_analytics_is_needed(operator: httpx.Client) -> None:
    with transaction() as session:
        session.execute(text("UPDATE accounts SET roles = '{}'"))
    status, problem = refusal(operator)
    assert (status, problem["error"]) == (403, "missing_permission")
    assert problem["details"] == {"permission": "analytics.read"}


def test_a_program_connects_with_its_token(operator: httpx.Client) -> None:
    with live(operator) as client:
        assert client.hear()["type"] == "ready"


def test_both_forms_of_the_path_answer(operator: httpx.Client) -> None:
    with live(operator, path="/api/v1/tracking/ws") as client:
        assert client.hear()["type"] == "ready"


def test_a_browser_that_signed_in_connects_from_our_page(
    visitor: httpx.Client, cookies: dict[str, str]
) -> None:
    with live(visitor, headers=cookies, origin=own_page(visitor)) as client:
        assert client.hear()["type"] == "ready"


@pytest.mark.parametrize(
    "origin",
    [None, "null", "http://evil.example", "http://127.0.0.1:1", "evil.example"],
)
def test_a_cookie_is_not_enough_for_another_page_or_for_none(
    visitor: httpx.Client, cookies: dict[str, str], origin: str | None
) -> None:
    status, problem = refusal(visitor, headers=cookies, origin=origin)
    assert (status, problem["error"]) == (403, "foreign_origin")


def test_what_a_browser_says_of_the_site_does_not_replace_the_origin(
    visitor: httpx.Client, cookies: dict[str, str]
) -> None:
    headers = cookies | {"Sec-Fetch-Site": "same-origin"}
    status, _ = refusal(visitor, headers=headers, origin="http://evil.example")
    assert status == 403


def test_a_ticket_opens_one_connection_and_is_used_up(operator: httpx.Client) -> None:
    ticket = give_ticket(operator)
    with live(operator, headers={}, ticket=ticket) as client:
        assert client.hear()["type"] == "ready"
    status, problem = refusal(operator, headers={}, ticket=ticket)
    assert (status, problem["error"]) == (401, "INVALID_TOKEN")


def test_a_ticket_is_used_up_by_a_page_that_may_not_use_it(
    operator: httpx.Client,
) -> None:
    ticket = give_ticket(operator)
    status, _ = refusal(
        operator, headers={}, origin="http://evil.example", ticket=ticket
    )
    assert status == 403
    assert refusal(operator, headers={}, ticket=ticket)[0] == 401


@pytest.mark.parametrize("ticket", ["", "invented", "\0", "ü"])
def test_a_ticket_nobody_was_given_is_refused(
    operator: httpx.Client, ticket: str
) -> None:
    assert refusal(operator, ticket=ticket)[0] == 401


def test_a_ticket_is_too_old_after_its_time(
    environment: pytest.MonkeyPatch, operator: httpx.Client
) -> None:
    environment.setenv("MUSTER_EVENTS__TICKET_LIFETIME", "PT0.02S")
    read_settings_again()
    ticket = operator.post("/tracking/ticket").json()["ticket"]
    (key,) = redis_client().keys("muster:ticket:*") or (None,)
    while key is not None and redis_client().exists(key):
        continue
    assert refusal(operator, headers={}, ticket=ticket)[0] == 401


def test_a_ticket_ends_with_the_login_that_asked_for_it(
    operator: httpx.Client,
) -> None:
    ticket = give_ticket(operator)
    assert operator.post("/auth/logout").status_code == 204
    assert refusal(operator, headers={}, ticket=ticket)[0] == 401


def test_a_ticket_is_nothing_but_a_ticket(operator: httpx.Client) -> None:
    headers = {"Authorization": f"Bearer {give_ticket(operator)}"}
    assert operator.get("/auth/me", headers=headers).status_code == 401
    assert refusal(operator, headers=headers)[0] == 401


def test_redis_does_not_hold_a_ticket_that_could_be_used(
    operator: httpx.Client,
) -> None:
    ticket = give_ticket(operator).encode()
    keys = redis_client().keys("*")
    assert not [key for key in keys if ticket in key]


def test_a_ticket_is_given_only_to_whoever_may_follow(visitor: httpx.Client) -> None:
    assert visitor.post("/tracking/ticket").status_code == 401


@pytest.mark.parametrize(
    "query",
    [
        {"last_event_id": "x"},
        {"last_event_id": -1},
        {"last_event_id": 10**30},
        {"campaignId": "x"},
        {"types": "gossip"},
    ],
)
def test_a_question_that_cannot_be_read_is_a_problem_like_any_other(
    operator: httpx.Client, query: dict[str, object]
) -> None:
    status, problem = refusal(operator, **query)
    assert (status, problem["error"]) == (422, "validation_error")
    assert problem["details"]["fields"]


def test_a_campaign_that_is_not_there_is_not_found(signed_in: SignedIn) -> None:
    nobody_s = "00000000-0000-0000-0000-000000000000"
    status, _ = refusal(signed_in(Role.REVIEWER), campaignId=nobody_s)
    assert status == 404


def test_a_connection_counts_like_a_request_and_is_refused_beyond_the_limit(
    environment: pytest.MonkeyPatch, operator: httpx.Client
) -> None:
    environment.setenv("MUSTER_LIMITS__INTERACTIVE", "1")
    read_settings_again()
    with live(operator) as client:
        assert client.hear()["type"] == "ready"
    status, problem = refusal(operator)
    assert (status, problem["error"]) == (429, "rate_limited")
    assert problem["retryAfter"] > 0
