"""
Bench pages: 7.9 to 8.1 kB each, cheap to make, with the classes of `page.py`.

As in facts/acquisition.md B.2: JSON-LD, 12 navigation links, 14 posts, one style
sheet, one picture and one inline script.
"""

from dataclasses import dataclass

from deployments.demo_site.names import in_script, spell

SMALLEST_BYTES = 7_900
SPREAD_BYTES = 200
POSTS = 14
LINKS_A_PAGE = 100

_NAVIGATION = "".join(
    f'<li><a href="/sections/{place}">Section {place}</a></li>\n' for place in range(12)
)
_SENTENCES = (
    "A quiet morning at the workshop, and a first cup of something warm.",
    "The second attempt went better than the first; the third will show.",
    "Notes from yesterday are up, with drawings and two small corrections.",
    "Does anybody still have the old map of the northern footpaths?",
    "Sunday is for repairs: one chair, two clocks and a stubborn radio.",
    "We counted forty swifts over the station roof this evening.",
    "New batch tomorrow at eight. Come early, it never lasts until noon.",
)
_TOPICS = ("maps", "tea", "radio", "birds", "chess", "film", "trains", "pottery")
_FILLER = "This line is here so that the page has the weight of a real one. " * 90


@dataclass(frozen=True, slots=True)
class BenchPerson:
    """What bench page number `number` states."""

    number: int
    handle: str
    display_name: str
    followers: int
    following: int
    posts: int
    verified: bool
    topics: tuple[str, ...]


def bench_person(number: int) -> BenchPerson:
    """Return what bench page `number` states; cheap, without a random generator."""
    name = in_script(spell(number, seed=1), "latin").capitalize()
    mixed = number * 2_654_435_761 % 2**32
    return BenchPerson(
        number=number,
        handle=f"bench-{number}",
        display_name=f"{name} {in_script(spell(mixed % 1_000, seed=2), 'latin')}",
        followers=mixed % 10 ** (1 + number % 7),
        following=mixed % 4_001,
        posts=mixed % 90_007,
        verified=mixed % 7 == 0,
        topics=(_TOPICS[mixed % 8], _TOPICS[(mixed + 1 + mixed // 8 % 7) % 8]),
    )


def bench_page(number: int, *, path: str, site: str) -> bytes:
    """Return page `number` under `path`, such as `/bench`, as HTML in UTF-8."""
    person = bench_person(number)
    wanted = SMALLEST_BYTES + number * 37 % SPREAD_BYTES
    page = _page(person, address=f"{site}{path}/{number}")
    # Every character is ASCII, so characters are bytes.
    missing = wanted - len(page) - len("<!-- -->\n</html>\n")
    return f"{page}<!-- {_FILLER[: max(0, missing)]}-->\n</html>\n".encode("ascii")


def _page(person: BenchPerson, *, address: str) -> str:
    name, handle, number = person.display_name, person.handle, person.number
    verified = '<span class="verified">v</span>\n' if person.verified else ""
    topics = "".join(f"<li>{topic}</li>" for topic in person.topics)
    return (
        '<!doctype html>\n<html lang="en" dir="ltr">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{name} (@{handle})</title>\n"
        '<link rel="stylesheet" href="/style.css">\n'
        f'<link rel="canonical" href="{address}">\n'
        '<script type="application/ld+json">{"@context":"https://schema.org",'
        f'"@type":"Person","name":"{name}","alternateName":"{handle}",'
        f'"identifier":"b-{number}"}}</script>\n</head>\n<body>\n'
        f"<nav><ul>\n{_NAVIGATION}</ul></nav>\n<main>\n"
        f'<article class="profile" data-id="b-{number}" data-platform="demo">\n'
        '<img class="picture" src="/picture.svg" width="120" height="120" alt="">\n'
        f'<h1 class="display-name">{name}</h1>\n{verified}'
        f'<p class="handle">@{handle}</p>\n'
        f'<p class="bio">{_SENTENCES[number % 7]}<br>\n{_SENTENCES[number % 5]}</p>\n'
        '<dl class="counts">\n'
        f'<dt>Followers</dt><dd class="followers">{person.followers:,}</dd>\n'
        f'<dt>Following</dt><dd class="following">{person.following:,}</dd>\n'
        f'<dt>Posts</dt><dd class="posts">{person.posts:,}</dd>\n</dl>\n'
        '<p class="facts"><span class="kind">person</span> '
        '<span class="location">Nowhere</span></p>\n'
        f'<ul class="topics">{topics}</ul>\n</article>\n'
        f'<section class="posts">\n{_posts(number)}</section>\n</main>\n'
        "<script>document.documentElement.dataset.links = "
        "document.querySelectorAll('a').length;</script>\n</body>\n"
    )


def _posts(number: int) -> str:
    return "".join(
        f'<article class="post"><p class="text">{_SENTENCES[(number + place) % 7]} '
        f"{_SENTENCES[(number * place) % 7]}</p>"
        f'<time datetime="2026-09-{place + 1:02d}T08:00:00Z">{place + 1} Sep</time> '
        f'<span class="likes">{(number * 31 + place * 7) % 9_973}</span></article>\n'
        for place in range(POSTS)
    )
