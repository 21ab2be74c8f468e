"""What meta tags, microformats and links say of the person a page is about."""

# ruff: noqa: RUF001 - titles have dashes of all lengths

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborNode

from tasks.public_profiles.counts import leading_counts, read_count, read_counts
from tasks.public_profiles.handles import is_address_of, normalise_handle, same_address
from tasks.public_profiles.opened_page import OpenedPage, text_of

COUNTED = ("followers", "following", "posts")

_PROFILE_TYPE = re.compile(
    r"(?:^|[:._-])(?:profile|user|musician|band|artist|channel|author|person|actor"
    r"|athlete|politician|public_figure|tumblelog|creator|company)$",
    re.IGNORECASE,
)
_OTHER_TYPE = re.compile(
    r"^(?:article|video\.|video$|music\.(?:song|album|playlist)|product|book|place$"
    r"|event|blog\.post|.*[:.](?:photo|video|event|concert|pin|post|song|track)$)",
    re.IGNORECASE,
)
_TITLE_WITH_HANDLE = re.compile(
    r"^(?P<name>.*?)\s*[(\[（]\s*@?(?P<handle>[\w.\-]+(?:@[\w.\-]+)?)\s*[)\]）]"
)
_SHORTEST_DOMAIN = 3
_SHOWN_HANDLE = re.compile(r"@[\w.\-]+")
_COUNT_META = {
    "followers": re.compile(r"[:_.-](?:followers?|subscribers?)(?:[:_-]?count)?$"),
    "following": re.compile(r"[:_.-]followings?(?:[:_-]?count)?$"),
}
_SITE_NAME_METAS = (
    "og:site_name",
    "application-name",
    "apple-mobile-web-app-title",
    "twitter:app:name:iphone",
    "twitter:app:name:googleplay",
    "al:ios:app_name",
    "al:android:app_name",
)
_LABELS = {
    "followers": re.compile(r"^(?:followers?|subscribers?)$", re.IGNORECASE),
    "following": re.compile(r"^following$", re.IGNORECASE),
    "posts": re.compile(r"^(?:posts|tweets)$", re.IGNORECASE),
}
_BOILERPLATE = re.compile(
    r"^(?:see |watch |read |listen|discover|view |follow |explore|join |sign |log |get "
    r"|check out|visit |find )|\b(?:on (?:instagram|facebook|linkedin|tiktok))\b",
    re.IGNORECASE,
)
_LINK_ENDS = {
    "followers": ("followers", "subscribers"),
    "following": ("following", "follows"),
}


def is_typed_as_profile(page: OpenedPage) -> bool:
    """Whether the page's Open Graph type says that it is about somebody."""
    return any(_PROFILE_TYPE.search(each) for each in page.metas.get("og:type", ()))


def is_typed_as_other(page: OpenedPage) -> bool:
    """Whether the page's Open Graph type says that it is about something else."""
    return any(_OTHER_TYPE.match(each) for each in page.metas.get("og:type", ()))


def names_handle_in_title(page: OpenedPage) -> str | None:
    """Return the handle in a title such as "Ada (@ada)", if the address is its own."""
    for title in _titles(page):
        match = _TITLE_WITH_HANDLE.match(title)
        if match and "@" in title[: match.end()]:
            handle = normalise_handle(match["handle"])
            if handle and is_address_of(handle, page.own_address):
                return handle
    return None


def shows_one_handle(page: OpenedPage) -> str | None:
    """Return the `@handle` that an element named so shows, if there is only one."""
    shown = {
        text_of(node)
        for node in page.tree.css('[class*="handle"], [class*="username"]')
        if not _is_inside(node, ("post", "comment", "h-entry"))
    }
    if len(shown) != 1 or not _SHOWN_HANDLE.fullmatch(text := shown.pop()):
        return None
    return normalise_handle(text)


def _titles(page: OpenedPage) -> Iterator[str]:
    titles = (page.meta("og:title"), page.meta("twitter:title"), page.title)
    return (each for each in titles if each)


