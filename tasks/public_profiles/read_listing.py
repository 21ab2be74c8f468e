"""Pure: one page of a listing in, the addresses it leads to out."""

from typing import NamedTuple
from urllib.parse import urlsplit

from config.recipes import Recipe
from tasks.public_profiles.handles import tidy_address
from tasks.public_profiles.opened_page import OpenedPage, open_page


class Listing(NamedTuple):
    """Where a page of a listing leads."""

    links: tuple[str, ...]
    """Absolute addresses without fragment, each once, in the page's order."""

    next_url: str | None
    """The next page of the listing, `None` on the last one."""


def read_listing(body: bytes | str, *, url: str, recipe: Recipe) -> Listing:
    """
    Return the links to public profiles and to the next page.

    Raises:
        NotAPublicProfileError: It is empty or not HTML.
    """
    page = open_page(body, url=url)
    base = _base_of(page, url)
    pattern = recipe.listing.pattern
    found = [
        address
        for address in _addresses(page, recipe.listing.links, base=base)
        if pattern is None or pattern.search(urlsplit(address).path)
    ]
    here = tidy_address(url)
    next_url = None
    if recipe.listing.next is not None:
        onward = _addresses(page, recipe.listing.next, base=base)
        next_url = next((each for each in onward if each != here), None)
    links = dict.fromkeys(each for each in found if each not in {here, next_url})
    return Listing(links=tuple(links), next_url=next_url)


def _base_of(page: OpenedPage, url: str) -> str:
    node = page.tree.css_first("base[href]")
    stated = tidy_address(node.attributes.get("href"), base=url) if node else None
    return stated or url


def _addresses(page: OpenedPage, selector: str, *, base: str) -> list[str]:
    found = (
        tidy_address(node.attributes.get("href"), base=base)
        for node in page.tree.css(selector)
    )
    return [address for address in found if address]
