"""Pure: a browser profile's `parameters`, checked and completed."""

from collections.abc import Mapping
from typing import Any

from deployments.standins.multilogin_x.bodies import (
    demand,
    take_choice,
    take_object,
    take_switch,
    take_text,
    take_texts,
)
from deployments.standins.multilogin_x.envelope import wrong_body
from deployments.standins.multilogin_x.fingerprints import check_fingerprint
from deployments.standins.multilogin_x.flags import (
    CUSTOM,
    check_custom_flags,
    complete_flags,
)

PROXY_TYPES = ("http", "https", "socks5", "url")
MOST_START_URLS = 5
_LARGEST_PORT = 65_535


def complete_parameters(
    body: Mapping[str, Any], *, is_strict: bool, default_is_local: bool = True
) -> dict[str, Any]:
    """
    Return whole parameters out of a body's `parameters`, with the vendor's defaults.

    A proxy at the top level of the body counts as well, as in the vendor's older
    samples.

    Raises:
        Refusal: A value is wrong, or one is missing in strict mode.
    """
    given = take_object(body, "parameters")
    if is_strict:
        demand(body, "parameters")
        demand(given, "flags", "fingerprint", "storage")
        demand(take_object(given, "storage"), "is_local")
    proxy = read_proxy(given.get("proxy") or body.get("proxy"))
    fingerprint = check_fingerprint(take_object(given, "fingerprint"))
    flags = complete_flags(
        take_object(given, "flags"), is_strict=is_strict, has_proxy=proxy is not None
    )
    check_custom_flags(flags, fingerprint, has_proxy=proxy is not None)
    storage = complete_storage(take_object(given, "storage"), default_is_local)
    whole: dict[str, Any] = {
        "flags": flags,
        "fingerprint": fingerprint,
        "storage": storage,
    }
    if proxy is not None:
        whole["proxy"] = proxy
    return whole | read_extras(given)


def change_parameters(
    before: Mapping[str, Any], body: Mapping[str, Any]
) -> dict[str, Any]:
    """
    Return parameters after a partial update.

    `parameters.proxy` is ignored without a word, as the vendor does; the proxy, the
    start pages and the DNS count at the top level of the body.

    Raises:
        Refusal: A value is wrong.
    """
    given = take_object(body, "parameters")
    whole = {**before, **read_extras(body)}
    flags = {**before["flags"], **take_object(given, "flags")}
    if "proxy" in body:
        proxy = read_proxy(body["proxy"])
        whole.pop("proxy", None)
        if proxy is not None:
            whole["proxy"] = proxy
        if "proxy_masking" not in take_object(given, "flags"):
            flags["proxy_masking"] = CUSTOM if proxy else "disabled"
    if given.get("fingerprint") is not None:
        whole["fingerprint"] = check_fingerprint(take_object(given, "fingerprint"))
    storage = {**before["storage"], **take_object(given, "storage")}
    whole["storage"] = complete_storage(storage, before["storage"]["is_local"])
    has_proxy = "proxy" in whole
    whole["flags"] = complete_flags(flags, is_strict=False, has_proxy=has_proxy)
    check_custom_flags(whole["flags"], whole["fingerprint"], has_proxy=has_proxy)
    return whole


def complete_storage(
    given: Mapping[str, Any],
    default_is_local: bool,  # noqa: FBT001 - the value itself
) -> dict[str, bool]:
    """Return where the browser's data is kept."""
    return {
        "is_local": take_switch(given, "is_local", default=default_is_local),
        "save_service_worker": take_switch(given, "save_service_worker", default=True),
    }


def read_extras(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return start pages, DNS servers and extensions, those that are given."""
    extras: dict[str, Any] = {}
    if given.get("custom_start_urls") is not None:
        extras["custom_start_urls"] = take_texts(
            given, "custom_start_urls", at_most=MOST_START_URLS
        )
    if given.get("custom_dns") is not None:
        extras["custom_dns"] = given["custom_dns"]
    if given.get("extension_ids") is not None:
        extras["extension_ids"] = take_texts(given, "extension_ids", at_most=100)
    return extras


def read_proxy(given: Any) -> dict[str, Any] | None:
    """
    Return a proxy as it is stored: the port a number, unknown members left out.

    Raises:
        Refusal: It has no host, or an impossible port or type.
    """
    if given is None or given == {}:
        return None
    if not isinstance(given, dict):
        raise wrong_body("wrong proxy")
    proxy: dict[str, Any] = {
        "type": take_choice(given, "type", PROXY_TYPES, "http"),
        "host": take_text(given, "host", at_most=255),
        "port": _read_port(given.get("port")),
        "save_traffic": take_switch(given, "save_traffic"),
    }
    if not proxy["host"] and proxy["type"] != "url":
        raise wrong_body("wrong proxy host")
    for name in ("username", "password"):
        if given.get(name) is not None:
            proxy[name] = take_text(given, name)
    if proxy["type"] == "url":
        proxy["url"] = take_text(given, "url")
    return proxy


def _read_port(value: Any) -> int:
    # The vendor's own sample sends it as text.
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if value is None:
        return 0
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= _LARGEST_PORT:
        raise wrong_body("wrong proxy port")
    return int(value)