def site_names(page: OpenedPage) -> list[str]:
    """Return the names the site gives itself, and the one in its host."""
    names = [name for key in _SITE_NAME_METAS for name in page.metas.get(key, ())]
    labels = page.host.removeprefix("www.").split(".")
    domain = labels[-2] if len(labels) > 1 else ""
    is_a_name = len(domain) >= _SHORTEST_DOMAIN and not domain.isdigit()
    return [*dict.fromkeys([*names, domain] if is_a_name else names)]


def read_meta_tags(page: OpenedPage, *, handle: str | None) -> dict[str, Any]:
    """Return what the head of a profile page says; the caller knows that it is one."""
    fields: dict[str, Any] = {
        "display_name": _name_in_head(page, handle=handle),
        "handle": normalise_handle(page.meta("profile:username")),
        "picture_url": page.meta("og:image:secure_url", "og:image", "twitter:image"),
    }
    counts = _counts_in_meta(page) | _counts_in_labels(page)
    known = (fields["display_name"], handle, f"@{handle}")
    names = [name for name in known if name]
    keys = ("og:description", "description", "twitter:description")
    descriptions = [text for key in keys if (text := page.meta(key))]
    for text in descriptions:
        counts = _counts_in_sentence(page, text, names=names) | counts
    if descriptions and not read_counts(descriptions[0]):
        bio = descriptions[0]
        fields["bio"] = None if _BOILERPLATE.search(bio) else bio
    return {key: value for key, value in (fields | counts).items() if value is not None}


def _counts_in_sentence(
    page: OpenedPage, text: str, *, names: list[str]
) -> dict[str, int]:
    sites = site_names(page)
    for site in sites:
        if counts := leading_counts(text, names=[*names, *sites], site=site):
            return counts
    return {}


def _name_in_head(page: OpenedPage, *, handle: str | None) -> str | None:
    first, last = page.meta("profile:first_name"), page.meta("profile:last_name")
    if first and last:
        return f"{first} {last}"
    for title in _titles(page):
        match = _TITLE_WITH_HANDLE.match(title)
        if match and handle and _same_handle(match["handle"], handle):
            return match["name"].strip(" \u200e\u200f") or None
    for title in _titles(page):
        if name := _without_site(title, page):
            return name
    return None


def _same_handle(one: str, other: str) -> bool:
    one, other = one.casefold().lstrip("@"), other.casefold()
    return one == other or one.split("@", 1)[0] == other.split("@", 1)[0]


def _without_site(title: str, page: OpenedPage) -> str | None:
    """Return a title without the site's name behind or before it."""
    for site in site_names(page):
        if not site:
            continue
        name = re.escape(site)
        title = re.sub(
            rf"(?:\s*[-–—|·•:/]\s*|\s+(?:on|auf|sur|en|em|su|в)\s+){name}\b.*$",
            "",
            title,
            flags=re.IGNORECASE,
        )
        title = re.sub(rf"^{name}\s*[-–—|·•:]\s*", "", title, flags=re.IGNORECASE)
        if title.strip().casefold() == site.casefold():
            return None
    return title.strip() or None


def _counts_in_meta(page: OpenedPage) -> dict[str, int]:
    """Read tags such as `example:followers` or `example:follower_count`."""
    counts: dict[str, int] = {}
    for key, contents in page.metas.items():
        for field, pattern in _COUNT_META.items():
            if pattern.search(key):
                count = read_count(contents[0])
                if count is not None:
                    counts.setdefault(field, count)
    return counts


def _counts_in_labels(page: OpenedPage) -> dict[str, int]:
    """Read pairs such as `twitter:label1` "Followers" and `twitter:data1` "1.2K"."""
    counts: dict[str, int] = {}
    for number in "1234":
        label = page.meta(f"twitter:label{number}")
        text = page.meta(f"twitter:data{number}", f"twitter:value{number}")
        for field, pattern in _LABELS.items():
            if label and text and pattern.match(label):
                count = read_count(text)
                if count is not None:
                    counts[field] = count
    return counts


