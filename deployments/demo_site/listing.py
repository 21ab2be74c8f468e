"""The front page and the listings that lead to the people."""

from collections.abc import Sequence
from html import escape

from deployments.demo_site.layout import frame_page
from deployments.demo_site.people import Person

PAGE_SIZE = 24
LARGEST_PAGE_SIZE = 100
REPEATED = 2
"""People whom each listing names a second time."""

EVERY_FIFTH = 5
"""Of a plain listing, one link in five stands there twice."""

REPORT = "annual-report.pdf"


def front_page(people: int) -> str:
    """Return the page that explains the site."""
    panels = (
        ("/people", "People", f"{people:,} public profiles, {PAGE_SIZE} to a page."),
        ("/people.csv", "CSV", "The same people as one table."),
        ("/people.jsonl", "JSON Lines", "One object a line, counts nested."),
        ("/faulty", "Faulty pages", "A tenth fail, most of them only once."),
        ("/bench", "Bench pages", "Many plain pages of 8 kB, cheap to serve."),
        ("/robots.txt", "robots.txt", "People are welcome to robots, /private is not."),
    )
    shown = "".join(
        f'<div class="panel"><h2><a href="{address}">{name}</a></h2>'
        f"<p>{text}</p></div>\n"
        for address, name, text in panels
    )
    return frame_page(
        "Invented People",
        "<h1>A site of invented people</h1>\n"
        '<p class="lead">People, bands, shops and organisations in many scripts, made '
        "up from syllables, so that a campaign can be tried without touching anybody "
        "real. Some pages are awkward on purpose: deleted, private, badly written, or "
        f'out of order for a moment.</p>\n<div class="panels">\n{shown}</div>\n',
    )


def listing_page(people: Sequence[Person], *, page: int, size: int) -> str:
    """
    Return page number `page`, counted from 1, of all `people`.

    Each page names `REPEATED` people twice; the first also links to a PDF file.
    """
    last = max(1, -(-len(people) // size))
    shown = people[(page - 1) * size : page * size]
    cards = "".join(_card(person) for person in shown)
    repeated = ", ".join(
        f'<a class="person" href="/people/{person.handle}">@{person.handle}</a>'
        for person in shown[:: max(1, size // REPEATED)][:REPEATED]
    )
    report = (
        f' Also: <a class="person" href="/people/{REPORT}">our annual report</a>.'
        if page == 1
        else ""
    )
    return frame_page(
        f"People, page {page}",
        f'<h1>People</h1>\n<p class="seen">Seen today: {repeated}.{report}</p>\n'
        f'<ul class="people">\n{cards}</ul>\n'
        f"{_page_links('/people', page=page, last=last, rest=_size_argument(size))}",
    )


def plain_listing(
    path: str, *, numbers: range, page: int, last: int, rest: str = ""
) -> str:
    """Return a bare listing of `path/<number>`, a fifth of the links twice."""
    links = [*numbers, *numbers[::EVERY_FIFTH]]
    items = "".join(
        f'<li><a class="person" href="{path}/{number}">No. {number}</a></li>\n'
        for number in links
    )
    return frame_page(
        f"{path.strip('/').capitalize()} pages, page {page}",
        f'<ul class="people">\n{items}</ul>\n'
        f"{_page_links(path, page=page, last=last, rest=rest)}",
    )


def _card(person: Person) -> str:
    return (
        f'<li><a class="person" href="/people/{person.handle}">'
        f'<img src="/pictures/{person.handle}.png" width="48" height="48" alt="" '
        'loading="lazy"><span class="who">'
        f'<span class="name" dir="auto">{escape(person.display_name)}</span>'
        f'<span class="at">@{person.handle}</span></span></a></li>\n'
    )


def _size_argument(size: int) -> str:
    return "" if size == PAGE_SIZE else f"&amp;size={size}"


def _page_links(path: str, *, page: int, last: int, rest: str) -> str:
    back = f'<a rel="prev" href="{path}?page={page - 1}{rest}">Back</a>'
    on = f'<a rel="next" href="{path}?page={page + 1}{rest}">Next</a>'
    return (
        f'<nav class="pages">{back if page > 1 else "<span></span>"}'
        f"<span>Page {page} of {last}</span>"
        f"{on if page < last else '<span></span>'}</nav>\n"
    )
