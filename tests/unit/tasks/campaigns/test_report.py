"""A report's numbers: each fate, and all of them together."""

from uuid import UUID

import pytest

from config.vocabulary import CampaignRunState, Fate
from tasks.campaigns.report import MEANINGS, UNITS, say_in_one_line, tell_counts
from tasks.campaigns.runs import add_fates
from tasks.campaigns.schemas import RunReport


def a_report(total: int, *, seconds: float | None = 12.34, **fates: int) -> RunReport:
    return RunReport(
        campaign_id=UUID(int=1),
        campaign_run_id=UUID(int=2),
        state=CampaignRunState.COMPLETED,
        rerun_of=None,
        unit="page",
        total=total,
        counts=tell_counts(fates, waiting=0),
        unlisted=0,
        started_at=None,
        ended_at=None,
        seconds=seconds,
        stages={},
    )


def test_every_fate_is_told_with_what_it_means() -> None:
    told = tell_counts({"acquired": 3, "gone": 2}, waiting=4)
    assert [one.fate for one in told] == list(Fate)
    assert sum(one.items for one in told) == 9
    assert set(MEANINGS) == set(Fate)
    assert all(one.meaning.endswith(".") for one in told)


def test_every_kind_of_source_has_something_that_is_counted() -> None:
    assert set(UNITS.values()) == {"page", "row", "record"}


def test_a_portion_adds_to_the_fates_before_it() -> None:
    so_far = add_fates({}, {Fate.GONE: 1, Fate.ACQUIRED: 2})
    assert list(so_far.items()) == [("acquired", 2), ("gone", 1)]
    assert add_fates(so_far, {Fate.GONE: 1}) == {"acquired": 2, "gone": 2}
    assert add_fates(so_far, {}) == so_far


@pytest.mark.parametrize(
    ("report", "line"),
    [
        (
            a_report(5_000, acquired=4_981, gone=19),
            "completed: 5,000 pages = 4,981 acquired + 19 gone, in 12.3 s",
        ),
        (a_report(1, seconds=None, no_profile=1), "completed: 1 page = 1 no profile"),
        (a_report(0, seconds=0.0), "completed: 0 pages = 0, in 0.0 s"),
    ],
)
def test_a_report_is_one_line_of_the_log(report: RunReport, line: str) -> None:
    assert say_in_one_line(report) == line
