"""Pure: what a campaign gives to a JSON interface's recipe, and what it then asks."""

import re
from collections.abc import Collection, Mapping, Sequence
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from config.errors import InvalidError
from config.recipes.json_api import (
    PLACEHOLDER,
    ApiRecipe,
    DetailsPart,
    RequestPart,
    find_api_recipe,
)
from config.recipes.parts import InputPart
from tasks.public_profiles.acquire import check_recipe_version
from tasks.public_profiles.schemas import JsonApiSource

Values = Mapping[str, Sequence[str]]
"""Name -> its values; most have one."""

_BETWEEN = re.compile(r"[\s,;]+")


def check_api_source(source: JsonApiSource) -> ApiRecipe:
    """
    Return the recipe of a source, which can be read as it is described.

    Raises:
        InvalidError: The recipe is unknown or another version, an input is missing or
            wrong, or no server is named; the field is named.
    """
    try:
        recipe = find_api_recipe(source.recipe)
    except InvalidError as unknown:
        raise InvalidError(unknown.message, field="source.recipe") from None
    check_recipe_version(recipe, source.recipe_version)
    if recipe.request.url is None and not base_of(source, recipe):
        raise InvalidError(
            f"recipe {recipe.name} reads any {recipe.platform} server: name its "
            "address",
            field="source.baseUrl",
        )
    if recipe.auth and recipe.auth.required and source.secret is None:
        raise InvalidError(
            f"recipe {recipe.name} needs a secret: {recipe.auth.about}",
            field="source.secret",
        )
    if source.details and recipe.details is None:
        raise InvalidError(
            f"recipe {recipe.name} knows no details to ask for", field="source.details"
        )
    check_inputs(source, recipe)
    return recipe


def check_inputs(source: JsonApiSource, recipe: ApiRecipe) -> None:
    """
    Refuse inputs that the recipe does not know, lacks or cannot use.

    Raises:
        InvalidError: The field is named, and what belongs there.
    """
    unknown = sorted(set(source.inputs) - set(recipe.inputs))
    if unknown:
        known = ", ".join(recipe.inputs) or "none"
        raise InvalidError(
            f"recipe {recipe.name} has no input {unknown[0]!r}; its inputs are: "
            f"{known}",
            field=f"source.inputs.{unknown[0]}",
        )
    fixed_values(source, recipe)
    list_chunks(source, recipe)


def fixed_values(source: JsonApiSource, recipe: ApiRecipe) -> dict[str, list[str]]:
    """Return the values that are the same for every request."""
    values: dict[str, list[str]] = {}
    for name, part in recipe.inputs.items():
        if recipe.each and name == recipe.each.input:
            continue
        stated = source.inputs.get(name, part.default)
        if stated is None:
            _refuse_if_required(name, part)
            continue
        if not isinstance(stated, str):
            raise InvalidError(
                f"{name} is one value, not several", field=f"source.inputs.{name}"
            )
        _add(values, _read_input(name, part, stated))
    return values


def list_chunks(source: JsonApiSource, recipe: ApiRecipe) -> list[dict[str, list[str]]]:
    """Return the values of each request of a list; one without any for no list."""
    each = recipe.each
    if each is None:
        return [{}]
    part = recipe.inputs[each.input]
    stated = source.inputs.get(each.input, part.default or ())
    texts = _BETWEEN.split(stated) if isinstance(stated, str) else list(stated)
    texts = list(dict.fromkeys(text.strip() for text in texts if text.strip()))
    if not texts:
        _refuse_if_required(each.input, part)
    chunks: list[dict[str, list[str]]] = []
    for number, text in enumerate(texts):
        if number % each.size == 0:
            chunks.append({})
        _add(chunks[-1], _read_input(each.input, part, text))
    return chunks


def _add(values: dict[str, list[str]], more: Mapping[str, str]) -> None:
    for name, text in more.items():
        values.setdefault(name, []).append(text)


def _refuse_if_required(name: str, part: InputPart) -> None:
    if part.required:
        raise InvalidError(
            f"{name} is missing: {part.about}", field=f"source.inputs.{name}"
        )


def _read_input(name: str, part: InputPart, stated: str) -> dict[str, str]:
    """Return the value under its name, and the groups that its pattern names."""
    text = stated.strip()
    match = part.pattern.fullmatch(text) if part.pattern else None
    if part.pattern and not match:
        raise InvalidError(
            f"{text!r} does not fit {name}: {part.about}",
            field=f"source.inputs.{name}",
        )
    groups = match.groupdict() if match else {}
    return {name: text} | {key: value for key, value in groups.items() if value}


