"""One page in, what it states out; a reason for a person where it states nobody."""

import pytest

from config.errors import InvalidError
from config.recipes import find_recipe, list_recipes
from deployments.demo_site.page import render_page
from deployments.demo_site.people import Awkwardness, make_people
from deployments.demo_site.truth import as_acquired
from tasks.public_profiles.opened_page import NotAPublicProfileError
from tasks.public_profiles.read_page import read_page

SITE = "http://127.0.0.1:9"
PEOPLE = make_people(11, 120)
DEMO = find_recipe("demo-people")


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.handle)
def test_a_demo_page_is_read_as_it_was_meant(person) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 - parametrised
    body = render_page(person, seed=11, site=SITE).encode()
    url = f"{SITE}/people/{person.handle}"
    wanted = as_acquired(person, site=SITE, platform="demo")
    assert read_page(body, url=url, recipe=DEMO) == wanted


def test_general_knowledge_invents_nothing_on_demo_pages() -> None:
    recipe = find_recipe("any-public-page")
    for person in PEOPLE:
        body = render_page(person, seed=11, site=SITE)
        url = f"{SITE}/people/{person.handle}"
        profile = read_page(body, url=url, recipe=recipe)
        wanted = as_acquired(person, site=SITE, platform="demo")
        for name in ("handle", "display_name", "followers", "following", "posts"):
            assert getattr(profile, name) == getattr(wanted, name), (name, person)


def test_the_demo_people_are_awkward_enough_to_prove_something() -> None:
    kinds = {person.awkwardness for person in PEOPLE}
    assert kinds >= {Awkwardness.MALFORMED, Awkwardness.PRIVATE}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "the page is empty"),
        (b" \n ", "the page is empty"),
        (b"%PDF-1.7 ...", "not HTML: application/pdf"),
        (b'{"error": "not found"}', "not HTML: application/json"),
        (b"\x89PNG\r\n\x1a\n", "not HTML: image/png"),
        (b"\x00\x01\x02", "not HTML: binary data"),
        (b"just words", "not HTML: plain text"),
        (b"<?xml version='1.0'?><feed></feed>", "not HTML: XML"),
        (b"<p>Hello</p>", "demo-people"),
    ],
)
def test_what_is_no_profile_page_is_refused_with_a_reason(
    body: bytes, reason: str
) -> None:
    with pytest.raises(NotAPublicProfileError, match=reason):
        read_page(body, url=f"{SITE}/people/ada", recipe=DEMO)


def test_every_encoding_a_page_names_is_understood() -> None:
    def demo(charset: str) -> str:
        return (
            f'<html><head><meta charset="{charset}"></head><article class="profile">'
            '<h1 class="display-name">Zoë Čapek</h1><p class="handle">@zoe</p>'
            "</article>"
        )

    for charset in ("utf-8", "iso-8859-2", "utf-16"):
        body = demo(charset).encode(charset)
        profile = read_page(body, url=f"{SITE}/people/zoe", recipe=DEMO)
        assert profile.display_name == "Zoë Čapek", charset


def test_an_unknown_recipe_is_told_with_the_known_ones() -> None:
    with pytest.raises(InvalidError, match="demo-people") as caught:
        find_recipe("no-such-site")
    assert caught.value.field == "recipe"
    with pytest.raises(InvalidError):
        find_recipe("../recipes/instagram")


def test_every_recipe_can_be_read_and_says_what_it_is_for() -> None:
    assert {"any-public-page", "demo-people"} < set(list_recipes())
    for name in list_recipes():
        assert find_recipe(name).about.endswith("."), name
