"""Tables that people upload: stored in pieces, read as lines from any place."""

from collections.abc import Iterable, Iterator
from io import SEEK_CUR, SEEK_END, SEEK_SET, BufferedReader, RawIOBase
from typing import IO, Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from typing_extensions import override

from config.errors import InvalidError, NotFoundError
from config.settings import settings
from tasks.campaigns.schemas import StoredTable
from tasks.database import transaction
from tasks.models import UploadedPiece, UploadedTable, new_id

PIECE_BYTES = 1 << 20


def store_table(
    session: Session, *, name: str, content: Iterable[bytes], uploaded_by: UUID | None
) -> StoredTable:
    """
    Store an uploaded table.

    Raises:
        InvalidError: It is empty, or larger than the setting allows.
    """
    table = UploadedTable(id=new_id(), name=name, size_bytes=0, uploaded_by=uploaded_by)
    session.add(table)
    session.flush()
    largest = settings().api.largest_upload_bytes
    for number, piece in enumerate(_in_pieces(content)):
        table.size_bytes += len(piece)
        if table.size_bytes > largest:
            raise InvalidError(
                f"the table is larger than {largest:,} bytes; cut it, or raise "
                "MUSTER_API__LARGEST_UPLOAD_BYTES",
                field="table",
            )
        stored = UploadedPiece(table_id=table.id, number=number, content=piece)
        session.add(stored)
        session.flush()
        session.expunge(stored)
    if not table.size_bytes:
        raise InvalidError("the table is empty: it has no bytes", field="table")
    return StoredTable(table_id=table.id, name=name, size_bytes=table.size_bytes)


def get_table_size(table_id: UUID) -> int:
    """
    Return the size of an uploaded table, in bytes.

    Raises:
        NotFoundError: There is no such table.
    """
    with transaction() as session:
        table = session.get(UploadedTable, table_id)
        if table is None:
            raise NotFoundError(
                f"there is no uploaded table {table_id}; upload it again",
                details={"fields": [{"path": "source.tableId"}]},
            )
        return table.size_bytes


def table_lines(table_id: UUID, *, offset: int) -> Iterator[bytes]:
    """Yield the table's lines from a byte offset on, each with its line end."""
    rest = b""
    for piece in _pieces_from(table_id, offset=offset):
        lines = (rest + piece).splitlines(keepends=True)
        rest = b"" if lines and lines[-1].endswith(b"\n") else lines.pop()
        yield from lines
    if rest:
        yield rest


def open_table(table_id: UUID) -> IO[bytes]:
    """
    Return an uploaded table as a file that can be read at any place.

    Raises:
        NotFoundError: There is no such table.
    """
    return BufferedReader(_TableFile(table_id))


class _TableFile(RawIOBase):
    """An uploaded table as a file that can be read at any place."""

    def __init__(self, table_id: UUID) -> None:
        super().__init__()
        self._table_id = table_id
        self._size = get_table_size(table_id)
        self._at = 0
        self._number, self._piece = -1, b""

    @override
    def readable(self) -> bool:
        return True

    @override
    def seekable(self) -> bool:
        return True

    @override
    def seek(self, offset: int, whence: int = SEEK_SET, /) -> int:
        start = {SEEK_SET: 0, SEEK_CUR: self._at, SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    @override
    def tell(self) -> int:
        return self._at

    @override
    def readinto(self, buffer: Any, /) -> int:
        number, skipped = divmod(self._at, PIECE_BYTES)
        if number != self._number:
            found = next(_pieces_from(self._table_id, offset=number * PIECE_BYTES), b"")
            self._number, self._piece = number, found
        part = self._piece[skipped : skipped + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)


class OpenTable:
    """An uploaded table that stays open where its last reader stopped."""

    def __init__(self, table_id: UUID) -> None:
        self._table_id = table_id
        self._offset = 0
        self._lines: Iterator[bytes] | None = None

    def lines(self, *, offset: int) -> Iterator[bytes]:
        """Yield lines from a byte offset on; cheap where the last reader stopped."""
        if self._lines is None or offset != self._offset:
            self._lines = table_lines(self._table_id, offset=offset)
            self._offset = offset
        try:
            for line in self._lines:
                self._offset += len(line)
                yield line
        except Exception:
            self._lines = None  # it would end here, as if the table did
            raise


def _pieces_from(table_id: UUID, *, offset: int) -> Iterator[bytes]:
    number, skipped = divmod(offset, PIECE_BYTES)
    while True:
        with transaction() as session:
            piece = session.scalar(
                select(UploadedPiece.content).where(
                    UploadedPiece.table_id == table_id, UploadedPiece.number == number
                )
            )
        if piece is None:
            return
        yield piece[skipped:]
        number, skipped = number + 1, 0


def _in_pieces(content: Iterable[bytes]) -> Iterator[bytes]:
    held = bytearray()
    for block in content:
        held += block
        while len(held) >= PIECE_BYTES:
            yield bytes(held[:PIECE_BYTES])
            del held[:PIECE_BYTES]
    if held:
        yield bytes(held)
