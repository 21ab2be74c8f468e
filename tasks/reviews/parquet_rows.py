"""Pure: results of a campaign as the bytes of a Parquet file, a row group at a time."""

import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from typing_extensions import Buffer, override

from tasks.reviews.export_lines import RESULT_COLUMNS
from tasks.reviews.schemas import CampaignResult

_WHOLE_NUMBERS = ("score", "followers", "following", "posts", "criteriaVersion")
_MOMENTS = ("acquiredAt", "decidedAt", "joinedAt", "lastPostAt")


class _Written(io.RawIOBase):
    """What a writer has written and nobody has taken yet; it knows how much in all."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._size_bytes = 0

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, data: Buffer, /) -> int:
        piece = bytes(data)
        self._pieces.append(piece)
        self._size_bytes += len(piece)
        return len(piece)

    @override
    def tell(self) -> int:
        return self._size_bytes

    def take(self) -> bytes:
        """Return what was written since the last time."""
        taken, self._pieces = b"".join(self._pieces), []
        return taken


def parquet_of(portions: Iterable[list[CampaignResult]]) -> Iterator[bytes]:
    """Yield a Parquet file, each portion a row group; none makes a file of no rows."""
    # Imported late: sixty MB of memory, and pyarrow tells no types.
    import pyarrow  # type: ignore[import-untyped]  # noqa: ICN001, PLC0415
    from pyarrow import parquet  # noqa: PLC0415

    schema = _schema(pyarrow)
    written = _Written()
    with parquet.ParquetWriter(written, schema, compression="zstd") as writer:
        for results in portions:
            if results:
                rows = [_row_of(one) for one in results]
                writer.write_table(pyarrow.Table.from_pylist(rows, schema=schema))
                yield written.take()
    yield written.take()


def _row_of(result: CampaignResult) -> dict[str, Any]:
    return result.model_dump(mode="json") | {
        "acquiredAt": result.acquired_at,
        "decidedAt": result.decided_at,
        "joinedAt": result.joined_at,
        "lastPostAt": result.last_post_at,
        # Columns of Parquet have one type each; recipes' extra fields have none.
        "extra": json.dumps(result.extra) if result.extra else None,
    }


def _schema(pyarrow: Any) -> Any:
    words, whole = pyarrow.string(), pyarrow.int64()
    part = {
        "name": words,
        "points": whole,
        "possible": whole,
        "value": words,
        "explanation": words,
    }
    types = (
        dict.fromkeys(RESULT_COLUMNS, words)
        | dict.fromkeys(_WHOLE_NUMBERS, whole)
        | dict.fromkeys(_MOMENTS, pyarrow.timestamp("us", tz="UTC"))
        | {
            "confidence": pyarrow.float64(),
            "reactionsPerPost": pyarrow.float64(),
            "verified": pyarrow.bool_(),
            "topics": pyarrow.list_(words),
            "parts": pyarrow.list_(pyarrow.struct(part)),
        }
    )
    return pyarrow.schema(types)
