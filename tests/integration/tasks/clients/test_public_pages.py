"""Fetching over real sockets, from a little server that can be awkward."""

import gzip
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

import pytest

from config.errors import RefusedError, UnreachableError, UnreadableError
from config.sections.public_profiles import PublicProfilesSettings
from tasks.clients.public_pages import (
    PageAnswer,
    PageState,
    PublicPages,
    RobotsRules,
)


class Answer(NamedTuple):
    """What the server says to one request."""

    status: int = 200
    body: bytes = b"<p>hello</p>"
    headers: Mapping[str, str] = MappingProxyType({})
    late_seconds: float = 0


class Site:
    """A server whose answers a test decides, by path and number of the request."""

    def __init__(self) -> None:
        self.answers: dict[str, Callable[[int], Answer]] = {}
        self.hits: Counter[str] = Counter()
        self.times: dict[str, list[float]] = {}
        self.agents: set[str] = set()
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()
        self.closing = threading.Event()
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                answer = site.answer(self.path, self.headers["User-Agent"])
                self.send_response(answer.status)
                headers = {"Content-Type": "text/html; charset=utf-8", **answer.headers}
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - theirs
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, request: object, client_address: object) -> None:
                """A client that hangs up is no news."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.02}
        )
        self.thread.start()
        self.host = f"127.0.0.1:{self.server.server_port}"
        self.says("/robots.txt", Answer(404))

    def answer(self, path: str, agent: str) -> Answer:
        """Note the request and return what the test wants it answered with."""
        with self.lock:
            self.hits[path] += 1
            self.times.setdefault(path, []).append(time.monotonic())
            self.agents.add(agent)
            number = self.hits[path]
            if path != "/robots.txt":
                self.at_once += 1
                self.most_at_once = max(self.most_at_once, self.at_once)
        answer = self.answers.get(path, lambda _: Answer())(number)
        if answer.late_seconds:
            self.closing.wait(answer.late_seconds)
        with self.lock:
            self.at_once -= path != "/robots.txt"
        return answer

    def says(self, path: str, *answers: Answer) -> None:
        """Give these answers in turn, the last one for ever."""
        self.answers[path] = lambda number: answers[min(number, len(answers)) - 1]

    def url(self, path: str) -> str:
        """Return the address of a path."""
        return f"http://{self.host}{path}"

    def close(self) -> None:
        """Stop, and let late answers go."""
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


def fetch_pages(
    urls: Sequence[str],
    *,
    limits: PublicProfilesSettings,
    hosts: Sequence[str],
    rules: RobotsRules | None = None,
    budget_seconds: float | None = None,
) -> list[PageAnswer]:
    """Fetch some pages by a door that is closed again."""
    with PublicPages(limits=limits, hosts=hosts, rules=rules) as pages:
        return pages.fetch(urls, budget_seconds=budget_seconds)


def limits(**changed: object) -> PublicProfilesSettings:
    wanted = {
        "request_timeout": timedelta(seconds=5),
        "tries": 3,
        "wanted_at_once": 0,
    } | changed
    return PublicProfilesSettings.model_validate(wanted)


def fetch(site: Site, *paths: str, **changed: object) -> list[PageAnswer]:
    urls = [site.url(path) for path in paths]
    return fetch_pages(urls, limits=limits(**changed), hosts=[site.host])


def port_of(site: Site) -> str:
    return site.host.rpartition(":")[2]


def test_pages_come_back_in_the_order_they_were_asked_for(site: Site) -> None:
    site.says("/a", Answer(body="<p>ä</p>".encode(), late_seconds=0.1))
    site.says("/b", Answer(404))
    site.says("/c", Answer(410))
    a, b, c, again = fetch(site, "/a", "/b", "/c", "/a")
    assert (a.state, a.content, a.tries) == (PageState.FETCHED, "<p>ä</p>", 1)
    assert (b.state, b.reason) == (PageState.GONE, "the host answered 404")
    assert (c.state, c.tries) == (PageState.GONE, 1)
    assert again == a
    assert site.hits["/a"] == 1
    assert site.agents == {"Muster/0.1 (public-profile research)"}


@pytest.mark.parametrize(
    "fault",
    [
        Answer(503),
        Answer(500),
        Answer(429, headers={"Retry-After": "0"}),
        Answer(200, body=b" "),
        Answer(200, late_seconds=1.0),
    ],
    ids=["503", "500", "429", "empty", "late"],
)
def test_a_passing_fault_is_cured_by_another_try(site: Site, fault: Answer) -> None:
    site.says("/a", fault, Answer())
    [page] = fetch(site, "/a", request_timeout=timedelta(seconds=0.4))
    assert (page.state, page.tries) == (PageState.FETCHED, 2)


@pytest.mark.parametrize(
    ("answer", "reason", "tries"),
    [
        (Answer(503), "the host answered 503, at the last of 2 tries", 2),
        (Answer(200, body=b""), "the page was empty, at the last of 2 tries", 2),
        (Answer(403), "the host answered 403", 1),
        (Answer(200, body=b"x" * 5_000), "it is larger than 4096 bytes", 1),
    ],
)
def test_a_lost_page_is_told_with_its_reason(
    site: Site, answer: Answer, reason: str, tries: int
) -> None:
    site.says("/a", answer)
    [page] = fetch(site, "/a", tries=2, largest_page_bytes=4_096)
    assert (page.state, page.reason, page.tries) == (PageState.LOST, reason, tries)
    assert site.hits["/a"] == tries


def test_a_small_answer_that_unpacks_into_a_large_one_is_not_read(site: Site) -> None:
    packed = gzip.compress(b"x" * 10_000_000)
    site.says("/a", Answer(body=packed, headers={"Content-Encoding": "gzip"}))
    site.says(
        "/b",
        Answer(body=gzip.compress(b"<p>b</p>"), headers={"Content-Encoding": "gzip"}),
    )
    large, small = fetch(site, "/a", "/b", largest_page_bytes=100_000)
    assert (large.state, large.reason) == (
        PageState.LOST,
        "it is larger than 100000 bytes",
    )
    assert small.body == b"<p>b</p>"


def test_what_is_not_html_is_not_downloaded(site: Site) -> None:
    site.says("/a", Answer(headers={"Content-Type": "application/pdf"}))
    [page] = fetch(site, "/a")
    assert (page.state, page.reason) == (
        PageState.NOT_HTML,
        "it is not HTML: application/pdf",
    )


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_the_whole_host_waits_as_long_as_it_asks(site: Site, form: str) -> None:
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)  # noqa: TID251 - the server's clock
    wish = {"Retry-After": "1" if form == "seconds" else moment}
    site.says("/a", Answer(429, headers=wish), Answer())
    pages = fetch(site, "/a", "/b", "/c", "/d", pages_at_once=1)
    assert [page.state for page in pages] == [PageState.FETCHED] * 4
    asked = site.times["/a"][0]
    later = [site.times[path][-1] - asked for path in ("/a", "/b", "/c", "/d")]
    assert min(later) >= 0.9


def test_a_host_that_asks_for_more_patience_than_we_have_is_left_alone(
    site: Site,
) -> None:
    site.says("/a", Answer(503, headers={"Retry-After": "3600"}))
    a, b = fetch(site, "/a", "/b", pages_at_once=1, longest_wait=timedelta(seconds=1))
    assert (a.state, b.state) == (PageState.LOST, PageState.LOST)
    assert "asked us to wait" in a.reason
    assert site.hits == {"/robots.txt": 1, "/a": 1}


def test_robots_txt_is_asked_once_and_obeyed(site: Site) -> None:
    site.says("/robots.txt", Answer(body=b"User-agent: *\nDisallow: /private\n"))
    rules = RobotsRules()
    for _ in range(2):
        private, public = fetch_pages(
            [site.url("/private/a"), site.url("/a")],
            limits=limits(),
            hosts=[site.host],
            rules=rules,
        )
        assert private.state is PageState.REFUSED_BY_ROBOTS
        assert private.tries == 0
        assert public.state is PageState.FETCHED
    assert site.hits == {"/robots.txt": 1, "/a": 2}


def test_robots_txt_speaks_to_us_by_name(site: Site) -> None:
    rules = b"User-agent: muster\nDisallow: /\n\nUser-agent: *\nDisallow:\n"
    site.says("/robots.txt", Answer(body=rules))
    [page] = fetch(site, "/a")
    assert page.state is PageState.REFUSED_BY_ROBOTS


def test_a_host_that_cannot_say_its_rules_is_left_alone(site: Site) -> None:
    site.says("/robots.txt", Answer(503))
    [page] = fetch(site, "/a", tries=1)
    assert page.state is PageState.LOST
    assert "robots.txt answered 503" in page.reason
    assert site.hits["/a"] == 0


def test_the_operators_own_hosts_are_not_asked_for_rules(site: Site) -> None:
    site.says("/robots.txt", Answer(body=b"User-agent: *\nDisallow: /\n"))
    [page] = fetch(site, "/a", own_hosts=(site.host,))
    assert page.state is PageState.FETCHED
    assert site.hits["/robots.txt"] == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_host_in_an_inner_network_is_left_alone_whatever_it_is_called(
    site: Site, host: str
) -> None:
    url = f"http://{host}:{port_of(site)}/a"
    [page] = fetch_pages([url], limits=limits(inner_networks=()), hosts=[host])
    assert page.state is PageState.LOST
    assert "inner network" in page.reason
    assert not site.hits


def test_a_redirect_does_not_lead_into_an_inner_network(site: Site) -> None:
    moved = {"Location": f"http://127.0.0.2:{port_of(site)}/b"}
    site.says("/a", Answer(302, headers=moved))
    [page] = fetch_pages(
        [site.url("/a")],
        limits=limits(inner_networks=["127.0.0.1/32"], own_hosts=(site.host,)),
        hosts=[site.host, "127.0.0.2"],
    )
    assert page.state is PageState.LOST
    assert site.hits["/b"] == 0


def test_the_pace_that_robots_txt_asks_for_is_kept(site: Site) -> None:
    site.says("/robots.txt", Answer(body=b"User-agent: *\nCrawl-delay: 0.3\n"))
    fetch(site, "/a", "/b", "/c")
    moments = sorted(site.times[path][0] for path in ("/a", "/b", "/c"))
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert min(gaps) >= 0.25


def test_no_more_than_the_allowed_requests_run_at_once(site: Site) -> None:
    paths = [f"/{number}" for number in range(20)]
    for path in paths:
        site.says(path, Answer(late_seconds=0.03))
    pages = fetch(site, *paths, pages_at_once=4)
    assert {page.state for page in pages} == {PageState.FETCHED}
    assert site.most_at_once == 4


def test_redirects_are_followed_on_allowed_hosts_only(site: Site) -> None:
    site.says("/a", Answer(301, headers={"Location": "/b"}))
    site.says("/away", Answer(302, headers={"Location": "http://127.0.0.2:9/x"}))
    site.says("/file", Answer(302, headers={"Location": "file:///etc/hosts"}))
    site.says("/loop", Answer(302, headers={"Location": "/loop"}))
    moved, away, file, loop = fetch(site, "/a", "/away", "/file", "/loop")
    assert (moved.state, moved.final_url) == (PageState.FETCHED, site.url("/b"))
    assert (away.state, file.state) == (PageState.LOST, PageState.LOST)
    assert "127.0.0.2:9, which this source does not name" in away.reason
    assert loop.reason == "it redirects more than 5 times"


def test_an_address_on_another_host_is_never_asked(site: Site) -> None:
    page, odd = fetch_pages(
        ["http://127.0.0.1:9/a", f"http://x@{site.host}/a"],
        limits=limits(),
        hosts=[site.host],
    )
    assert (page.state, page.tries) == (PageState.LOST, 0)
    assert (odd.state, odd.tries) == (PageState.LOST, 0)
    assert not site.hits


def test_a_late_page_holds_up_no_other_and_is_not_asked_for_twice(site: Site) -> None:
    site.says("/slow", Answer(late_seconds=2))
    started = time.monotonic()
    with PublicPages(limits=limits(tries=1), hosts=[site.host]) as pages:
        quick, slow = pages.fetch(
            [site.url("/quick"), site.url("/slow")], budget_seconds=30
        )
        assert time.monotonic() - started < 2
        assert quick.state is PageState.FETCHED
        assert (slow.state, slow.tries) == (PageState.POSTPONED, 1)
        [had] = pages.fetch([slow.url], earlier_tries={slow.url: 1})
        assert (had.state, site.hits["/slow"]) == (PageState.FETCHED, 1)
        [lost] = pages.fetch([site.url("/x")], earlier_tries={site.url("/x"): 1})
        assert (lost.state, lost.tries) == (PageState.LOST, 1)


def test_a_call_ends_when_it_is_told_to_stop(site: Site) -> None:
    site.says("/slow", Answer(late_seconds=30))
    with PublicPages(limits=limits(), hosts=[site.host]) as pages:
        [slow] = pages.fetch([site.url("/slow")], should_stop=lambda: True)
    assert slow.state is PageState.POSTPONED


def test_a_page_that_is_needed_raises_our_errors(site: Site) -> None:
    site.says("/gone", Answer(404))
    site.says("/broken", Answer(500))
    site.says("/pdf", Answer(headers={"Content-Type": "application/pdf"}))
    with PublicPages(limits=limits(tries=2), hosts=[site.host]) as pages:
        assert pages.fetch_one(site.url("/a")).content == "<p>hello</p>"
        with pytest.raises(RefusedError, match=r"the listing .*404: check the address"):
            pages.fetch_one(site.url("/gone"), what="listing")
        with pytest.raises(UnreachableError, match="answered 500, at the last of 2"):
            pages.fetch_one(site.url("/broken"), what="listing")
        with pytest.raises(UnreadableError, match="not HTML: application/pdf"):
            pages.fetch_one(site.url("/pdf"), what="listing")


def test_a_server_that_is_not_there_is_told_so(site: Site) -> None:
    url = site.url("/a")
    site.close()
    own = limits(tries=2, own_hosts=(site.host,))
    [page] = fetch_pages([url], limits=own, hosts=[site.host])
    assert (page.state, page.tries) == (PageState.LOST, 2)
    assert page.reason.startswith("the connection failed")


def test_a_host_is_asked_no_faster_than_it_answers_but_our_own_is(site: Site) -> None:
    paths = [f"/{number}" for number in range(12)]
    for path in ("/robots.txt", *paths):
        site.says(path, Answer(late_seconds=0.2))
    assert all(page.body for page in fetch(site, *paths, wanted_at_once=2))
    asked = sorted(site.times[path][0] for path in paths)
    assert asked[-1] - asked[0] >= 11 * 0.2 / 2 * 0.95
    fetch(site, *paths, wanted_at_once=2, own_hosts=(site.host,))
    assert site.most_at_once > 6, "nothing holds us back at our own"
