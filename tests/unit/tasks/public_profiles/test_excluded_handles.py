"""Who is named in an exclusion list is never queued, and the score says why."""

import pytest

from tasks.public_profiles.criteria import Criteria, Range
from tasks.public_profiles.schemas import AcquiredProfile
from tasks.public_profiles.score import score_public_profile

MIRA = AcquiredProfile(
    platform="mastodon", handle="Mira", url="https://north.example/@Mira", followers=50
)


@pytest.mark.parametrize(
    "line",
    [
        "mira",
        "@MIRA",
        " mira ",
        "mastodon:mira",
        "Mastodon: @Mira",
        "mira@north.example",
        "@mira@North.example",
        "mastodon:@mira@north.example",
    ],
)
def test_a_handle_is_excluded_however_it_is_written(line: str) -> None:
    criteria = Criteria(followers=Range(min=20), excluded_handles=("tal", line))
    score = score_public_profile(MIRA, criteria)
    assert (score.score, score.excluded, score.reaches(0)) == (0, True, False)
    assert sum(part.points for part in score.parts) == 0
    assert score.parts[-1].name == "excludedHandles"
    assert "Never queued" in score.parts[-1].explanation


@pytest.mark.parametrize(
    "line", ["mir", "mira.tal", "demo:mira", "mira@south.example", "mastodon"]
)
def test_somebody_else_is_not_excluded(line: str) -> None:
    wanted = Criteria(followers=Range(min=20))
    listed = wanted.model_copy(update={"excluded_handles": (line,)})
    assert score_public_profile(MIRA, listed) == score_public_profile(MIRA, wanted)
    assert score_public_profile(MIRA, listed).reaches(100)


def test_a_handle_with_a_colon_can_be_excluded_with_or_without_platform() -> None:
    did = AcquiredProfile(platform="bluesky", handle="did:plc:Abc")
    for line in ("did:plc:abc", "bluesky:did:plc:abc"):
        assert score_public_profile(did, Criteria(excluded_handles=(line,))).excluded


def test_excluded_words_and_handles_together_still_add_up() -> None:
    criteria = Criteria(excluded_words=("mira",), excluded_handles=("mira",))
    named = MIRA.model_copy(update={"display_name": "Mira"})
    score = score_public_profile(named, criteria)
    assert score.score == sum(part.points for part in score.parts) == 0


def test_a_list_is_folded_once_and_is_not_part_of_what_is_stored() -> None:
    criteria = Criteria(excluded_handles=tuple(f"@Person{n}" for n in range(100_000)))
    assert not score_public_profile(MIRA, criteria).excluded
    assert criteria.excluded_keys is criteria.excluded_keys
    assert "excluded_keys" not in criteria.model_dump()


@pytest.mark.parametrize("line", ["", "@", "  ", "demo:", "demo:@"])
def test_a_line_that_names_nobody_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"excluded_handles\.0"):
        Criteria(excluded_handles=(line,))


def test_more_than_a_hundred_thousand_are_refused() -> None:
    with pytest.raises(ValueError, match="at most 100000"):
        Criteria(excluded_handles=("mira",) * 100_001)
