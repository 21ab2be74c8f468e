"""
What linked data (JSON-LD, microdata) says of the one a page is about.

Source of the members: schema.org, and for counts the profile-page mark-up that search
engines document: on the entity, `interactionStatistic` counts what others did (follow)
and `agentInteractionStatistic` what it did itself (follow, write).
"""

from collections.abc import Iterable, Iterator
from typing import Any

from selectolax.lexbor import LexborNode

from tasks.public_profiles.handles import (
    host_of,
    is_address_of,
    normalise_handle,
    same_address,
)
from tasks.public_profiles.opened_page import OpenedPage, text_of
from tasks.public_profiles.page_data import as_list
from tasks.public_profiles.recipe_places import read_counted

Node = dict[str, Any]

KINDS = {
    "person": "person",
    "patient": "person",
    "musicgroup": "music group",
    "organization": "organisation",
    "onlinebusiness": "organisation",
    "onlinestore": "organisation",
    "corporation": "organisation",
    "ngo": "organisation",
    "newsmediaorganization": "organisation",
    "educationalorganization": "organisation",
    "collegeoruniversity": "organisation",
    "school": "organisation",
    "governmentorganization": "organisation",
    "sportsorganization": "organisation",
    "sportsteam": "organisation",
    "performinggroup": "organisation",
    "dancegroup": "organisation",
    "theatergroup": "organisation",
    "library": "organisation",
    "museum": "organisation",
    "localbusiness": "organisation",
    "store": "organisation",
    "restaurant": "organisation",
    "medicalorganization": "organisation",
    "brand": "brand",
}
"""Types of schema.org that can have a public profile -> our word for the kind."""

_ENDINGS_OF_OTHERS = (
    "article",
    "posting",
    "product",
    "event",
    "recipe",
    "videoobject",
    "recording",
    "album",
    "book",
    "movie",
    "qapage",
    "review",
    "howto",
    "episode",
    "searchresultspage",
)
"""Endings of types that a page is about when it is not about a person."""

_COUNTED_BY_OTHERS = {
    "followaction": "followers",
    "subscribeaction": "followers",
    "writeaction": "posts",
}
_COUNTED_BY_ITSELF = {
    "followaction": "following",
    "subscribeaction": "following",
    "writeaction": "posts",
}


def linked_nodes(page: OpenedPage) -> list[Node]:
    """Return the page's top-level objects of JSON-LD and microdata."""
    nodes = list(page.linked_data)
    if "itemscope" in page.text:
        nodes += microdata_of(page)
    return nodes


def read_linked_data(page: OpenedPage, nodes: list[Node]) -> dict[str, Any] | None:
    """Return the fields of the entity the page is about; `None` if it has none."""
    profile_page, entity = _choose_entity(page, nodes)
    return _fields_of(page, entity, profile_page) if entity else None


def is_about_something_else(nodes: list[Node]) -> bool:
    """Whether linked data says that the page is an article, an event or the like."""
    return any(
        word.endswith(_ENDINGS_OF_OTHERS) for node in nodes for word in _types(node)
    )


def _choose_entity(
    page: OpenedPage, nodes: list[Node]
) -> tuple[Node | None, Node | None]:
    """Return the profile page's node, if any, and the entity it is about."""
    for profile_page in nodes:
        if "profilepage" in _types(profile_page):
            entity = _subject_of(profile_page, nodes)
            if entity is not None:
                return profile_page, entity
    entities = [node for node in nodes if _kind_of(node)]
    own = [each for each in entities if _is_of_this_page(page, each)]
    if own:
        return None, max(own, key=len)
    people = [node for node in entities if _kind_of(node) in {"person", "music group"}]
    if len(people) == 1 and not is_about_something_else(nodes):
        stated = _addresses(people[0])
        if all(host_of(each) != page.host for each in stated):
            return None, people[0]
    return None, None


def _subject_of(profile_page: Node, nodes: list[Node]) -> Node | None:
    by_id = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str)}
    for about in ("mainEntity", "mainentity", "about"):
        for stated in as_list(profile_page.get(about)):
            entity = _resolve(stated, by_id)
            if entity and _kind_of(entity):
                return entity
    return None


def _resolve(entity: Any, by_id: dict[str, Node]) -> Node | None:
    if not isinstance(entity, dict):
        return by_id.get(entity) if isinstance(entity, str) else None
    return {**by_id.get(str(entity.get("@id")), {}), **entity}


def _is_of_this_page(page: OpenedPage, node: Node) -> bool:
    if any(same_address(each, page.own_address) for each in _addresses(node)):
        return True
    names = _texts(node.get("alternateName"))
    return any(
        name.startswith("@") and is_address_of(name[1:], page.own_address)
        for name in names
    )


def _addresses(node: Node) -> list[str]:
    page_of = node.get("mainEntityOfPage") or node.get("mainEntityofPage")
    found = [*as_list(node.get("url")), *as_list(page_of)]
    texts = [each.get("@id") if isinstance(each, dict) else each for each in found]
    return [each for each in texts if isinstance(each, str) and "://" in each]


def _types(node: Node) -> list[str]:
    return [
        each.rsplit("/", 1)[-1].rsplit(":", 1)[-1].lower()
        for each in as_list(node.get("@type"))
        if isinstance(each, str)
    ]


