"""A campaign that is to leave by a VPN leaves by it, or not at all."""

import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from typing_extensions import override

from config.errors import UnreachableError, UnreadableError
from config.vocabulary import Role
from deployments.standins.gluetun import EXIT
from flows.campaign_api import check_api_exit_held, open_json_api
from flows.campaign_exit import ExitAwayError, check_exit_held
from flows.campaign_portion import exit_of, open_pages, type_of_source
from tasks.browser_profiles.lease import Holder
from tasks.clients.public_pages import PageState, PublicPages
from tasks.public_profiles.schemas import JsonApiSource
from tests.fixtures.api import SignedIn
from tests.fixtures.gluetun import GluetunBeside

pytestmark = pytest.mark.usefixtures("deployed_samples")

HOLDER = Holder("a test", 1)


class Site(ThreadingHTTPServer):
    """Answers anything with a page, and notes which address asked for what."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.asked: list[tuple[str, str]] = []


class _Handler(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        """Answer with a page."""
        self.server.asked.append((self.client_address[0], self.path))
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<p>here</p>")

    @override
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        serving = threading.Thread(target=site.serve_forever, daemon=True)
        serving.start()
        yield site
        site.shutdown()
        serving.join()


@pytest.fixture
def operator(
    visitor: httpx.Client, gluetun: GluetunBeside, signed_in: SignedIn
) -> httpx.Client:
    """Return the API as an operator reaches it, with a gluetun beside it."""
    assert visitor
    assert gluetun
    client = signed_in(Role.OPERATOR)
    client.timeout = httpx.Timeout(60)
    return client


def test_pages_and_robots_are_asked_for_through_the_tunnel_or_not_at_all(
    operator: httpx.Client, site: Site
) -> None:
    source = type_of_source.validate_python(
        {
            "kind": "html_pages",
            "listing_url": f"{site.url}/people",
            "recipe": "demo-people",
            "exit": {"vpn": "nl"},
        }
    )
    wanted = exit_of(source)
    assert wanted is not None
    with pytest.raises(ExitAwayError, match="connect it"):
        open_pages(source, holder=HOLDER)
    assert operator.post("/cloak/vpn/connect", json={"location": "nl"}).is_success
    pages = open_pages(source, holder=HOLDER)
    assert isinstance(pages, PublicPages)
    with pages:
        assert pages.fetch_one(f"{site.url}/people").content == b"<p>here</p>"
        assert site.asked == [(EXIT, "/robots.txt"), (EXIT, "/people")]
        check_exit_held(wanted, pages.exit_proxy)
        assert operator.post("/cloak/vpn/disconnect", json={}).is_success
        answer = pages.fetch([f"{site.url}/late"])[0]
        assert answer.state is PageState.LOST
        with pytest.raises(ExitAwayError):
            check_exit_held(wanted, pages.exit_proxy)
    assert {address for address, _ in site.asked} == {EXIT}


def test_an_interface_is_asked_through_the_tunnel_or_not_at_all(
    operator: httpx.Client, site: Site
) -> None:
    source = JsonApiSource.model_validate(
        {
            "recipe": "bluesky-search",
            "base_url": site.url,
            "inputs": {"query": "x"},
            "exit": {"vpn": "nl"},
        }
    )
    with pytest.raises(ExitAwayError, match="connect it"):
        open_json_api(source)
    assert operator.post("/cloak/vpn/connect", json={"location": "nl"}).is_success
    with closing(open_json_api(source)) as reading:
        with pytest.raises(UnreadableError, match="no JSON"):
            reading.acquire(position={}, limit=1)
        assert site.asked
        assert {address for address, _ in site.asked} == {EXIT}
        check_api_exit_held(source, reading)
        assert operator.post("/cloak/vpn/disconnect", json={}).is_success
        with pytest.raises(UnreachableError):
            reading.acquire(position={}, limit=1)
        with pytest.raises(ExitAwayError):
            check_api_exit_held(source, reading)
    assert {address for address, _ in site.asked} == {EXIT}
