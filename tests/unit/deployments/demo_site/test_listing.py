"""Listings name everybody, a few of them twice."""

from selectolax.lexbor import LexborHTMLParser

from deployments.demo_site.listing import REPORT, listing_page, plain_listing
from deployments.demo_site.people import make_people

PEOPLE = make_people(1, 100)


def links(page: str) -> list[str]:
    nodes = LexborHTMLParser(page).css("a.person")
    return [str(node.attributes["href"]) for node in nodes]


def test_the_pages_together_name_everybody() -> None:
    named = [
        address
        for page in range(1, 6)
        for address in links(listing_page(PEOPLE, page=page, size=24))
    ]
    everybody = {f"/people/{person.handle}" for person in PEOPLE}
    assert set(named) == everybody | {f"/people/{REPORT}"}
    assert len(named) > len(set(named))


def test_only_the_last_page_has_no_next_one() -> None:
    inner = LexborHTMLParser(listing_page(PEOPLE, page=4, size=24))
    last = LexborHTMLParser(listing_page(PEOPLE, page=5, size=24))
    node = inner.css_first("a[rel=next]")
    assert node is not None
    assert node.attributes["href"] == "/people?page=5"
    assert last.css_first("a[rel=next]") is None


def test_a_plain_listing_repeats_a_fifth_of_its_links() -> None:
    page = plain_listing("/bench", numbers=range(1, 101), page=1, last=50)
    named = links(page)
    assert len(named) == 120
    assert len(set(named)) == 100


def test_a_site_without_people_has_one_empty_page() -> None:
    page = listing_page([], page=1, size=24)
    assert "Page 1 of 1" in page
    assert links(page) == [f"/people/{REPORT}"]
