"""
The page of one person.

What stands where, and what recipes may rely on (every page of the site, the faulty and
the bench pages too):

  article.profile          data-id: the external id; data-platform: always "demo"
  h1.display-name          the name, nothing else
  .handle                  "@" and the handle
  .verified                is there if and only if verified
  .kind                    person, organisation, band or shop
  .bio                     lines end in <br> and a line feed; absent without a bio
  dl.counts dd.followers   also dd.following, dd.posts; absent = unknown. The text may
                           be shortened ("1.1M"); if there is a title attribute, it has
                           the exact digits ("1,104,233"). A word may follow the number
                           ("12 Followers").
  .location                absent = unknown
  html[lang]               the language
  ul.topics li             one topic each
  time.joined              datetime is the day
  img.picture              src is relative to the site
  link[rel=canonical]      the address, absolute
  article.post             p.text, time[datetime], .likes

Beside these, a page has JSON-LD, only OpenGraph, or microdata: see `Person.markup`.
"""

import json
import re
from html import escape
from typing import Any

from deployments.demo_site.layout import frame_page
from deployments.demo_site.people import Awkwardness, Person, Post, recent_posts
from deployments.demo_site.truth import value_of
from deployments.demo_site.wording import WrittenCount

SCHEMA_TYPES = {
    "person": "Person",
    "organisation": "Organization",
    "band": "MusicGroup",
    "shop": "Store",
}
COUNTS = ("followers", "following", "posts")
NUMBERED_SHARE = 5
"""One page in five writes every character beyond ASCII as a numbered reference."""


def render_page(person: Person, *, seed: int, site: str) -> str:
    """Return the page of `person` as HTML; `site` has no slash at its end."""
    page = frame_page(
        f"{person.display_name} (@{person.handle})",
        _article(person, recent_posts(person, seed=seed)),
        head=_head(person, site=site),
        language=person.culture.language,
        direction="rtl" if person.is_right_to_left else "ltr",
    )
    if person.awkwardness is Awkwardness.MALFORMED:
        return _break_markup(page)
    if _is_numbered(person):
        return page.encode("ascii", "xmlcharrefreplace").decode("ascii")
    return page


def _is_numbered(person: Person) -> bool:
    return person.index % NUMBERED_SHARE == 1


def _article(person: Person, posts: list[Post]) -> str:
    has_microdata = person.markup == "microdata"
    scope = (
        f' itemscope itemtype="https://schema.org/{SCHEMA_TYPES[person.kind]}"'
        if has_microdata
        else ""
    )

    def mark(name: str) -> str:
        return f' itemprop="{name}"' if has_microdata else ""

    verified = '<span class="verified" title="Verified">✓</span>\n'
    return (
        f'<article class="profile" data-id="{person.external_id}" '
        f'data-platform="demo"{scope}>\n<div class="banner"></div>\n'
        f'<img class="picture" src="/pictures/{person.handle}.png" '
        f'width="120" height="120" alt=""{mark("image")}>\n'
        f'<h1 class="display-name" dir="auto"{mark("name")}>'
        f"{escape(person.display_name)}</h1>\n"
        f"{verified if person.verified else ''}"
        f'<p class="handle"{mark("alternateName")} dir="ltr">@{person.handle}</p>\n'
        f"{_bio(person, mark('description'))}{_counts(person)}"
        f'<p class="facts"><span class="kind">{person.kind}</span>\n'
        f"{_location(person, mark('address'))}"
        '<span class="since" lang="en">joined <time class="joined" '
        f'datetime="{person.joined_at:%Y-%m-%d}">{person.joined_at:%B %Y}</time></span>'
        f"</p>\n{_topics(person)}</article>\n{_posts(posts)}"
    )


def _bio(person: Person, mark: str) -> str:
    if person.awkwardness is Awkwardness.PRIVATE:
        return '<p class="notice" lang="en" dir="ltr">This account is private.</p>\n'
    if person.bio is None:
        return ""
    lines = escape(person.bio).replace("\n", "<br>\n")
    return f'<p class="bio" dir="auto"{mark}>{lines}</p>\n'


def _location(person: Person, mark: str) -> str:
    if person.location is None:
        return ""
    return f'<span class="location"{mark}>{escape(person.location)}</span>\n'


