"""
OpenVPN's management interface, of which we are the server: if we go, OpenVPN goes.

Source: OpenVPN 2.6, doc/management-notes.txt. Nothing here is known of namespaces.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import NamedTuple

_HANDLED = ("STATE", "PASSWORD", "FATAL", "HOLD", "UPDOWN", "BYTECOUNT")


class Notice(NamedTuple):
    """Something OpenVPN tells by itself: `kind` and the rest of the line."""

    kind: str
    text: str

    @property
    def words(self) -> list[str]:
        """The rest of the line, cut at its commas."""
        return self.text.split(",")


class Management:
    """One OpenVPN that has connected to us."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._reader, self._writer = reader, writer
        self.received_bytes = self.sent_bytes = 0

    def tell(self, *commands: str) -> None:
        """Send commands; their answers are not waited for."""
        self._writer.write("".join(f"{one}\n" for one in commands).encode())

    def tell_credentials(self, kind: str, username: str, password: str) -> None:
        """Answer a question for user name and password."""
        self.tell(
            f"username {quote(kind)} {quote(username)}",
            f"password {quote(kind)} {quote(password)}",
        )

    async def notices(self) -> AsyncGenerator[Notice]:
        """Yield what OpenVPN tells, until it ends."""
        with suppress(OSError, ValueError):
            while line := await self._reader.readline():
                notice = read_notice(line.decode(errors="replace"))
                if notice is None:
                    continue
                if notice.kind == "BYTECOUNT":
                    received, sent = notice.words
                    self.received_bytes, self.sent_bytes = int(received), int(sent)
                else:
                    yield notice

    async def environment(self, notices: AsyncGenerator[Notice]) -> dict[str, str]:
        """Return the variables that follow `>UPDOWN:UP`."""
        found = {}
        async for notice in notices:
            kind, _, pair = notice.text.partition(",")
            if notice.kind != "UPDOWN" or kind != "ENV" or pair == "END":
                break
            name, _, value = pair.partition("=")
            found[name] = value
        return found

    def close(self) -> None:
        """Hang up; OpenVPN then ends by itself."""
        self._writer.close()


@asynccontextmanager
async def management_door(
    place: Path,
) -> AsyncGenerator["asyncio.Future[Management]"]:
    """Listen for one OpenVPN on a unix socket, for the block."""
    arrived: asyncio.Future[Management] = asyncio.get_running_loop().create_future()

    def welcome(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if arrived.done():
            writer.close()
        else:
            arrived.set_result(Management(reader, writer))

    server = await asyncio.start_unix_server(welcome, place)
    try:
        yield arrived
    finally:
        server.close()
        if arrived.done() and not arrived.cancelled():
            arrived.result().close()


def read_notice(line: str) -> Notice | None:
    """Return what a line tells, None if it is an answer or of no interest."""
    kind, colon, text = line.rstrip("\r\n").partition(":")
    is_notice = bool(colon) and kind.startswith(">") and kind[1:] in _HANDLED
    return Notice(kind[1:], text) if is_notice else None


def quote(value: str) -> str:
    """Return a value as the management interface reads it."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
