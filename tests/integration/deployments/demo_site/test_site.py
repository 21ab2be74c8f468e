"""The site as a real process: what a crawler meets there."""

import subprocess
import sys
from time import monotonic
from urllib.parse import urljoin, urlsplit

import httpx
from selectolax.lexbor import LexborHTMLParser

from deployments.demo_site.faults import Fault, fault_of
from deployments.demo_site.people import Awkwardness, make_people
from tests.fixtures.demo_site import DemoSiteAddress


def first_number(fault: Fault) -> int:
    return next(n for n in range(1, 9_999) if fault_of(n, attempt=1) is fault)


def test_following_next_from_the_first_listing_reaches_everybody(
    demo_site: DemoSiteAddress,
) -> None:
    address: str | None = f"{demo_site.url}/people"
    found: set[str] = set()
    with httpx.Client() as browser:
        while address:
            page = LexborHTMLParser(browser.get(address).text)
            links = page.css("a.person")
            found.update(str(link.attributes["href"]) for link in links)
            onward = page.css_first("a[rel=next]")
            href = onward and onward.attributes["href"]
            address = urljoin(address, href) if href else None
    people = make_people(demo_site.seed, demo_site.people)
    assert found >= {f"/people/{person.handle}" for person in people}
    assert len(found) == len(people) + 1


def test_awkward_pages_answer_as_they_should(demo_site: DemoSiteAddress) -> None:
    people = make_people(demo_site.seed, demo_site.people)
    # From the end, so that another test may ask for the first ones.
    awkward = {person.awkwardness: person.handle for person in people}
    with httpx.Client(base_url=demo_site.url) as browser:
        browser.post("/asked/reset")
        flaky = f"/people/{awkward[Awkwardness.FLAKY]}"
        states = [browser.get(flaky).status_code for _ in range(3)]
        assert states == [503, 200, 200]
        deleted = browser.get(f"/people/{awkward[Awkwardness.DELETED]}")
        assert deleted.status_code == 404
        private = browser.get(f"/people/{awkward[Awkwardness.PRIVATE]}")
        assert "This account is private." in private.text
        report = browser.get("/people/annual-report.pdf")
        assert report.headers["content-type"] == "application/pdf"


def test_the_json_twin_states_what_the_table_states(
    demo_site: DemoSiteAddress,
) -> None:
    person = make_people(demo_site.seed, 1)[0]
    with httpx.Client(base_url=demo_site.url) as browser:
        twin = browser.get(f"/people/{person.handle}.json").json()
        lines = browser.get("/people.jsonl", params={"people": 1_000}).text.splitlines()
        table = browser.get("/people.csv").text
        assert twin["name"] == person.display_name
        assert len(lines) == 1_000
        assert person.handle in lines[0]
        assert table.startswith("id,handle,name,")
        assert browser.get(urlsplit(twin["picture"]).path).is_success


def test_faulty_pages_fail_once_or_for_ever(demo_site: DemoSiteAddress) -> None:
    with httpx.Client(base_url=demo_site.url) as browser:
        browser.post("/asked/reset")
        slow_down = browser.get(f"/faulty/{first_number(Fault.TOO_MANY)}")
        assert (slow_down.status_code, slow_down.headers["retry-after"]) == (429, "1")
        empty = f"/faulty/{first_number(Fault.EMPTY)}"
        assert browser.get(empty).text == ""
        assert "display-name" in browser.get(empty).text
        gone = f"/faulty/{first_number(Fault.GONE)}"
        assert {browser.get(gone).status_code for _ in range(3)} == {404}


def test_the_site_tells_how_it_was_asked(demo_site: DemoSiteAddress) -> None:
    with httpx.Client(base_url=demo_site.url) as browser:
        browser.post("/asked/reset")
        for path in ("/bench/1", "/bench/2", "/bench/2"):
            browser.get(path)
        sound = browser.get("/asked").json()
        assert sound == {"pages": 2, "requests": 3, "twice": 1, "tooSoon": 0}
        slow_down = f"/faulty/{first_number(Fault.TOO_MANY)}"
        assert browser.get(slow_down).status_code == 429
        deadline = monotonic() + 10
        while not _asks_too_soon(browser, slow_down):
            assert monotonic() < deadline


def _asks_too_soon(browser: httpx.Client, path: str) -> bool:
    browser.get(path)
    return bool(browser.get("/asked").json()["tooSoon"])


def test_listings_end_and_strange_numbers_do_no_harm(
    demo_site: DemoSiteAddress,
) -> None:
    with httpx.Client(base_url=demo_site.url) as browser:
        assert browser.get("/bench?page=50").is_success
        assert browser.get("/bench?page=51").status_code == 404
        assert browser.get("/faulty?page=3&of=250").text.count('a class="person"') == 60
        assert browser.get("/people?page=9999").status_code == 404
        assert browser.get("/people?page=two").is_success
        assert browser.get("/people/nobody-of-this-name").status_code == 404


def test_robots_are_welcome_among_people_only(demo_site: DemoSiteAddress) -> None:
    robots = httpx.get(f"{demo_site.url}/robots.txt").text
    assert "Allow: /people" in robots
    assert "Disallow: /private" in robots


def test_a_taken_port_gives_the_name_of_its_setting(
    demo_site: DemoSiteAddress,
) -> None:
    port = str(urlsplit(demo_site.url).port)
    second = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", "deployments.demo_site", "--port", port],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert second.returncode == 2
    assert "MUSTER_STACK__DEMO_SITE_PORT" in second.stderr
    assert "Traceback" not in second.stderr
