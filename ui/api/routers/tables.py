"""Upload a table for a campaign."""

from collections.abc import AsyncIterator
from functools import partial
from tempfile import TemporaryFile
from typing import IO, Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, status
from starlette.concurrency import run_in_threadpool

from config.errors import InvalidError
from config.settings import settings
from flows.table_upload import TableAnswer, upload_table
from ui.api.auth import CampaignsWrite
from ui.api.idempotency import TAKES_KEY

BLOCK_BYTES = 1 << 20

router = APIRouter(tags=["campaigns"])

_ANY_CONTENT = {
    "requestBody": {
        "required": True,
        "content": {
            "application/octet-stream": {
                "schema": {"type": "string", "format": "binary"}
            }
        },
    }
}


class TooLargeError(InvalidError):
    """A table that is larger than the setting allows."""

    def __init__(self, largest: int) -> None:
        super().__init__(
            f"the table is larger than {largest:,} bytes; cut it, or raise "
            "MUSTER_API__LARGEST_UPLOAD_BYTES",
            field="table",
        )


@router.post(
    "/campaigns/tables",
    status_code=status.HTTP_201_CREATED,
    openapi_extra=_ANY_CONTENT,
    dependencies=[TAKES_KEY],
)
async def receive_table(
    request: Request,
    caller: CampaignsWrite,
    name: Annotated[str, Query(min_length=1, max_length=255)] = "table.csv",
) -> TableAnswer:
    """Store a CSV, JSON Lines or Parquet file, sent as it is; any type will do."""
    # Taken in first, so that a slow sender does not hold a transaction open.
    with TemporaryFile() as file:
        await _take_in(request.stream(), file)
        store = partial(_store, file, name=name, uploaded_by=caller.account_id)
        return await run_in_threadpool(store)


async def _take_in(content: AsyncIterator[bytes], file: IO[bytes]) -> None:
    largest, taken = settings().api.largest_upload_bytes, 0
    async for block in content:
        taken += len(block)
        if taken > largest:
            raise TooLargeError(largest)
        file.write(block)


def _store(file: IO[bytes], *, name: str, uploaded_by: UUID) -> TableAnswer:
    file.seek(0)
    blocks = iter(partial(file.read, BLOCK_BYTES), b"")
    return upload_table(name=name, content=blocks, uploaded_by=uploaded_by)
