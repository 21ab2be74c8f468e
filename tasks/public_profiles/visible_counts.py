"""Counts in the visible text of a profile page, where no tag says what they are."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from selectolax.lexbor import LexborNode

from tasks.public_profiles.count_words import COUNTED_WORD
from tasks.public_profiles.counts import bare_counts, read_count
from tasks.public_profiles.handles import word_set
from tasks.public_profiles.opened_page import OpenedPage

_ELSEWHERE = word_set("nav footer aside script style noscript template svg form select")
_OF_OTHERS = re.compile(
    r"suggest|recommend|related|similar|sidebar|who-to-follow|popular|trending|discover"
    r"|comment|footer|cookie|modal",
    re.IGNORECASE,
)
_VIEWS = word_set("followers following follows subscribers posts")
_DEEPEST = 60
_DEEPEST_EXACT = 6


def read_visible_counts(page: OpenedPage, *, handle: str) -> dict[str, int]:
    """Return the counts that stand beside their words, posts and suggestions aside."""
    body = page.tree.body
    return bare_counts(_texts(body, handle.casefold(), _DEEPEST)) if body else {}


def _texts(node: LexborNode, handle: str, depth: int) -> Iterator[str]:
    child = node.first_child
    while child is not None:
        if child.is_text_node:
            if text := (child.text_content or "").strip():
                yield text
        elif depth and child.is_element_node and not _is_elsewhere(child, handle):
            exact = _exact_texts(child, handle)
            yield from exact or _texts(child, handle, depth - 1)
        child = child.next


def _exact_texts(node: LexborNode, handle: str) -> list[str]:
    """Return the texts of an element whose title says its shortened number in full."""
    title = node.attributes.get("title")
    exact = read_count(title) if title else None
    if exact is None:
        return []
    texts = list(_texts(node, handle, _DEEPEST_EXACT))
    numbers = [text for text in texts if read_count(text) is not None]
    if len(numbers) != 1:
        return []
    word = COUNTED_WORD.search(numbers[0])
    said = f"{exact} {word[0]}" if word else str(exact)
    return [said if text == numbers[0] else text for text in texts]


def _is_elsewhere(node: LexborNode, handle: str) -> bool:
    if node.tag in _ELSEWHERE or (node.tag == "a" and _leads_to_others(node, handle)):
        return True
    attributes = node.attributes
    if "hidden" in attributes:
        return True
    named = f"{attributes.get('class')} {attributes.get('id')} {attributes.get('role')}"
    if _OF_OTHERS.search(named):
        return True
    return node.tag == "article" and node.css_first("h1") is None


def _leads_to_others(link: LexborNode, handle: str) -> bool:
    """Whether a link leads to something that is not the handle's own."""
    address = (link.attributes.get("href") or "").split("#", 1)[0].split("?", 1)[0]
    if not address or address.lower().startswith("javascript:"):
        return False
    path = address.split("://", 1)[-1] if "://" in address else address
    parts = [unquote(part).lstrip("@").casefold() for part in path.split("/") if part]
    if handle in parts or handle.split("@", 1)[0] in parts:
        return False
    return not parts or parts[-1] not in _VIEWS or len(parts) > 1
