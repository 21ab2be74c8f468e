"""What outlives a restart: JSON documents by kind and id, in one SQLite file."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Document = dict[str, Any]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (kind, id)
)
"""


class Kept:
    """
    Documents of every kind, each changed in a transaction of its own.

    Used from one thread only: that of the event loop.
    """

    def __init__(self, file: Path) -> None:
        file.touch(mode=0o600)
        self._database = sqlite3.connect(file, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=NORMAL")
        self._database.execute(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    @contextmanager
    def together(self) -> Iterator[None]:
        """Keep all changes within the block, or none."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def put(self, kind: str, identity: str, body: Document) -> None:
        """Keep a document, in place of the one with this id."""
        self._database.execute(
            "INSERT OR REPLACE INTO documents (kind, id, body) VALUES (?, ?, ?)",
            (kind, identity, json.dumps(body)),
        )

    def find(self, kind: str, identity: str) -> Document | None:
        """Return a document, or None."""
        row = self._database.execute(
            "SELECT body FROM documents WHERE kind = ? AND id = ?", (kind, identity)
        ).fetchone()
        return _read(row[0]) if row else None

    def list_all(self, kind: str) -> list[Document]:
        """Return every document of a kind, in the order they were first kept."""
        rows = self._database.execute(
            "SELECT body FROM documents WHERE kind = ? ORDER BY rowid", (kind,)
        )
        return [_read(body) for (body,) in rows]

    def forget(self, kind: str, identities: Iterable[str]) -> int:
        """Delete documents; return how many there were."""
        return sum(
            self._database.execute(
                "DELETE FROM documents WHERE kind = ? AND id = ?", (kind, identity)
            ).rowcount
            for identity in identities
        )


def _read(body: str) -> Document:
    document: Document = json.loads(body)
    return document
