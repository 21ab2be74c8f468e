"""One campaign in a list."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from config.vocabulary import CampaignState
from tasks.campaigns.schemas import CampaignAnswer, CampaignRunAnswer
from ui.console.campaign_rows import (
    WISHES,
    early_end,
    progress_in_words,
    share_acquired,
    state_of,
)

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def a_campaign(status: str, **run_values: Any) -> CampaignAnswer:
    counts = dict.fromkeys(
        ("acquired", "scored", "queued", "rejected", "unreadable", "known"), 0
    )
    latest = {
        "id": uuid4(),
        "state": "running",
        "source_ended": False,
        "stages": {},
        "attempt": 1,
        "created_at": NOON,
        "started_at": NOON,
        "ended_at": None,
        "error": None,
    }
    return CampaignAnswer(
        id=uuid4(),
        name="Potters",
        status=CampaignState(status),
        source={},
        criteria={},
        threshold=50,
        wanted=200,
        version=1,
        created_at=NOON,
        updated_at=NOON,
        run=CampaignRunAnswer.model_validate(counts | latest | run_values)
        if run_values
        else None,
    )


def test_every_state_says_what_can_be_done() -> None:
    assert set(WISHES) == set(CampaignState)
    assert all(WISHES.values())


def test_a_campaign_whose_run_waits_for_a_worker_is_starting() -> None:
    assert state_of(a_campaign("active", state="queued")) == "queued"
    assert state_of(a_campaign("active", state="running")) == "active"
    assert state_of(a_campaign("paused", state="queued")) == "paused"


def test_progress_names_only_what_there_is() -> None:
    fresh = a_campaign("draft")
    working = a_campaign("active", acquired=1_250, queued=7, unreadable=2)
    assert progress_in_words(fresh) == "200 wanted"
    assert progress_in_words(working) == (
        "1,250 of 200 acquired · 7 to review · 2 unreadable"
    )


@pytest.mark.parametrize(("acquired", "share"), [(0, 0.0), (50, 0.25), (900, 1.0)])
def test_progress_never_passes_the_end(acquired: int, share: float) -> None:
    assert share_acquired(a_campaign("active", acquired=acquired)) == share


@pytest.mark.parametrize(
    ("status", "run_values", "words"),
    [
        ("completed", {"acquired": 7, "source_ended": True}, "The source has no more"),
        ("completed", {"acquired": 7}, "Completed before all were acquired"),
        ("completed", {"acquired": 200}, None),
        ("active", {"acquired": 7}, None),
        ("failed", {"acquired": 7}, None),
        ("draft", {}, None),
    ],
)
def test_a_campaign_that_ended_early_says_why(
    status: str, run_values: dict[str, Any], words: str | None
) -> None:
    assert early_end(a_campaign(status, **run_values)) == words
