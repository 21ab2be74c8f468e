"""HTTP/1.1 messages as they pass through: heads that are read, bodies that are not."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

LARGEST_HEAD_BYTES = 65_536
_BLOCK_BYTES = 65_536
_NO_CONTENT = {204, 304}


class MalformedMessageError(Exception):
    """What came is not HTTP/1.1, or could be read in two ways."""


class BodyKind(StrEnum):
    """How the end of a body is found."""

    NONE = "none"
    LENGTH = "length"
    CHUNKED = "chunked"
    UNTIL_CLOSE = "until close"


class Framing(NamedTuple):
    """Where a body ends (RFC 9112, section 6)."""

    kind: BodyKind
    length: int = 0


NO_BODY = Framing(BodyKind.NONE)


@dataclass(frozen=True)
class Head:
    """The first line of a message and its fields, in their order."""

    first_line: tuple[str, str, str]
    fields: tuple[tuple[str, str], ...]

    def find(self, name: str) -> str | None:
        """Return the value of a field, or None."""
        found = self.find_all(name)
        return found[0] if found else None

    def find_all(self, name: str) -> list[str]:
        """Return the values of a field that may stand there often."""
        return [value for key, value in self.fields if key.lower() == name]

    def has_word(self, name: str, word: str) -> bool:
        """Return whether a list of words, as in `Connection`, holds one."""
        words = ",".join(self.find_all(name)).lower().split(",")
        return word in {one.strip() for one in words}

    def without(self, names: Collection[str]) -> tuple[tuple[str, str], ...]:
        """Return the fields except those of these (lower-case) names."""
        return tuple(one for one in self.fields if one[0].lower() not in names)

    @property
    def status(self) -> int:
        """The status of an answer."""
        return int(self.first_line[1])

    def encode(self) -> bytes:
        """Return it as it goes over the wire."""
        lines = [" ".join(self.first_line).rstrip()]
        lines += [f"{name}: {value}" for name, value in self.fields]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def parse_head(raw: bytes) -> Head:
    """
    Return a head as read, its empty line included.

    Raises:
        MalformedMessageError: It is none.
    """
    first, *rest = raw.decode("latin-1").strip("\r\n").split("\r\n")
    words = first.split(" ", 2)
    if len(words) == 2 and words[0].startswith("HTTP/"):  # noqa: PLR2004 - an answer without a phrase
        words.append("")
    if len(words) != 3:  # noqa: PLR2004 - method, target, version
        raise MalformedMessageError("the first line is not HTTP")
    fields = []
    for line in rest:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            raise MalformedMessageError("a header field is malformed")
        fields.append((name, value.strip()))
    return Head((words[0], words[1], words[2]), tuple(fields))


async def read_head(reader: asyncio.StreamReader, begun: bytes = b"") -> Head | None:
    """
    Read the next head; None if the other side has closed instead.

    Raises:
        MalformedMessageError: It is none, is cut off, or too large.
    """
    try:
        raw = begun + await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if not (begun + error.partial).strip():
            return None
        raise MalformedMessageError("the connection ended within a head") from error
    except asyncio.LimitOverrunError as error:
        raise MalformedMessageError("the head is too large") from error
    return parse_head(raw)


def frame_request(head: Head) -> Framing:
    """
    Return where the body of a request ends.

    Raises:
        MalformedMessageError: It says so in two ways, or in none we know.
    """
    return _framing_in(head) or NO_BODY


def frame_answer(head: Head, *, method: str) -> Framing:
    """Return where the body of an answer to `method` ends."""
    status = head.status
    if method == "HEAD" or status in _NO_CONTENT or 100 <= status < 200:  # noqa: PLR2004 - 1xx
        return NO_BODY
    return _framing_in(head) or Framing(BodyKind.UNTIL_CLOSE)


def _framing_in(head: Head) -> Framing | None:
    lengths = set(head.find_all("content-length"))
    if head.find("transfer-encoding") is not None:
        if lengths or not head.has_word("transfer-encoding", "chunked"):
            raise MalformedMessageError("the length of the body is ambiguous")
        return Framing(BodyKind.CHUNKED)
    if not lengths:
        return None
    length = lengths.pop()
    if lengths or not (length.isascii() and length.isdigit()):
        raise MalformedMessageError("the length of the body is ambiguous")
    return Framing(BodyKind.LENGTH, int(length))


async def copy_body(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    framing: Framing,
    *,
    count: Callable[[int], None] | None = None,
) -> None:
    """
    Copy one body, however long; `count` is told of each block's bytes.

    Raises:
        asyncio.IncompleteReadError: It was cut off.
        MalformedMessageError: A chunk is malformed.
    """
    tell = count or _count_nothing
    if framing.kind is BodyKind.LENGTH:
        await _copy_bytes(reader, writer, framing.length, tell)
    elif framing.kind is BodyKind.CHUNKED:
        await _copy_chunks(reader, writer, tell)
    elif framing.kind is BodyKind.UNTIL_CLOSE:
        while block := await reader.read(_BLOCK_BYTES):
            await _pass_on(writer, block, tell)


async def _copy_bytes(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    length: int,
    tell: Callable[[int], None],
) -> None:
    left = length
    while left:
        block = await reader.read(min(left, _BLOCK_BYTES))
        if not block:
            raise asyncio.IncompleteReadError(b"", left)
        left -= len(block)
        await _pass_on(writer, block, tell)


async def _copy_chunks(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    tell: Callable[[int], None],
) -> None:
    while True:
        line = await _read_line(reader)
        size = _chunk_size(line)
        await _pass_on(writer, line, tell)
        if size == 0:
            break
        await _copy_bytes(reader, writer, size + len(b"\r\n"), tell)
    while (trailer := await _read_line(reader)) != b"\r\n":
        await _pass_on(writer, trailer, tell)
    await _pass_on(writer, trailer, tell)


async def _read_line(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n")
    except asyncio.LimitOverrunError as error:
        raise MalformedMessageError("a line in the body is too long") from error


def _chunk_size(line: bytes) -> int:
    digits = line.partition(b";")[0].strip()
    try:
        return int(digits, 16)
    except ValueError as error:
        raise MalformedMessageError("a chunk has no size") from error


async def _pass_on(
    writer: asyncio.StreamWriter, block: bytes, tell: Callable[[int], None]
) -> None:
    writer.write(block)
    tell(len(block))
    await writer.drain()


def _count_nothing(_bytes: int) -> None:
    pass
