"""Bench pages weigh what the rig's pages weigh and state their person."""

from statistics import mean

from selectolax.lexbor import LexborHTMLParser

from deployments.demo_site.bench_pages import bench_page, bench_person

SITE = "http://127.0.0.1:1"


def test_every_page_weighs_about_eight_kilobytes() -> None:
    sizes = [
        len(bench_page(number, path="/bench", site=SITE))
        for number in range(1, 20_000, 19)
    ]
    assert min(sizes) >= 7_900
    assert max(sizes) <= 8_100
    assert 7_950 < mean(sizes) < 8_070


def test_a_page_states_its_person() -> None:
    person = bench_person(4_711)
    page = LexborHTMLParser(bench_page(4_711, path="/bench", site=SITE))
    name, followers = page.css_first("h1.display-name"), page.css_first("dd.followers")
    assert name is not None
    assert name.text() == person.display_name
    assert followers is not None
    assert followers.text() == f"{person.followers:,}"
    assert len(page.css("article.post")) == 14
    assert len(page.css("nav a")) == 12
