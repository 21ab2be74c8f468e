"""A page states its person's truth under the classes it promises."""

import json

import pytest
from selectolax.lexbor import LexborHTMLParser

from deployments.demo_site.page import COUNTS, render_page
from deployments.demo_site.people import Awkwardness, Person, make_people
from tasks.public_profiles.counts import read_count

SITE = "http://127.0.0.1:1"
PEOPLE = make_people(1, 300)


def parse(person: Person) -> LexborHTMLParser:
    return LexborHTMLParser(render_page(person, seed=1, site=SITE))


def text_at(page: LexborHTMLParser, selector: str) -> str | None:
    node = page.css_first(selector)
    return None if node is None else node.text().strip()


def count_at(page: LexborHTMLParser, name: str) -> int | None:
    node = page.css_first(f"dl.counts dd.{name}")
    if node is None:
        return None
    exact = node.attributes.get("title")
    return read_count(exact or node.text().strip())


def test_every_page_states_its_person_exactly() -> None:
    for person in PEOPLE:
        page = parse(person)
        assert text_at(page, "h1.display-name") == person.display_name
        assert text_at(page, ".handle") == f"@{person.handle}"
        assert text_at(page, "p.bio") == person.bio
        assert text_at(page, ".location") == person.location
        assert text_at(page, ".kind") == person.kind
        assert (page.css_first(".verified") is not None) == person.verified
        topics = [node.text().strip() for node in page.css("ul.topics li")]
        assert tuple(topics) == person.topics


def test_every_page_states_the_counts_or_leaves_them_out() -> None:
    for person in PEOPLE:
        page = parse(person)
        for name in COUNTS:
            count = getattr(person, name)
            assert count_at(page, name) == (count.value if count else None), count


def test_a_malformed_page_is_really_malformed() -> None:
    malformed = next(p for p in PEOPLE if p.awkwardness is Awkwardness.MALFORMED)
    page = render_page(malformed, seed=1, site=SITE)
    assert "</html>" not in page
    assert "class=handle" in page


def test_some_pages_write_characters_as_numbered_references() -> None:
    pages = [render_page(person, seed=1, site=SITE) for person in PEOPLE]
    assert any("&#" in page and page.isascii() for page in pages)


@pytest.mark.parametrize(
    ("markup", "selector"),
    [
        ("json_ld", 'script[type="application/ld+json"]'),
        ("open_graph", 'meta[property="og:title"]'),
        ("microdata", '[itemprop="name"]'),
    ],
)
def test_a_page_has_its_own_markup_and_no_other(markup: str, selector: str) -> None:
    for person in PEOPLE:
        has_markup = parse(person).css_first(selector) is not None
        assert has_markup == (person.markup == markup)


def test_json_ld_is_valid_and_cannot_end_its_script() -> None:
    for person in (each for each in PEOPLE if each.markup == "json_ld"):
        node = parse(person).css_first('script[type="application/ld+json"]')
        assert node is not None
        name = json.loads(node.text())["mainEntity"]["name"]
        assert name == person.display_name
