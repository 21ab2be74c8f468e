"""What a proxy did over time: small charts, and the same as a table."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import altair as alt
import streamlit as st

from config.vocabulary import HistoryStep
from tasks.proxies.schemas import HistoryPoint, ProxyDetail
from ui.console.panels import show_empty
from ui.console.proxy_history_words import (
    COUNTS,
    LATENCIES,
    count_rows,
    history_in_words,
    history_rows,
    latency_rows,
    span_of,
    step_in_words,
)

HEIGHT = 220
FEW = 60
"""Up to so many points each is a dot: a line needs two."""

_FORMS = {HistoryStep.HOUR: "%-d %b", HistoryStep.DAY: "%-d %b"}


def show_history(detail: ProxyDetail) -> None:
    """Show the history of a proxy, in charts and as a table."""
    points = detail.history
    if not points:
        show_empty(
            "proxy_history",
            icon="show_chart",
            title="Nothing went through it in this time",
            advice="Look farther back, or wait until a request goes through it.",
        )
        return
    st.markdown(history_in_words(points))
    left, right = st.columns(2, gap="medium")
    with left:
        _show_counts("Requests and failures", points, ("Requests", "Failures"))
        _show_counts("Bans and waits", points, ("Bans", "Waits"), stacked=True)
    with right:
        _show_latencies(points)
    with st.expander("The same as a table", icon=":material/table:"):
        st.dataframe(
            history_rows(points),
            hide_index=True,
            key="proxy_history_table",
            alt=f"What the proxy did, {step_in_words(points[0].step)}",
            column_config={
                "Begins": st.column_config.DatetimeColumn(
                    format="D MMM YYYY, HH:mm", timezone="UTC"
                )
            },
        )


def _show_counts(
    title: str,
    points: Sequence[HistoryPoint],
    names: Sequence[str],
    *,
    stacked: bool = False,
) -> None:
    """Show bars: one kind on another, or the part in front of the whole."""
    axis = alt.Axis(tickMinStep=1, tickCount=4)
    bars = (
        alt.Chart(_data(count_rows(points, names, stacked=stacked)))
        .mark_rect()
        .encode(
            x=_time(points),
            x2="until:T",
            y=alt.Y("top:Q", title=None, axis=axis, scale=alt.Scale(zero=True)),
            y2="base:Q",
            color=_colour(names, [COUNTS[name].colour for name in names]),
            tooltip=[*_tooltip(), alt.Tooltip("value:Q", title="Count", format=",")],
        )
    )
    _draw(title, bars, f"{title} over time; the table below has the numbers")


def _show_latencies(points: Sequence[HistoryPoint]) -> None:
    names = tuple(LATENCIES)
    rows = latency_rows(points)
    if not rows:
        return
    chart = alt.Chart(_data(rows))
    few = len(points) <= FEW
    marked = (
        chart.mark_circle(size=50, opacity=1) if few else chart.mark_line(strokeWidth=2)
    )
    lines = marked.encode(
        x=_time(points),
        y=alt.Y("value:Q", title=None, axis=alt.Axis(tickCount=4)),
        color=_colour(names, [LATENCIES[name].colour for name in names]),
        tooltip=[
            *_tooltip(),
            alt.Tooltip("value:Q", title="Milliseconds", format=","),
        ],
    )
    _draw("Latency, ms", lines, "Latency over time; the table below has the numbers")


def _draw(title: str, chart: alt.Chart, told: str) -> None:
    st.markdown(f"**{title}**")
    st.altair_chart(
        chart.properties(height=HEIGHT), width="stretch", theme="streamlit", alt=told
    )


def _data(rows: Sequence[Mapping[str, Any]]) -> alt.Data:
    return alt.Data(values=list(rows))  # type: ignore[no-untyped-call]  # Altair's own lack


def _moment(at: datetime) -> alt.DateTime:
    return alt.DateTime(
        year=at.year,
        month=at.month,
        date=at.day,
        hours=at.hour,
        minutes=at.minute,
        utc=True,
    )


def _time(points: Sequence[HistoryPoint]) -> alt.X:
    """Return the time in UTC."""
    form = _FORMS.get(points[0].step, "%H:%M")
    return alt.X(
        "at:T",
        title=None,
        scale=alt.Scale(type="utc", domain=[_moment(one) for one in span_of(points)]),
        axis=alt.Axis(labelOverlap=True, tickCount=6, format=form),
    )


def _colour(names: Sequence[str], colours: Sequence[str]) -> alt.Color:
    return alt.Color(
        "name:N",
        sort=list(names),
        scale=alt.Scale(domain=list(names), range=list(colours)),
        legend=alt.Legend(title=None, orient="bottom"),
    )


def _tooltip() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("when:N", title="Begins, UTC"),
        alt.Tooltip("name:N", title="What"),
    ]
