"""Results as Parquet: what is in it, and that it never stands in memory whole."""

import io
import weakref
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pyarrow import parquet  # type: ignore[import-untyped]

from tasks.reviews.export_lines import RESULT_COLUMNS
from tasks.reviews.parquet_rows import parquet_of
from tasks.reviews.schemas import CampaignResult

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def result(number: int, **stated: Any) -> CampaignResult:
    unknown = dict.fromkeys(CampaignResult.model_fields)
    known = {
        "id": UUID(int=number),
        "campaign_id": UUID(int=0),
        "platform": "demo",
        "handle": f"person{number}",
        "topics": (),
        "acquired_at": NOON,
        "score": 80,
        "confidence": 0.5,
        "parts": (),
        "criteria_version": 3,
    }
    return CampaignResult.model_validate(unknown | known | stated)


def file_of(*portions: list[CampaignResult]) -> Any:
    return parquet.ParquetFile(io.BytesIO(b"".join(parquet_of(portions))))


def test_a_file_has_every_column_that_a_result_has() -> None:
    names = file_of([result(1)]).schema_arrow.names
    assert tuple(names) == RESULT_COLUMNS
    assert set(names) == set(result(1).model_dump())


def test_numbers_moments_and_lists_keep_their_kind_and_unknown_stays_unknown() -> None:
    stated = {"followers": 2**40, "verified": False, "topics": ("clay", "=glaze")}
    (row,) = file_of([result(1, **stated)]).read().to_pylist()
    assert (row["followers"], row["verified"]) == (2**40, False)
    assert row["topics"] == ["clay", "=glaze"]
    assert (row["acquiredAt"], row["decidedAt"]) == (NOON, None)
    assert (row["posts"], row["status"], row["bio"]) == (None, None, None)


def test_nobody_makes_a_file_of_no_rows_that_can_be_read() -> None:
    assert file_of([]).metadata.num_rows == 0


def test_a_portion_is_written_out_and_let_go_before_those_that_follow() -> None:
    portions_read: list[list[weakref.ref[CampaignResult]]] = []

    def portions() -> Iterator[list[CampaignResult]]:
        for first in range(0, 40, 10):
            portion = [result(first + one) for one in range(10)]
            portions_read.append([weakref.ref(one) for one in portion])
            yield portion

    for written, piece in enumerate(parquet_of(portions()), 1):
        assert piece
        assert len(portions_read) == min(written, 4)
        earlier = [one for portion in portions_read[:-1] for one in portion]
        assert not [one for one in earlier if one() is not None]