def read_links(page: OpenedPage, *, handle: str) -> dict[str, int]:
    """Return the counts on links to the handle's own followers and following."""
    counts: dict[str, set[int]] = {}
    if "follow" not in page.text and "subscribers" not in page.text:
        return {}
    for node in page.tree.css('a[href*="follow"], a[href*="subscribers"]'):
        split = urlsplit(node.attributes.get("href") or "")
        path = unquote(split.path).rstrip("/").casefold()
        parts = [part.lstrip("@") for part in path.split("/")]
        if handle.casefold() not in parts:
            continue
        for field, ends in _LINK_ENDS.items():
            if parts[-1] in ends or split.query.rsplit("=", 1)[-1] in ends:
                count = exact_count(node, noun=field)
                if count is not None:
                    counts.setdefault(field, set()).add(count)
    return {field: next(iter(n)) for field, n in counts.items() if len(n) == 1}


def exact_count(node: LexborNode, *, noun: str) -> int | None:
    """Return the count of an element: from its exact labels first, then its text."""
    labels = [node.attributes.get(key) for key in ("aria-label", "title")]
    labels += [child.attributes.get("title") for child in node.css("[title]")]
    for label in filter(None, labels):
        count = read_count(label, noun=noun)
        count = read_count(label) if count is None else count
        if count is not None:
            return count
    for text in (text_of(node), " ".join(node.text(separator=" ").split())):
        count = read_count(text, noun=noun)
        if count is not None:
            return count
    return None


def read_card(page: OpenedPage, *, handle: str | None) -> dict[str, Any] | None:
    """
    Return what the page's own h-card (or vcard) says; `None` if it has none.

    Source: microformats.org, h-card and the representative h-card: the one whose
    address is the page's, or the only one that does not belong to a post.
    """
    if "h-card" not in page.text and "vcard" not in page.text:
        return None
    cards = [
        node
        for node in page.tree.css(".h-card, .vcard")
        if not _is_inside(node, ("h-entry", "hentry", "h-feed", "h-card", "vcard"))
    ]
    own = [each for each in cards if _is_own_card(each, page, handle=handle)]
    if not own and len(cards) == 1 and page.has_own_address:
        own = cards if not _card_addresses(cards[0]) else []
    return _read_card(own[0]) if own else None


def _read_card(card: LexborNode) -> dict[str, Any]:
    def first(*selectors: str) -> str | None:
        node = next(filter(None, map(card.css_first, selectors)), None)
        return text_of(node) or None if node else None

    picture = card.css_first("img.u-photo, .u-photo img, img.photo")
    places = (first(".p-locality", ".locality"), first(".p-region", ".region"))
    place = first(".p-label", ".p-adr", ".adr")
    country = first(".p-country-name", ".country-name")
    topics = tuple(filter(None, map(text_of, card.css(".p-category"))))
    fields: dict[str, Any] = {
        "display_name": first(".p-name", ".fn"),
        "handle": normalise_handle(first(".p-nickname", ".nickname")),
        "bio": first(".p-note", ".note", ".e-note"),
        "location": ", ".join(filter(None, (*places, country))) or place,
        "picture_url": picture.attributes.get("src") if picture else None,
        "topics": topics,
    }
    return {key: value for key, value in fields.items() if value not in (None, ())}


def _is_own_card(card: LexborNode, page: OpenedPage, *, handle: str | None) -> bool:
    if any(same_address(each, page.own_address) for each in _card_addresses(card)):
        return True
    nickname = card.css_first(".p-nickname, .nickname")
    if nickname is None or handle is None:
        return False
    return (normalise_handle(text_of(nickname)) or "").casefold() == handle.casefold()


def _card_addresses(card: LexborNode) -> list[str]:
    nodes = [card, *card.css("a.u-url, a.url, a.u-uid, a.uid, a[rel~=me]")]
    found = (node.attributes.get("href") for node in nodes)
    return [each for each in found if each and "://" in each]


def _is_inside(node: LexborNode, classes: tuple[str, ...]) -> bool:
    parent = node.parent
    while parent is not None:
        named = (parent.attributes.get("class") or "").split() if parent.tag else []
        if any(each in named for each in classes):
            return True
        parent = parent.parent
    return False
