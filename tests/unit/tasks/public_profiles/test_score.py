"""A score is a sum of reasons; what is unknown counts neither for nor against."""

import pytest

from tasks.public_profiles.criteria import Criteria, Range
from tasks.public_profiles.schemas import AcquiredProfile
from tasks.public_profiles.score import score_public_profile


def someone(**stated: object) -> AcquiredProfile:
    return AcquiredProfile.model_validate(
        {"platform": "demo", "handle": "mira.tal"} | stated
    )


def test_no_criteria_are_met_by_everybody() -> None:
    score = score_public_profile(someone(), Criteria())
    assert (score.score, score.confidence) == (100, 1.0)


def test_a_count_within_its_bounds_earns_everything() -> None:
    score = score_public_profile(
        someone(followers=12_400), Criteria(followers=Range(min=1_000, max=50_000))
    )
    assert score.score == 100
    assert (
        score.parts[0].explanation == "12,400 followers, as wanted (1,000 to 50,000)."
    )


@pytest.mark.parametrize(
    ("followers", "expected"),
    [(1_000, 100), (500, 70), (100, 0), (10, 0), (0, 0), (500_000, 0), (100_000, 70)],
)
def test_points_fall_to_nothing_at_ten_times_off(followers: int, expected: int) -> None:
    criteria = Criteria(followers=Range(min=1_000, max=50_000))
    score = score_public_profile(someone(followers=followers), criteria)
    assert score.score == expected


def test_unknown_counts_neither_for_nor_against_but_lowers_confidence() -> None:
    criteria = Criteria(followers=Range(min=100), keywords=("pottery",))
    score = score_public_profile(someone(bio="Pottery and glazes"), criteria)
    assert (score.score, score.confidence) == (100, 0.5)
    unknown = next(part for part in score.parts if part.name == "followers")
    assert (unknown.points, unknown.possible, unknown.value) == (0, 0, None)


def test_nothing_known_is_no_reason_to_keep_anybody() -> None:
    score = score_public_profile(someone(), Criteria(followers=Range(min=1)))
    assert (score.score, score.confidence) == (0, 0.0)


def test_an_excluded_word_takes_every_point_away() -> None:
    criteria = Criteria(keywords=("glazes",), excluded_words=("giveaway",))
    score = score_public_profile(someone(bio="Glazes! GIVEAWAY today"), criteria)
    assert score.score == 0
    assert score.parts[-1].points == -100
    assert "giveaway" in score.parts[-1].explanation


def test_words_are_found_whole_and_without_regard_to_case() -> None:
    criteria = Criteria(keywords=("art", "art school", "кухня", "陶芸"))
    score = score_public_profile(
        someone(bio="ART School. Party. Моя КУХНЯ. 毎日陶芸です"), criteria
    )
    assert score.parts[0].value == "art, art school, кухня, 陶芸"


def test_a_word_inside_another_is_not_found() -> None:
    score = score_public_profile(someone(bio="party"), Criteria(keywords=("art",)))
    assert score.score == 0


def test_weights_decide_how_much_a_criterion_counts() -> None:
    criteria = Criteria(
        platforms=("demo",), verified=True, weights={"platforms": 3, "verified": 1}
    )
    assert score_public_profile(someone(verified=False), criteria).score == 75


@pytest.mark.parametrize("followers", [None, 0, 69, 123, 501, 700, 6_999])
@pytest.mark.parametrize("posts", [None, 4, 11, 32])
def test_the_parts_add_up_to_the_score_whatever_is_known(
    followers: int | None, posts: int | None
) -> None:
    criteria = Criteria(
        followers=Range(min=700),
        following=Range(max=90),
        posts=Range(min=33),
        keywords=("glaze", "kiln", "clay", "wheel"),
        locations=("Riga",),
        languages=("lv",),
        kinds=("person",),
    )
    stated = someone(
        followers=followers,
        posts=posts,
        following=333,
        bio="clay",
        location="Riga, Latvia",
        language="lv-LV",
    )
    score = score_public_profile(stated, criteria)
    assert sum(part.points for part in score.parts) == score.score
    assert all(part.points <= part.possible for part in score.parts)


def test_bounds_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="min 10 is larger than max 5"):
        Range(min=10, max=5)


def test_a_word_cannot_be_wanted_and_excluded() -> None:
    with pytest.raises(ValueError, match="wanted and excluded at once: clay"):
        Criteria(keywords=("Clay",), excluded_words=("clay",))


def test_a_weight_for_no_criterion_is_refused() -> None:
    with pytest.raises(ValueError, match="no such criterion to weigh: charm"):
        Criteria(weights={"charm": 2})
