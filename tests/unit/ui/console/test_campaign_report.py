"""A run's report on the screen: words for every fate, and numbers that add up."""

from uuid import UUID

from config.vocabulary import CampaignRunState, Fate
from tasks.campaigns.report import tell_counts
from tasks.campaigns.schemas import RunReport
from ui.console.campaign_report import (
    LABELS,
    count_rows,
    failures_in_words,
    report_address,
)


def a_report(
    total: int, *, state: CampaignRunState, waiting: int = 0, **fates: int
) -> RunReport:
    return RunReport(
        campaign_id=UUID(int=1),
        campaign_run_id=UUID(int=2),
        state=state,
        rerun_of=None,
        unit="row",
        total=total,
        counts=tell_counts(fates, waiting=waiting),
        unlisted=0,
        started_at=None,
        ended_at=None,
        seconds=None,
        stages={},
    )


def test_every_fate_has_a_label_of_its_own() -> None:
    assert set(LABELS) == set(Fate)
    assert len(set(LABELS.values())) == len(Fate)


def test_what_there_is_is_shown_and_all_of_it_together() -> None:
    report = a_report(
        12, state=CampaignRunState.COMPLETED, waiting=2, acquired=7, gone=3
    )
    rows = count_rows(report)
    assert [(one["What became of it"], one["Rows"]) for one in rows] == [
        ("Acquired", 7),
        ("Gone", 3),
        ("Not reached", 2),
        ("All", 12),
    ]
    assert rows[-1]["What that means"] == "These add up."


def test_failures_beyond_those_shown_are_said_to_be_in_the_file() -> None:
    report = a_report(
        900, state=CampaignRunState.COMPLETED, waiting=100, acquired=500, lost=300
    )
    said = failures_in_words(report, shown=200)
    assert said is not None
    assert "first 200 of 400" in said
    assert failures_in_words(report, shown=400) is None


def test_what_still_has_its_turn_is_no_failure() -> None:
    report = a_report(9, state=CampaignRunState.RUNNING, waiting=8, lost=1)
    assert failures_in_words(report, shown=1) is None
    assert count_rows(report)[1]["What became of it"] == "Still to read"


def test_the_file_has_an_address() -> None:
    address = report_address(UUID(int=7))
    assert address == f"/api/v1/campaigns/{UUID(int=7)}/report/export"