def base_of(source: JsonApiSource, recipe: ApiRecipe) -> str:
    """Return the address of the service, without a slash at its end."""
    base = str(source.base_url) if source.base_url else recipe.base or ""
    return base.rstrip("/")


def hosts_of_api(source: JsonApiSource, recipe: ApiRecipe) -> tuple[str, ...]:
    """Return the hosts that may be asked: those named, or the service's own."""
    if source.hosts:
        return source.hosts
    hosts = {urlsplit(base_of(source, recipe)).netloc}
    if recipe.request.url is not None:
        for chunk in list_chunks(source, recipe):
            hosts |= {_host_of(url) for url in chunk.get("address", ())}
            hosts |= set(chunk.get("host", ()))
    return tuple(sorted(host for host in hosts if host))


def _host_of(url: str) -> str:
    try:
        return urlsplit(url).netloc
    except ValueError:  # such as a broken IPv6 address; it is told when it is asked
        return ""


def address_of(
    request: RequestPart,
    *,
    base: str,
    values: Values,
    repeated: bool = False,
    more: Mapping[str, str] | None = None,
) -> str | None:
    """
    Return the address of a request, None if a value that it needs is not known.

    Args:
        request: Its parts; a parameter whose value is not known is left out.
        base: Address of the service, for requests that have only a path.
        values: What stands for `${name}`.
        repeated: Whether several values make several parameters, or one with commas.
        more: Further parameters, such as that of the paging.
    """
    if request.url is not None:
        whole = PLACEHOLDER.fullmatch(request.url)
        place = _fill(request.url, values, is_path=whole is None)
    else:
        filled = _fill(request.path or "", values, is_path=True)
        place = None if filled is None else base + filled
    if place is None:
        return None
    pairs: list[tuple[str, str]] = []
    for name, text in request.query.items():
        pairs += [(name, value) for value in _parameter(text, values, repeated)]
    pairs += list((more or {}).items())
    if not pairs:
        return place
    joint = "&" if "?" in place else "?"
    return f"{place}{joint}{urlencode(pairs, quote_via=quote, safe=',:@')}"


def _parameter(text: str, values: Values, repeated: bool) -> Sequence[str]:  # noqa: FBT001 - handed on
    whole = PLACEHOLDER.fullmatch(text)
    if whole and repeated:
        return values.get(whole[1], ())
    filled = _fill(text, values, is_path=False)
    return () if filled is None else (filled,)


def _fill(text: str, values: Values, *, is_path: bool) -> str | None:
    if any(not values.get(name) for name in PLACEHOLDER.findall(text)):
        return None

    def put(match: re.Match[str]) -> str:
        joined = ",".join(values[match[1]])
        # A host has no blanks to quote, but may have a port.
        return quote(joined, safe=",:@") if is_path else joined

    return PLACEHOLDER.sub(put, text)


def detail_addresses(
    details: DetailsPart, names: Sequence[str], *, base: str
) -> dict[str, int]:
    """Return where the details of records stand, and how many names each is about."""
    found: dict[str, int] = {}
    for start in range(0, len(names), details.size):
        some = names[start : start + details.size]
        url = address_of(
            details.request,
            base=base,
            values={"value": some},
            repeated=details.repeated,
        )
        if url is not None:
            found[url] = len(some)
    return found


def list_values(source: JsonApiSource, recipe: ApiRecipe) -> tuple[str, ...]:
    """Return the values of the list that a source names, none if it names no list."""
    each = recipe.each
    if each is None:
        return ()
    chunks = list_chunks(source, recipe)
    return tuple(one for some in chunks for one in some[each.input])


def narrow_to(
    source: JsonApiSource, recipe: ApiRecipe, references: Collection[str]
) -> JsonApiSource | None:
    """
    Return the source with only those values of its list that are named.

    None: it has no list, or none of its values is among them.
    """
    each = recipe.each
    left = tuple(one for one in list_values(source, recipe) if one in references)
    if each is None or not left:
        return None
    return source.model_copy(update={"inputs": {**source.inputs, each.input: left}})


def asked_for(request: RequestPart, url: str, *, repeated: bool) -> list[str]:
    """Return the values that an address with several `${value}` asks for."""
    names = [name for name, text in request.query.items() if text == "${value}"]
    found = [value for name, value in parse_qsl(urlsplit(url).query) if name in names]
    if repeated:
        return found
    return [part for value in found for part in value.split(",")]
