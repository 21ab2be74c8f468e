"""Engagement, activity, age and free expressions: parts like all others."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.public_profiles.criteria import Criteria, FreeExpression, Range, ShareRange
from tasks.public_profiles.schemas import AcquiredProfile, Score, ScorePart
from tasks.public_profiles.score import score_public_profile

NOW = datetime(2026, 11, 23, tzinfo=UTC)
EVERYTHING = Criteria(
    followers=Range(min=1_000),
    keywords=("clay", "kiln"),
    all_keywords=("clay", "glaze"),
    excluded_words=("casino",),
    verified=True,
    platforms=("demo",),
    engagement=ShareRange(min=0.02, max=0.3),
    activity=30,
    account_age=Range(min=365),
    expressions=(
        FreeExpression(expression="posts / followers > 0.01", weight=2),
        FreeExpression(name="views", expression="views > 10 * followers"),
    ),
    weights={"account_age": 3, "engagement": 0.5},
)


def someone(**stated: Any) -> AcquiredProfile:
    return AcquiredProfile.model_validate(
        {"platform": "demo", "handle": "mira.tal"} | stated
    )


def score_of(criteria: Criteria, **stated: Any) -> Score:
    return score_public_profile(someone(**stated), criteria, now=NOW)


def only_part(criteria: Criteria, **stated: Any) -> ScorePart:
    (part,) = score_of(criteria, **stated).parts
    return part


def ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


def test_engagement_is_reactions_to_a_post_for_each_follower() -> None:
    wanted = Criteria(engagement=ShareRange(min=0.02))
    part = only_part(wanted, followers=1_000, reactions_per_post=25.0)
    assert (part.name, part.points, part.value) == ("engagement", 100, "0.025")
    assert part.explanation == (
        "2.5 % of its followers react to a recent post, as wanted (2 % or more)."
    )
    assert 0 < only_part(wanted, followers=1_000, reactions_per_post=10.0).points < 100
    assert only_part(wanted, followers=1_000, reactions_per_post=0.0).points == 0


@pytest.mark.parametrize(
    "stated",
    [{}, {"followers": 10}, {"reactions_per_post": 3.0}, {"followers": 0}],
)
def test_engagement_is_unknown_without_followers_or_reactions(
    stated: dict[str, Any],
) -> None:
    score = score_of(Criteria(engagement=ShareRange(min=0.02), verified=True), **stated)
    assert (score.parts[-1].possible, score.parts[-1].value) == (0, None)
    assert score.confidence == 0.0


@pytest.mark.parametrize(("days", "points"), [(0, 100), (30, 100), (60, 70), (300, 0)])
def test_activity_falls_to_nothing_at_ten_times_the_days(
    days: int, points: int
) -> None:
    part = only_part(Criteria(activity=30), last_post_at=ago(days))
    assert (part.name, part.points) == ("activity", points)
    assert part.value == str(ago(days).date())


def test_a_post_that_is_yet_to_come_was_today() -> None:
    assert only_part(Criteria(activity=1), last_post_at=ago(-2)).points == 100


def test_the_age_of_an_account_is_in_days() -> None:
    wanted = Criteria(account_age=Range(min=365, max=4_000))
    part = only_part(wanted, joined_at=ago(400))
    assert (part.name, part.points, part.value) == ("accountAge", 100, "400")
    assert "younger" in only_part(wanted, joined_at=ago(100)).explanation
    assert "older" in only_part(wanted, joined_at=ago(5_000)).explanation


def test_without_a_clock_nothing_is_known_about_spans_of_time() -> None:
    wanted = Criteria(activity=30, account_age=Range(min=1))
    told = someone(last_post_at=ago(1), joined_at=ago(9))
    assert score_public_profile(told, wanted).confidence == 0.0


def test_words_all_wanted_earn_the_share_that_is_found() -> None:
    wanted = Criteria(all_keywords=("clay", "kiln", "wheel", "glaze"))
    part = only_part(wanted, bio="Clay and kiln, every day a wheel")
    assert (part.points, part.value) == (75, "clay, kiln, wheel")
    assert "Lacks “glaze”" in part.explanation
    assert only_part(wanted).value is None


def test_an_expression_is_a_part_with_its_values() -> None:
    wanted = Criteria(
        expressions=(
            FreeExpression(expression="followers > 1000 and posts / followers > 0.01"),
        )
    )
    part = only_part(wanted, followers=2_000, posts=40)
    assert (part.name, part.points) == ("expression 1", 100)
    assert part.value == "followers=2000, posts=40"
    assert only_part(wanted, followers=2_000, posts=4).points == 0
    unknown = score_of(wanted, followers=2_000)
    assert (unknown.parts[0].value, unknown.confidence) == (None, 0.0)
    assert "posts is not stated" in unknown.parts[0].explanation


def test_an_expression_reads_the_extra_fields_of_the_recipe() -> None:
    wanted = Criteria(
        expressions=(FreeExpression(name="seen", expression="views > 9"),)
    )
    assert only_part(wanted, extra={"views": 10}).points == 100
    assert score_of(wanted, extra={"likes": 10}).confidence == 0.0


@pytest.mark.parametrize(
    ("expression", "stated", "said"),
    [
        ("posts / followers > 1", {"followers": 0, "posts": 3}, "divides by zero"),
        ("views > 9", {"extra": {"views": "many"}}, "cannot be worked out"),
        ("views", {"extra": {"views": "many"}}, "neither yes or no"),
    ],
)
def test_what_cannot_be_worked_out_is_unknown(
    expression: str, stated: dict[str, Any], said: str
) -> None:
    wanted = Criteria(expressions=(FreeExpression(expression=expression),))
    score = score_of(wanted, **stated)
    assert (score.confidence, score.parts[0].possible) == (0.0, 0)
    assert said in score.parts[0].explanation


def test_two_parts_cannot_have_one_name() -> None:
    one = FreeExpression(name="activity", expression="followers > 1")
    with pytest.raises(ValueError, match="two criteria are called activity"):
        Criteria(expressions=(one,))


counts = st.none() | st.integers(0, 10**7)
moments = st.none() | st.integers(-5, 9_000).map(ago)
means = st.none() | st.floats(0, 1e6)
texts = st.none() | st.sampled_from(["clay", "clay, glaze and kiln", "casino", ""])


@given(
    followers=counts,
    posts=counts,
    reactions_per_post=means,
    last_post_at=moments,
    joined_at=moments,
    verified=st.none() | st.booleans(),
    bio=texts,
    extra=st.none() | st.fixed_dictionaries({"views": st.integers(0, 10**9)}),
)
def test_the_parts_add_up_and_unknown_is_never_zero(**stated: Any) -> None:
    score = score_of(EVERYTHING, **stated)
    assert 0 <= score.score <= 100
    assert sum(part.points for part in score.parts) == score.score
    assert 0 <= score.confidence <= 1
    judged = [part for part in score.parts if part.name != "excludedWords"]
    assert sum(part.possible for part in judged) in {0, 100}
    for part in judged:
        assert 0 <= part.points <= part.possible
        if part.value is None:
            assert part.possible == 0, "unknown takes no points away from the others"
    without = {name: value for name, value in stated.items() if value is not None}
    assert score_of(EVERYTHING, **without) == score
