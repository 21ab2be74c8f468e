"""Sign-in through Plex: by PIN and by token, for people of our server only."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Event
from time import monotonic

import httpx
import pytest

from config.vocabulary import Role
from tests.factories.accounts import create_account
from tests.fixtures.api import SignedIn, serving
from tests.fixtures.database import read_settings_again
from tests.fixtures.plex import Plex, running_plex
from ui.api.app import create_app

Serve = Callable[..., httpx.Client]
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}


class Browser:
    """A browser that began a sign-in through Plex."""

    def __init__(self, visitor: httpx.Client) -> None:
        self._visitor = visitor
        begun = visitor.post("/auth/plex/pin", headers=OWN_PAGE)
        assert begun.status_code == 201, begun.text
        self.set_cookie = begun.headers["set-cookie"]
        self.told = begun.json()
        self.pin_id: int = self.told["pinId"]
        self.headers = OWN_PAGE | {"Cookie": self.set_cookie.partition(";")[0]}
        visitor.cookies.clear()

    def state(self) -> str:
        """Ask how far it is."""
        answer = self._visitor.get(
            f"/auth/plex/pin/{self.pin_id}", headers=self.headers
        )
        assert answer.status_code == 200, answer.text
        told: str = answer.json()["status"]
        return told

    def sign_in(self) -> httpx.Response:
        """Try to use it."""
        answer = self._visitor.post(
            "/auth/login", json={"plexPinId": self.pin_id}, headers=self.headers
        )
        self._visitor.cookies.clear()
        return answer


@pytest.fixture
def serve(environment: pytest.MonkeyPatch, database: str) -> Iterator[Serve]:
    """Serve the API to a visitor, with other settings of Plex."""
    assert database
    with ExitStack() as opened:

        def start(**variables: str) -> httpx.Client:
            for name, value in variables.items():
                environment.setenv(f"MUSTER_PLEX__{name}", value)
            read_settings_again()
            url = opened.enter_context(serving(create_app()))
            return opened.enter_context(httpx.Client(base_url=url))

        yield start


@pytest.fixture
def visitor(serve: Serve, plex_stand_in: Plex) -> httpx.Client:
    """Serve an API that knows the stand-in."""
    return serve(ACCOUNTS_URL=plex_stand_in.url)


@pytest.fixture
def plex(plex_stand_in: Plex) -> Plex:
    return plex_stand_in


@pytest.fixture
def browser(visitor: httpx.Client) -> Browser:
    return Browser(visitor)


def sign_in(visitor: httpx.Client, token: str) -> httpx.Response:
    answer = visitor.post("/auth/login", json={"plexToken": token})
    visitor.cookies.clear()
    return answer


def test_a_pin_is_pending_until_somebody_links_it_and_then_signs_in(
    browser: Browser, plex: Plex
) -> None:
    assert browser.told["authUrl"].startswith(f"{plex.url}/auth#?clientID=muster&code=")
    assert browser.state() == "pending"
    early = browser.sign_in()
    assert (early.status_code, early.json()["error"]) == (409, "plex_pin_pending")
    plex.link(browser.told["code"], "ida")
    assert browser.state() == "linked"
    answer = browser.sign_in()
    assert answer.status_code == 200
    assert answer.json()["user"]["displayName"] == "Ida Holm"
    assert answer.json()["user"]["roles"] == ["reviewer"]
    assert any(
        "__Host-refresh" in line for line in answer.headers.get_list("set-cookie")
    )


def test_a_pin_belongs_to_the_browser_that_began_it(
    browser: Browser, visitor: httpx.Client, plex: Plex
) -> None:
    for word in ("HttpOnly", "Secure", "SameSite=strict", "Max-Age="):
        assert word in browser.set_cookie
    plex.link(browser.told["code"], "ida")
    path, asked = f"/auth/plex/pin/{browser.pin_id}", {"plexPinId": browser.pin_id}
    name, _, sealed = browser.headers["Cookie"].partition("=")
    other = Browser(visitor)
    for cookie in (
        "",
        other.headers["Cookie"],
        f"{name}={browser.pin_id}.{sealed.partition('.')[2][::-1]}",
        f"{name}={browser.pin_id}",
    ):
        headers = {**OWN_PAGE, "Cookie": cookie}
        for answer in (
            visitor.get(path, headers=headers),
            visitor.post("/auth/login", json=asked, headers=headers),
        ):
            assert answer.status_code == 404
            assert answer.json()["error"] == "plex_pin_unknown"
    assert browser.sign_in().status_code == 200


def test_a_pin_that_nobody_used_in_time_is_expired(
    serve: Serve, tmp_path: Path
) -> None:
    with running_plex(tmp_path, "--pin-seconds", "0.3") as hasty:
        browser = Browser(serve(ACCOUNTS_URL=hasty.url))
        deadline = monotonic() + 20
        while browser.state() != "expired":
            assert monotonic() < deadline
            Event().wait(0.05)
        answer = browser.sign_in()
        assert (answer.status_code, answer.json()["error"]) == (401, "plex_pin_expired")


def test_a_plex_account_alone_opens_nothing(
    visitor: httpx.Client, browser: Browser, plex: Plex
) -> None:
    plex.link(browser.told["code"], "eve")
    for answer in (browser.sign_in(), sign_in(visitor, plex.token_of("eve"))):
        assert (answer.status_code, answer.json()["error"]) == (403, "no_plex_access")
        assert not answer.headers.get_list("set-cookie")


def test_a_token_that_plex_does_not_know_is_refused(visitor: httpx.Client) -> None:
    for _ in range(8):
        answer = sign_in(visitor, "never-given-out")
        assert (answer.status_code, answer.json()["error"]) == (
            401,
            "invalid_plex_token",
        )


def test_whoever_guesses_tokens_waits_even_with_a_good_one(
    visitor: httpx.Client, plex: Plex
) -> None:
    good = plex.token_of("jon")
    for _ in range(5):
        sign_in(visitor, "never-given-out")
    assert sign_in(visitor, good).status_code == 401


def test_an_account_goes_by_plexs_number_and_not_by_the_email(
    visitor: httpx.Client, plex: Plex
) -> None:
    create_account(Role.ADMINISTRATOR, email="jon@plex.example")
    answer = sign_in(visitor, plex.token_of("jon"))
    assert (answer.status_code, answer.json()["error"]) == (409, "email_taken")


def test_a_person_without_an_email_is_let_in_too(
    visitor: httpx.Client, plex: Plex
) -> None:
    answer = sign_in(visitor, plex.token_of("kim"))
    assert answer.json()["user"]["email"] == "plex-103@plex.invalid"


def test_a_closed_account_stays_closed(
    visitor: httpx.Client, signed_in: SignedIn, plex: Plex
) -> None:
    root = signed_in(Role.ADMINISTRATOR)
    account_id = sign_in(visitor, plex.token_of("jon")).json()["user"]["id"]
    closed = root.patch(
        f"/admin/accounts/{account_id}", json={"isActive": False, "version": 1}
    )
    assert closed.status_code == 200
    answer = sign_in(visitor, plex.token_of("jon"))
    assert (answer.status_code, answer.json()["error"]) == (403, "account_closed")


def test_the_first_role_is_a_setting(serve: Serve, plex: Plex) -> None:
    visitor = serve(ACCOUNTS_URL=plex.url, DEFAULT_ROLE="operator")
    answer = sign_in(visitor, plex.token_of("ida"))
    assert answer.json()["user"]["roles"] == ["operator"]


def test_without_plex_there_is_no_such_sign_in_and_no_button(serve: Serve) -> None:
    visitor = serve(ACCOUNTS_URL="")
    answer = visitor.post("/auth/plex/pin")
    assert (answer.status_code, answer.json()["error"]) == (404, "plex_not_set_up")
    assert 'class="second" hidden' in visitor.get("/login").text


def test_with_plex_the_page_offers_it(visitor: httpx.Client) -> None:
    assert 'class="second" hidden' not in visitor.get("/login").text


def test_when_plex_is_away_the_answer_says_so(serve: Serve) -> None:
    visitor = serve(ACCOUNTS_URL="http://127.0.0.1:1")
    for answer in (visitor.post("/auth/plex/pin"), sign_in(visitor, "any-token")):
        assert (answer.status_code, answer.json()["error"]) == (503, "unreachable")


def test_another_sites_page_begins_no_sign_in(visitor: httpx.Client) -> None:
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert visitor.post("/auth/plex/pin", headers=foreign).status_code == 403
