"""A listing leads to each page once, and to its next page."""

import pytest

from config.recipes import find_recipe
from tasks.public_profiles.opened_page import NotAPublicProfileError
from tasks.public_profiles.read_listing import Listing, read_listing

DEMO = find_recipe("demo-people")
URL = "http://127.0.0.1:9/people?page=2"


def test_links_are_absolute_without_fragment_and_each_once_in_order() -> None:
    body = """<a class="person" href="/people/b#bio">b</a>
    <a class="person" href="people/a?utm_source=list">a</a>
    <a class="person" href="/people/b">b again</a>
    <a class="person" href="https://other.example/c">c</a>
    <a class="person" href="mailto:d@other.example">d</a>
    <a class="person" href="javascript:void(0)">e</a>
    <a class="person" href="#top">top</a><a class="person" href="">here</a>
    <a class="person" href="http://[broken">f</a><a class="person">g</a>
    <a href="/about">not a person</a>
    <a rel="prev" href="?page=1">Back</a>
    <a rel="next nofollow" href="?page=3">Next</a>"""
    assert read_listing(body, url=URL, recipe=DEMO) == Listing(
        links=(
            "http://127.0.0.1:9/people/b",
            "http://127.0.0.1:9/people/a",
            "https://other.example/c",
        ),
        next_url="http://127.0.0.1:9/people?page=3",
    )


def test_the_last_page_leads_nowhere_and_never_to_itself() -> None:
    body = '<a rel="next" href="?page=2#more">Next</a>'
    assert read_listing(body, url=URL, recipe=DEMO) == Listing((), None)


def test_a_base_address_is_respected() -> None:
    body = '<head><base href="/x/"></head><a class="person" href="a">a</a>'
    listing = read_listing(body, url=URL, recipe=DEMO)
    assert listing.links == ("http://127.0.0.1:9/x/a",)


def test_a_listing_that_is_not_html_is_refused() -> None:
    with pytest.raises(NotAPublicProfileError, match="not HTML"):
        read_listing(b"%PDF-1.4", url=URL, recipe=DEMO)
