"""What became of each page or row of a run: counts that add up, and every failure."""

from collections.abc import Iterable, Mapping

import streamlit as st

from config.vocabulary import Fate, Permission
from tasks.campaigns.schemas import CampaignAnswer, FateCount, RunReport
from ui.console.answers import ReportPage
from ui.console.api_client import api
from ui.console.attempts import attempt
from ui.console.campaign_rows import WISHES
from ui.console.sign_in import may
from ui.console.words import counted, plain

SHOWN = 200
"""Failures on the screen; the file has all of them."""

LABELS: Mapping[Fate, str] = {
    Fate.ACQUIRED: "Acquired",
    Fate.DUPLICATE: "Known already",
    Fate.UNCHANGED: "Unchanged",
    Fate.BARRED: "Asked to be forgotten",
    Fate.EXCLUDED: "Left out by a rule",
    Fate.GONE: "Gone",
    Fate.NO_PROFILE: "No profile in it",
    Fate.BLOCKED: "Blocked",
    Fate.RATE_LIMITED: "Host wants patience",
    Fate.LOST: "Lost",
    Fate.NOT_REACHED: "Not reached",
}


def report_address(campaign_id: object) -> str:
    """Return where the API gives out the report of the latest run."""
    return f"/api/v1/campaigns/{campaign_id}/report/export"


def count_rows(report: RunReport) -> list[dict[str, str | int]]:
    """Return the table of counts: what there is of each fate, and all together."""
    unit = f"{report.unit.capitalize()}s"
    rows: list[dict[str, str | int]] = [
        {
            "What became of it": _label_of(one.fate, report),
            unit: one.items,
            "What that means": one.meaning,
        }
        for one in report.counts
        if one.items
    ]
    said = "These add up." if _total(report.counts) == report.total else ""
    whole: dict[str, str | int] = {
        "What became of it": "All",
        unit: report.total,
        "What that means": said,
    }
    return [*rows, whole]


def failures_in_words(report: RunReport, *, shown: int) -> str | None:
    """Return how many failures are listed beyond those shown, or None if all are."""
    failed = _total(
        one
        for one in report.counts
        if one.fate.is_listed
        and (one.fate is not Fate.NOT_REACHED or report.state.is_final)
    )
    if failed <= shown:
        return None
    return f"The first {shown:,} of {failed:,} are listed here; the file lists more."


def show_report(campaign: CampaignAnswer) -> None:
    """Show the report of the latest run, once it has met anything."""
    if campaign.run is None or not campaign.run.found:
        return
    page = api().get_report(campaign.id, limit=SHOWN)
    st.header("Report")
    st.dataframe(
        count_rows(page.report),
        hide_index=True,
        key="report",
        alt="What became of what this run met, with the count of each; they add up",
        column_config={"What that means": st.column_config.TextColumn(width="large")},
    )
    _show_actions(campaign, page.report)
    _show_failures(page)


def _show_actions(campaign: CampaignAnswer, report: RunReport) -> None:
    with st.container(horizontal=True, key="report_actions"):
        # The same origin: the person's own cookie opens it.
        st.link_button(
            "Download as CSV",
            report_address(campaign.id),
            icon=":material/download:",
            key="report_file",
        )
        has_ended = any(one.word == "start" for one in WISHES[campaign.status])
        if not report.to_rerun or not has_ended or not may(Permission.CAMPAIGNS_WRITE):
            return
        st.button(
            f"Read {counted(report.to_rerun, report.unit)} again",
            key="rerun_failed",
            icon=":material/replay:",
            help="Starts a run that reads only what another try may mend.",
            on_click=_rerun,
            args=(campaign,),
        )


def _show_failures(page: ReportPage) -> None:
    if not page.items:
        return
    st.header("Could not be read")
    if page.report.unit == "row" and page.report.no_rerun_because:
        why = page.report.no_rerun_because
        st.markdown(f"{plain(why[:1].upper() + why[1:])}.")
    st.dataframe(
        [
            {
                "Where": one.reference,
                "What became of it": LABELS[one.fate],
                "Why": one.reason,
            }
            for one in page.items
        ],
        hide_index=True,
        key="unreadable",
        alt="Rows and pages that could not be read, with the reason for each",
        column_config={"Where": st.column_config.TextColumn(width="medium")},
    )
    more = failures_in_words(page.report, shown=len(page.items))
    if more:
        st.markdown(more)


def _label_of(fate: Fate, report: RunReport) -> str:
    still = fate is Fate.NOT_REACHED and not report.state.is_final
    return "Still to read" if still else LABELS[fate]


def _total(counts: Iterable[FateCount]) -> int:
    return sum(one.items for one in counts)


def _rerun(campaign: CampaignAnswer) -> None:
    attempt(
        "wish",
        f"{campaign.name} was not started",
        lambda: api().change_campaign(campaign.id, "rerun-failed"),
    )
