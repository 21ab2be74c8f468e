"""Pure: lists of proxies in the usual forms, read and written."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from typing import Any, NamedTuple
from urllib.parse import quote, unquote, urlsplit

from pydantic import ValidationError

from tasks.proxies.schemas import NewProxy, ProxyLabels, RefusedLine

COLUMNS = (
    "ip",
    "port",
    "username",
    "password",
    "protocol",
    "country",
    "region",
    "city",
    "tags",
    "notes",
)
"""Of a CSV that we write; one that we read may have them in any order."""

_SAME = {
    "host": "ip",
    "address": "ip",
    "server": "ip",
    "user": "username",
    "login": "username",
    "pass": "password",
    "type": "protocol",
    "scheme": "protocol",
    "country_code": "country",
}
_PROTOCOLS = {"socks5h": "socks5", "socks": "socks5"}
_FORMULA = frozenset("=+-@'\t")
_DEFAULT_PORTS = {"http": 80, "https": 443, "socks5": 1080}


class ReadList(NamedTuple):
    """What a list holds, and what could not be read of it."""

    proxies: tuple[NewProxy, ...]
    refused: tuple[RefusedLine, ...]


class _UnreadableLineError(ValueError):
    """A line is of no form we know; it is not repeated."""


def read_list(text: str, *, usual: ProxyLabels) -> ReadList:
    """
    Return the proxies of a list, each with what it does not say from `usual`.

    Empty lines and those that begin with `#` are passed over. A first line that names
    columns makes it CSV.
    """
    labels = {name: getattr(usual, name) for name in ProxyLabels.model_fields}
    found: list[NewProxy] = []
    refused: list[RefusedLine] = []
    for number, values in _values_of(text):
        try:
            if isinstance(values, _UnreadableLineError):
                raise values
            found.append(NewProxy.model_validate(labels | values))
        except ValidationError as wrong:
            refused.append(RefusedLine(line=number, message=_reasons(wrong)))
        except _UnreadableLineError as wrong:
            refused.append(RefusedLine(line=number, message=str(wrong)))
    return ReadList(tuple(found), tuple(refused))


def write_line(proxy: NewProxy) -> str:
    """Return a proxy as `host:port[:user:password]`."""
    host = f"[{proxy.ip}]" if ":" in proxy.ip else proxy.ip
    bare = f"{host}:{proxy.port}"
    return f"{bare}:{proxy.username}:{proxy.password or ''}" if proxy.username else bare


def write_url(proxy: NewProxy) -> str:
    """Return a proxy as `scheme://user:password@host:port`, percent-encoded."""
    host = f"[{proxy.ip}]" if ":" in proxy.ip else proxy.ip
    way_in = ""
    if proxy.username:
        pair = (quote(one, safe="") for one in (proxy.username, proxy.password or ""))
        way_in = ":".join(pair) + "@"
    return f"{proxy.protocol}://{way_in}{host}:{proxy.port}"


def write_csv(proxies: Iterable[NewProxy]) -> str:
    """Return proxies as CSV (RFC 4180) that `read_list` reads again."""
    out = StringIO()
    table = csv.writer(out)
    table.writerow(COLUMNS)
    for one in proxies:
        values = one.model_dump(mode="json") | {"tags": " ".join(one.tags)}
        table.writerow([_harmless(values[name]) for name in COLUMNS])
    return out.getvalue()


def _harmless(value: Any) -> str:
    """
    Return a cell that no spreadsheet takes for a formula.

    Source: OWASP, CSV injection. A value that could be one gets an apostrophe in front,
    which `read_list` takes off again.
    """
    text = "" if value is None else " ".join(str(value).splitlines())
    return f"'{text}" if text[:1] in _FORMULA else text


def _plain(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell[1:2] in _FORMULA else cell


def _values_of(
    text: str,
) -> Iterator[tuple[int, dict[str, Any] | _UnreadableLineError]]:
    lines = text.removeprefix("\ufeff").splitlines()
    told = [
        (number, line.strip())
        for number, line in enumerate(lines, start=1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    if not told:
        return
    header = _header_of(told[0][1])
    for number, line in told[1:] if header else told:
        try:
            yield number, _cells(line, *header) if header else _values_in(line)
        except _UnreadableLineError as wrong:
            yield number, wrong


def _header_of(line: str) -> tuple[list[str], str] | None:
    """Return the columns that a line names, and what parts them."""
    for part in (",", ";", "\t"):
        words = [word.strip().strip('"').lower() for word in line.split(part)]
        names = [_SAME.get(word, word) for word in words]
        if {"ip", "port"} <= set(names):
            return names, part
    return None


def _cells(line: str, names: list[str], part: str) -> dict[str, Any]:
    try:
        row = next(csv.reader([line], delimiter=part, strict=True))
    except csv.Error:
        raise _UnreadableLineError("its quotation marks do not match") from None
    if len(row) > len(names):
        raise _UnreadableLineError("it has more cells than there are columns")
    cells = {
        name: _plain(cell.strip())
        for name, cell in zip(names, row, strict=False)
        if name in COLUMNS and cell.strip()
    }
    values: dict[str, Any] = dict(cells)
    if "tags" in cells:
        values["tags"] = tuple(cells["tags"].replace("|", " ").split())
    return _typed(values)


def _values_in(line: str) -> dict[str, Any]:
    scheme, has_scheme, rest = line.partition("://")
    if has_scheme and scheme.isalnum():
        return _typed(_from_url(scheme.lower(), f"//{rest}"))
    if "@" in line and not _is_place_first(line):
        way_in, _, place = line.rpartition("@")
        username, _, password = way_in.partition(":")
        return _typed(_place(place) | {"username": username, "password": password})
    return _typed(_place(line))


def _is_place_first(line: str) -> bool:
    """Return whether a line with an `@` has it in a password at its end."""
    host, _, rest = line.partition("]:") if line[0] == "[" else line.partition(":")
    return "@" not in host and rest.partition(":")[0].isdigit() and ":" in rest


def _from_url(scheme: str, rest: str) -> dict[str, Any]:
    protocol = _PROTOCOLS.get(scheme, scheme)
    if protocol not in _DEFAULT_PORTS:
        raise _UnreadableLineError("a proxy's URL begins with http, https or socks5")
    try:
        parts = urlsplit(rest)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _UnreadableLineError("its host or port cannot be read") from None
    return {
        "protocol": protocol,
        "ip": host or "",
        "port": str(port or _DEFAULT_PORTS[protocol]),
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
    }


def _place(text: str) -> dict[str, Any]:
    """Read `host:port[:user:password]`; a password may hold colons."""
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        parts = [host, *rest.removeprefix(":").split(":", 2)]
    else:
        parts = text.split(":", 3)
    if len(parts) not in {2, 4}:
        raise _UnreadableLineError(
            "it is not host:port, host:port:user:password, user:password@host:port, a "
            "URL, or below a first line that names columns"
        )
    return dict(zip(("ip", "port", "username", "password"), parts, strict=False))


def _typed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values without the empty ones; the port as a number."""
    typed = {name: value for name, value in values.items() if value != ""}
    port = str(typed.get("port", ""))
    if not (port.isascii() and port.isdigit()):
        raise _UnreadableLineError("it has no port")
    protocol = str(typed.get("protocol", "")).lower()
    if protocol:
        typed["protocol"] = _PROTOCOLS.get(protocol, protocol)
    return typed | {"port": int(port[:9])}


def _reasons(wrong: ValidationError) -> str:
    """Say what is wrong with which field, without its value."""
    return "; ".join(f"{one['loc'][0]}: {one['msg']}" for one in wrong.errors())
