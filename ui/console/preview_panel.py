"""The first public profiles of a source, scored, before anything is stored."""

import streamlit as st

from tasks.campaigns.schemas import UnreadableAnswer
from tasks.public_profiles.schemas import Score
from ui.console.answers import Preview, PreviewedProfile
from ui.console.words import UNKNOWN, counted


def show_preview() -> None:
    """Show the preview that was just asked for, once, over the form."""
    kept = st.session_state.pop("form_preview", None)
    if kept is not None:
        _show_dialog(*kept)


@st.dialog("Preview", width="large")
def _show_dialog(preview: Preview, threshold: int) -> None:
    if preview.profiles:
        good = sum(one.score.reaches(threshold) for one in preview.profiles)
        st.markdown(
            f"{counted(len(preview.profiles), 'public profile')} read, {good} of them "
            f"at or above {threshold}. Nothing is stored yet."
        )
        st.dataframe(
            [_row(one, threshold) for one in preview.profiles],
            hide_index=True,
            key="preview_table",
            row_height=44,
            alt="The first public profiles with their scores",
            column_config={
                "Score": st.column_config.ProgressColumn(
                    min_value=0, max_value=100, format="%d", width="small"
                ),
                "Why": st.column_config.TextColumn(width="large"),
            },
        )
    else:
        st.warning(
            "No public profile could be read. Check the source, and the reasons below "
            "if there are any.",
            icon=":material/warning:",
        )
    _show_reasons(preview.unreadable, "could not be read", key="preview_unreadable")
    _show_reasons(preview.unclear, "left unknown in these", key="preview_unclear")


def _show_reasons(items: tuple[UnreadableAnswer, ...], what: str, *, key: str) -> None:
    if not items:
        return
    st.markdown(f":orange[:material/warning: **{len(items)} {what}**]")
    st.dataframe(
        [{"Where": one.reference, "Why": one.reason} for one in items],
        hide_index=True,
        key=key,
        alt=f"What {what}, with reasons",
    )


def _result(score: Score, threshold: int) -> str:
    if score.excluded:
        return "Excluded"
    return "To review" if score.reaches(threshold) else "Below threshold"


def _row(previewed: PreviewedProfile, threshold: int) -> dict[str, object]:
    found, score = previewed.profile, previewed.score
    return {
        "Score": score.score,
        "Result": _result(score, threshold),
        "Name": found.display_name or UNKNOWN,
        "Handle": f"@{found.handle}",
        "Followers": UNKNOWN if found.followers is None else f"{found.followers:,}",
        "Location": found.location or UNKNOWN,
        "Why": " ".join(part.explanation for part in score.parts),
    }
