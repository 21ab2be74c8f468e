"""A large table is read by a process of its own, and by the run if that is gone."""

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psutil
import pytest

from config.errors import InvalidError
from flows import table_process
from flows.campaign_reading import ReadPortion
from flows.campaign_table import TableReader
from flows.table_process import TableProcess
from tasks.campaigns.tables import store_table
from tasks.database import transaction
from tasks.public_profiles.criteria import Criteria
from tasks.public_profiles.schemas import TableSource
from tests.fixtures.database import forget_settings
from tests.fixtures.prefect import wait_for

pytestmark = pytest.mark.usefixtures("database")

AT = datetime(2026, 3, 31, tzinfo=UTC)
CRITERIA = Criteria.model_validate(
    {"followers": {"min": 10}, "keywords": ["clay"], "excludedHandles": ["person7"]}
)
TABLE = "handle,name,followers\n" + "".join(
    f"person{one},Person “{one}” of clay,{one if one % 3 else 'many'}\n"
    for one in range(1_000)
)


@pytest.fixture
def any_size_is_large(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("MUSTER_CAMPAIGNS__LARGE_TABLE_BYTES", "0")
        forget_settings()
        yield
    forget_settings()


def table_source(content: str = TABLE, **more: Any) -> TableSource:
    with transaction() as session:
        stored = store_table(
            session, name="t.csv", content=[content.encode()], uploaded_by=None
        )
    columns = {"handle": "handle", "display_name": "name", "followers": "followers"}
    wish = {"table_id": stored.table_id, "columns": columns, "platform": "demo"}
    return TableSource.model_validate(wish | more)


@contextmanager
def reading_beside(source: TableSource) -> Iterator[TableProcess]:
    """Have a process that is ready to read."""
    with closing(TableProcess(source, CRITERIA, at=AT)) as beside:
        wait_for(beside.becomes_ready)
        yield beside


def children() -> list[psutil.Process]:
    found = psutil.Process().children()
    return [one for one in found if "flows.read_table_beside" in one.cmdline()]


def read_all(reader: TableReader | TableProcess, *, limit: int) -> list[ReadPortion]:
    portions: list[ReadPortion] = []
    while not portions or not portions[-1].portion.ended:
        position = portions[-1].portion.position if portions else {}
        read = reader.read(position, limit=limit)
        assert read is not None
        portions.append(read)
    return portions


def test_what_is_read_beside_is_what_would_be_read_here() -> None:
    source = table_source()
    here = TableReader(source, CRITERIA, at=AT, may_use_process=False)
    with reading_beside(source) as beside:
        theirs, ours = read_all(beside, limit=300), read_all(here, limit=300)
    assert [one.portion for one in theirs] == [one.portion for one in ours]
    assert [one.ready for one in theirs] == [one.ready for one in ours]
    assert sum(len(one.ready) for one in theirs) == 1_000
    assert [one.handle for one in theirs[0].ready if one.excluded] == ["person7"]
    assert len(theirs[0].portion.unclear) == 100
    assert children() == []


@pytest.mark.usefixtures("any_size_is_large")
def test_a_process_that_is_killed_is_done_without() -> None:
    with closing(TableReader(table_source(), CRITERIA, at=AT)) as reader:
        (process,) = children()
        first = reader.read({}, limit=10)
        process.kill()
        process.wait()
        rest = reader.read(first.portion.position, limit=2_000)
    assert len(first.ready) + len(rest.ready) == 1_000
    assert children() == []


@pytest.mark.usefixtures("any_size_is_large")
def test_a_process_that_cannot_be_started_is_done_without(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with closing(TableReader(table_source(), CRITERIA, at=AT)) as reader:
        assert len(reader.read({}, limit=2_000).ready) == 1_000


@pytest.mark.usefixtures("any_size_is_large")
def test_rows_that_other_code_packed_are_not_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(table_process, "FORM_OF_ROWS", b"COPY what it was")
    with closing(TableProcess(table_source(), CRITERIA, at=AT)) as beside:
        wait_for(lambda: beside.becomes_ready() or beside.is_lost)
        assert beside.read({}, limit=10) is None


def test_a_small_table_needs_no_process() -> None:
    with closing(TableReader(table_source(), CRITERIA, at=AT)):
        assert children() == []


@pytest.mark.usefixtures("any_size_is_large")
def test_a_table_that_cannot_be_read_is_told_as_if_it_were_read_here() -> None:
    source = table_source(columns={"handle": "no such column"})
    with reading_beside(source) as beside:
        assert beside.read({}, limit=10) is None
    with (
        closing(TableReader(source, CRITERIA, at=AT)) as reader,
        pytest.raises(InvalidError, match="no such column"),
    ):
        reader.read({}, limit=10)


def test_a_process_ends_with_the_one_that_asks() -> None:
    beside = TableProcess(table_source(), CRITERIA, at=AT)
    (process,) = children()
    beside.close()
    assert not process.is_running()


def test_a_table_that_was_removed_is_not_read() -> None:
    gone = TableSource(
        table_id=UUID(int=1), columns={"handle": "handle"}, platform="demo"
    )
    with reading_beside(gone) as beside:
        assert beside.read({}, limit=10) is None
