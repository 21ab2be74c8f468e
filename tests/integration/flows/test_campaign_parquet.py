"""A campaign over a Parquet file: every row once, whoever takes the run up."""

from io import BytesIO
from uuid import UUID

import pyarrow as pa
import pytest
from pyarrow import parquet

from config.errors import InvalidError, NotFoundError
from flows.campaign_life import check_campaign_source
from flows.campaign_portion import CampaignWork, work_portion
from flows.table_upload import TableAnswer, upload_table
from tasks.campaigns.pace import Pace
from tasks.campaigns.repository import SupersededError, describe_run, find_latest_run
from tasks.campaigns.tables import PIECE_BYTES
from tasks.database import transaction
from tasks.public_profiles.schemas import TableSource
from tests.factories.campaigns import create_taken_run, retake_run

pytestmark = pytest.mark.usefixtures("database")

ROWS = 1_200


@pytest.fixture
def table() -> TableAnswer:
    """Upload a file that spans several pieces of the database."""
    rows = [
        {
            "user": f"p{n}",
            "stats": {"fans": n},
            "about": f"{n * 7919 % 104729:06}" * 400,
        }
        for n in range(ROWS)
    ]
    file = BytesIO()
    parquet.write_table(
        pa.Table.from_pylist(rows),
        file,
        row_group_size=500,
        compression="none",
        use_dictionary=False,
    )
    content = file.getvalue()
    assert len(content) > 2 * PIECE_BYTES
    return upload_table(name="people.bin", content=[content], uploaded_by=None)


def source_of(table: TableAnswer) -> dict[str, object]:
    return {
        "kind": "table",
        "tableId": str(table.table_id),
        "form": table.form,
        "columns": {"handle": "user", "followers": "stats.fans", "bio": "about"},
        "platform": "demo",
    }


def test_an_upload_tells_its_form_its_columns_and_its_first_row(
    table: TableAnswer,
) -> None:
    assert (table.form, table.columns) == ("parquet", ("user", "stats.fans", "about"))
    assert table.first_row["stats.fans"] == 0


def test_a_run_taken_up_again_and_again_stores_every_row_once(
    table: TableAnswer,
) -> None:
    source = source_of(table)
    check_campaign_source(TableSource.model_validate(source))
    taken = create_taken_run(source=source, threshold=0, wanted=ROWS)
    goes_on = True
    while goes_on:
        lost = CampaignWork(taken)
        lost.pace = Pace(limit=130)
        goes_on = work_portion(lost).goes_on
        if goes_on:
            taken = retake_run(taken.campaign_run_id)
            with pytest.raises(SupersededError):
                work_portion(lost)
        lost.close()
    with transaction() as session:
        campaign_run = find_latest_run(session, taken.campaign_id)
        assert campaign_run is not None
        done = describe_run(campaign_run)
    assert (done.acquired, done.unreadable, done.known) == (ROWS, 0, 0)


def test_a_wrong_column_or_a_damaged_file_is_refused_before_a_campaign_is_made(
    table: TableAnswer,
) -> None:
    wrong = source_of(table) | {"columns": {"handle": "name"}}
    with pytest.raises(InvalidError, match="no column 'name'"):
        check_campaign_source(TableSource.model_validate(wrong))
    with pytest.raises(InvalidError, match="cannot be read"):
        upload_table(name="x", content=[b"PAR1 is not enough"], uploaded_by=None)
    unknown = source_of(table) | {"tableId": str(UUID(int=1))}
    with pytest.raises(NotFoundError, match="no uploaded table"):
        check_campaign_source(TableSource.model_validate(unknown))
