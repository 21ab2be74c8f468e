"""A page opened for reading: its tree, its meta tags, its own address."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from config.errors import UnreadableError
from tasks.public_profiles.handles import host_of, tidy_address
from tasks.public_profiles.page_data import linked_data_in

_SNIFFED_BYTES = 1024
_KNOWN_FORMS = (
    (b"%PDF", "application/pdf"),
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"{", "application/json"),
    (b"[", "application/json"),
    (b"<?xml", "XML"),
    (b"<svg", "image/svg+xml"),
    (b"<rss", "RSS"),
)
_TAG = re.compile(
    rb"<(?:!doctype|html|head|body|meta|title|div|p|main|article|h1)\b", re.IGNORECASE
)
_CHARSET = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?([\w-]+)""", re.IGNORECASE)
_BREAKS = frozenset(("br", "p", "div", "li", "tr", "h1", "h2", "h3"))
_UNREAD = frozenset(("script", "style", "template", "noscript"))


class NotAPublicProfileError(UnreadableError):
    """The page is not one of a public profile; the message says what is missing."""

    code = "not_a_public_profile"


@dataclass
class OpenedPage:
    """A page, parsed once; what is derived from it is derived once."""

    tree: LexborHTMLParser
    fetched_url: str
    text: str
    """The page as it came, for quick looks before costly ones."""

    @cached_property
    def metas(self) -> dict[str, list[str]]:
        """Content of the meta tags by property, name or itemprop, in lower case."""
        metas: dict[str, list[str]] = {}
        for node in self.tree.css("meta[content]"):
            attributes = node.attributes
            content = (attributes.get("content") or "").strip()
            key = attributes.get("property") or attributes.get("name")
            key = key or attributes.get("itemprop")
            if key and content:
                metas.setdefault(key.strip().lower(), []).append(content)
        return metas

    def meta(self, *keys: str) -> str | None:
        """Return the first content of the first of these meta tags that is there."""
        return next((self.metas[key][0] for key in keys if key in self.metas), None)

    @cached_property
    def own_address(self) -> str:
        """
        The address the page gives itself, else the one it was fetched from.

        A canonical address that points at the front page of a deeper page is a slip.
        """
        node = self.tree.css_first("link[rel~=canonical][href]")
        stated = [node.attributes.get("href") if node else None]
        stated += [self.meta("og:url"), self.meta("al:web:url", "twitter:url")]
        found = [tidy_address(each, base=self.fetched_url) for each in stated]
        addresses = [each for each in found if each]
        deep = [each for each in addresses if each.split("/", 3)[3:] not in ([], [""])]
        return next(iter(deep or addresses), None) or (
            tidy_address(self.fetched_url) or self.fetched_url
        )

    @cached_property
    def has_own_address(self) -> bool:
        """Whether the page states its address itself."""
        return self.own_address != tidy_address(self.fetched_url)

    @cached_property
    def host(self) -> str:
        """Host of the page's own address."""
        return host_of(self.own_address)

    @cached_property
    def linked_data(self) -> list[dict[str, Any]]:
        """Top-level objects of the page's JSON-LD."""
        return linked_data_in(self.tree) if "ld+json" in self.text else []

    @cached_property
    def title(self) -> str | None:
        """Text of the title tag."""
        node = self.tree.css_first("head > title, title")
        return text_of(node) or None if node else None


def open_page(body: bytes | str, *, url: str) -> OpenedPage:
    """
    Parse a page.

    Raises:
        NotAPublicProfileError: It is empty, or not HTML.
    """
    if not body.strip():
        raise NotAPublicProfileError("the page is empty")
    sample = body[:_SNIFFED_BYTES]
    start = sample.encode("utf-8", "replace") if isinstance(sample, str) else sample
    _refuse_other_forms(start)
    text = body if isinstance(body, str) else _decode(body, start)
    return OpenedPage(tree=LexborHTMLParser(text), fetched_url=url, text=text)


def _refuse_other_forms(start: bytes) -> None:
    start = start.removeprefix(codecs.BOM_UTF8).lstrip()
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return
    for beginning, form in _KNOWN_FORMS:
        if start.lower().startswith(beginning.lower()):
            if form == "XML" and b"html" in start.lower():
                return
            raise NotAPublicProfileError(f"the page is not HTML: {form}")
    if b"\x00" in start:
        raise NotAPublicProfileError("the page is not HTML: binary data")
    if not _TAG.search(start) and b"<" not in start:
        raise NotAPublicProfileError("the page is not HTML: plain text")


def _decode(body: bytes, start: bytes) -> str:
    """Decode by byte order mark, then UTF-8, then what the page says of itself."""
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return body.decode("utf-16", "replace")
    try:
        return body.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError:
        named = _CHARSET.search(start)
    try:
        return body.decode(named[1].decode("ascii") if named else "utf-8", "replace")
    except LookupError:
        return body.decode("utf-8", "replace")


def text_of(node: LexborNode) -> str:
    """Return what a reader sees of an element: blanks as one, breaks as line feeds."""
    only = node.first_child
    if only is None:
        return ""
    if only.is_text_node and only.next is None:
        return " ".join((only.text_content or "").split())
    lines = "".join(_pieces(node)).split("\n")
    return "\n".join(" ".join(line.split()) for line in lines).strip()


def _pieces(node: LexborNode) -> Iterator[str]:
    child = node.first_child
    while child is not None:
        if child.is_text_node:
            yield re.sub(r"\s+", " ", child.text_content or "")
        elif child.is_element_node and child.tag not in _UNREAD:
            if child.tag in _BREAKS:
                yield "\n"
            yield from _pieces(child)
        child = child.next