def _kind_of(node: Node) -> str | None:
    return next((KINDS[word] for word in _types(node) if word in KINDS), None)


def _fields_of(
    page: OpenedPage, entity: Node, profile_page: Node | None
) -> dict[str, Any]:
    page_of = entity.get("mainEntityOfPage") or entity.get("mainEntityofPage")
    sources = [entity, page_of if isinstance(page_of, dict) else {}, profile_page or {}]
    fields: dict[str, Any] = {
        "display_name": _text(entity.get("name")),
        "handle": _handle_of(page, entity, is_profile_page=profile_page is not None),
        "bio": _text(entity.get("description")),
        "external_id": _identifier(entity.get("identifier")),
        "kind": _kind_of(entity),
        "picture_url": _address_of(entity.get("image")),
        "location": _location_of(entity),
        "language": _text(entity.get("knowsLanguage")),
        "topics": _texts(entity.get("knowsAbout")) or _texts(entity.get("genre")),
        "url": next(iter(_addresses(entity)), None),
    }
    for source in sources:
        for field, count in _counts_of(source):
            fields.setdefault(field, count)
    return {field: value for field, value in fields.items() if value not in (None, ())}


def _counts_of(node: Node) -> Iterator[tuple[str, int]]:
    for member, meanings in (
        ("interactionStatistic", _COUNTED_BY_OTHERS),
        ("agentInteractionStatistic", _COUNTED_BY_ITSELF),
    ):
        for statistic in as_list(node.get(member)):
            if not isinstance(statistic, dict):
                continue
            count = read_counted(statistic.get("userInteractionCount"))
            field = meanings.get(_action(statistic.get("interactionType")))
            if field and count is not None:
                yield field, count


def _action(interaction: Any) -> str:
    if isinstance(interaction, list):
        interaction = next(iter(interaction), None)
    if isinstance(interaction, dict):
        interaction = interaction.get("@type") or interaction.get("@id")
    word = interaction if isinstance(interaction, str) else ""
    return word.rsplit("/", 1)[-1].rsplit(":", 1)[-1].lower()


def _handle_of(page: OpenedPage, entity: Node, *, is_profile_page: bool) -> str | None:
    """Return an alternate name that begins with `@`, or that the address carries."""
    for name in _texts(entity.get("alternateName")):
        handle = normalise_handle(name)
        if handle is None or " " in handle:
            continue
        if name.startswith("@") or is_address_of(handle, page.own_address):
            return handle
        if is_profile_page and _kind_of(entity) == "person":
            return handle
    return None


def _identifier(value: Any) -> str | None:
    if isinstance(value, list):
        value = next(iter(value), None)
    if isinstance(value, dict):
        value = value.get("value")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _text(value)


def _location_of(entity: Node) -> str | None:
    for key in ("address", "homeLocation", "location"):
        place = entity.get(key)
        while isinstance(place, dict) and isinstance(place.get("address"), dict | str):
            place = place["address"]
        if text := _place_name(place):
            return text
    return None


def _place_name(place: Any) -> str | None:
    place = next(iter(as_list(place)), None)
    if not isinstance(place, dict):
        return _text(place)
    keys = ("addressLocality", "addressRegion", "addressCountry")
    parts = dict.fromkeys(filter(None, (_text(place.get(key)) for key in keys)))
    return ", ".join(parts) or _text(place.get("name"))


def _address_of(value: Any) -> str | None:
    value = next(iter(as_list(value)), None)
    if isinstance(value, dict):
        value = value.get("contentUrl") or value.get("url") or value.get("@id")
    return _text(value)


def _text(value: Any) -> str | None:
    value = next(iter(as_list(value)), None)
    if isinstance(value, dict):
        value = value.get("@value") or value.get("name")
    return value.strip() or None if isinstance(value, str) else None


def _texts(value: Any) -> tuple[str, ...]:
    texts = (_text(each) for each in as_list(value))
    return tuple(dict.fromkeys(filter(None, texts)))


def microdata_of(page: OpenedPage) -> Iterable[Node]:
    """Yield the page's top-level microdata items in the form of JSON-LD objects."""
    for item in page.tree.css("[itemscope][itemtype]:not([itemprop])"):
        yield _microdata_item(item)


def _microdata_item(item: LexborNode) -> Node:
    node: Node = {"@type": (item.attributes.get("itemtype") or "").split()}
    if identity := item.attributes.get("itemid"):
        node["@id"] = identity
    for child in _properties(item):
        value = _microdata_value(child)
        for name in (child.attributes.get("itemprop") or "").split():
            node.setdefault(name, []).append(value)
    return node


def _properties(item: LexborNode) -> Iterator[LexborNode]:
    """Yield the elements that carry a property of this item, not of one inside it."""
    child = item.first_child
    while child is not None:
        if child.is_element_node:
            attributes = child.attributes
            if "itemprop" in attributes:
                yield child
            if "itemscope" not in attributes:
                yield from _properties(child)
        child = child.next


def _microdata_value(node: LexborNode) -> Any:
    attributes = node.attributes
    if "itemscope" in attributes:
        return _microdata_item(node)
    for name in ("content", "href", "src", "datetime", "value"):
        if attributes.get(name):
            return attributes[name]
    return text_of(node)