def _counts(person: Person) -> str:
    stated = [(name, getattr(person, name)) for name in COUNTS]
    rows = "".join(
        _count(name, count, has_word=person.markup == "open_graph")
        for name, count in stated
        if count is not None
    )
    return f'<dl class="counts">\n{rows}</dl>\n' if rows else ""


def _count(name: str, count: WrittenCount, *, has_word: bool) -> str:
    title = f' title="{count.title}"' if count.title else ""
    word = name.capitalize()
    if has_word:
        return (
            f'<div><dd class="{name}" dir="ltr"{title}>{count.text} '
            f'<span class="word">{word}</span></dd></div>\n'
        )
    return (
        f'<div><dt>{word}</dt><dd class="{name}" dir="ltr"{title}>{count.text}</dd>'
        "</div>\n"
    )


def _topics(person: Person) -> str:
    topics = "".join(f"<li>{escape(topic)}</li>\n" for topic in person.topics)
    return f'<ul class="topics">\n{topics}</ul>\n' if topics else ""


def _posts(posts: list[Post]) -> str:
    if not posts:
        return '<p class="nothing" lang="en" dir="ltr">Nothing posted yet.</p>\n'
    shown = "".join(
        f'<article class="post"><p class="text" dir="auto">{escape(post.text)}</p>'
        '<p class="below"><time dir="ltr" '
        f'datetime="{post.published_at:%Y-%m-%dT%H:%M:%SZ}">'
        f"{post.published_at:%d %b %Y}</time> "
        f'<span class="likes" dir="ltr">{post.likes}</span></p></article>\n'
        for post in posts
    )
    return f'<section class="posts">\n{shown}</section>\n'


def _head(person: Person, *, site: str) -> str:
    address = f"{site}/people/{person.handle}"
    lines = [f'<link rel="canonical" href="{address}">']
    if person.markup == "json_ld":
        data = json.dumps(
            # A script is not decoded as text is: no numbered references there.
            _json_ld(person, site),
            ensure_ascii=_is_numbered(person),
        )
        safe = data.replace("<", "\\u003c")
        lines.append(f'<script type="application/ld+json">{safe}</script>')
    if person.markup == "open_graph":
        lines += _open_graph(person, site)
    return "\n".join([*lines, ""])


def _open_graph(person: Person, site: str) -> list[str]:
    counts = [(name, getattr(person, name)) for name in COUNTS]
    stated = ", ".join(
        f"{count.text} {name.capitalize()}" for name, count in counts if count
    )
    members = {
        "og:type": "profile",
        "og:title": f"{person.display_name} (@{person.handle})",
        "og:url": f"{site}/people/{person.handle}",
        "og:image": f"{site}/pictures/{person.handle}.png",
        "og:description": " - ".join(filter(None, (stated, person.bio))),
        "profile:username": person.handle,
    }
    return [
        f'<meta property="{name}" content="{escape(text)}">'
        for name, text in members.items()
    ]


def _json_ld(person: Person, site: str) -> dict[str, Any]:
    actions = {"followers": "FollowAction", "posts": "WriteAction"}
    numbers = {name: value_of(getattr(person, name)) for name in actions}
    return {
        "@context": "https://schema.org",
        "@type": "ProfilePage",
        "mainEntity": {
            "@type": SCHEMA_TYPES[person.kind],
            "name": person.display_name,
            "alternateName": person.handle,
            "identifier": person.external_id,
            "description": person.bio,
            "image": f"{site}/pictures/{person.handle}.png",
            "interactionStatistic": [
                {
                    "@type": "InteractionCounter",
                    "interactionType": f"https://schema.org/{actions[name]}",
                    "userInteractionCount": number,
                }
                for name, number in numbers.items()
                if number is not None
            ],
        },
    }


def _break_markup(page: str) -> str:
    """Leave out what browsers forgive: closing tags, quotes, the end of the page."""
    unclosed = re.sub(r"</(?:li|dd|dt|p|body|html)>", "", page)
    unquoted = re.sub(r'="([A-Za-z0-9_-]+)"', r"=\1", unclosed)
    return unquoted.replace("<main>", "<main></section></b>", 1)
