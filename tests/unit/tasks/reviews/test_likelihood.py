"""What is learned from decisions, how honest it is about itself, and what it says."""

from random import Random
from uuid import uuid4

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]  # has no types

from config.clock import now
from config.vocabulary import Decision
from tasks.reviews import likelihood_fit
from tasks.reviews.likelihood import (
    lesson_in_words,
    next_target,
    probability,
    suggest,
    traits_of,
)
from tasks.reviews.likelihood_fit import learn
from tasks.reviews.likelihood_schemas import Lesson, LessonState
from tasks.reviews.schemas import ReviewCard, ScorePartAnswer

WORDS = ("grape", "river", "music", "stone", "paper", "cloud", "bread", "light")


def seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - chance that can be repeated


def card(
    bio: str | None = None, *, score: int = 70, followers: int | None = 30_000
) -> ReviewCard:
    part = ScorePartAnswer(
        name="followers", points=score, possible=100, value=None, explanation=""
    )
    return ReviewCard(
        id=uuid4(),
        campaign_id=uuid4(),
        platform="demo",
        handle="mira.tal",
        display_name="Mira Tal",
        url=None,
        external_id=None,
        bio=bio,
        followers=followers,
        following=None,
        posts=None,
        verified=None,
        kind=None,
        location=None,
        language=None,
        topics=(),
        picture_url=None,
        acquired_at=now(),
        score=score,
        confidence=1.0,
        parts=(part,),
        status=Decision.PENDING,
        decided_by=None,
        decided_at=None,
        reason=None,
        version=1,
    )


def people(count: int, *, chance: Random) -> list[ReviewCard]:
    return [
        card(
            " ".join([*chance.sample(WORDS, 3), chance.choice(["pottery", "pattern"])]),
            score=chance.randint(50, 100),
            followers=chance.choice([None, chance.randint(1, 100_000)]),
        )
        for _ in range(count)
    ]


def taught(count: int, *, right: float = 0.9) -> tuple[list[ReviewCard], Lesson]:
    """Approve who says pottery, but for a few."""
    chance = seeded(1)
    shown = people(count, chance=chance)
    approved = [
        ("pottery" in (one.bio or "")) == (chance.random() < right) for one in shown
    ]
    return shown, learn([traits_of(one) for one in shown], approved, counted=count)


def test_a_word_that_decides_is_found_and_the_error_told_is_true() -> None:
    _, lesson = taught(150)
    assert lesson.state is LessonState.OFFERED
    assert lesson.estimate is not None
    assert lesson.estimate.brier < lesson.estimate.base_brier / 1.5
    band = lesson.estimate.bands["likely"]
    assert band.low < 0.9 < band.high
    yes, no = (
        suggest(lesson, card(f"music paper stone {word}"))
        for word in ("pottery", "pattern")
    )
    assert yes is not None
    assert no is not None
    assert (yes.label, no.label) == ("likely", "unlikely")
    assert "says “pottery”" in yes.speaks_for
    assert yes.probability > 0.65
    assert no.probability < 0.35
    share = round(100 * band.approved / band.called)
    assert f"about {share} were approved" in yes.error


def test_what_it_says_holds_for_people_it_never_saw() -> None:
    _, lesson = taught(200, right=0.8)
    assert lesson.model is not None
    chance = seeded(99)
    said, truth = [], []
    for one in people(600, chance=chance):
        said.append(probability(lesson.model, traits_of(one)))
        truth.append(("pottery" in (one.bio or "")) == (chance.random() < 0.8))
    high = [y for p, y in zip(said, truth, strict=True) if p >= 0.6]
    mean = np.mean([p for p in said if p >= 0.6])
    assert abs(float(np.mean(high)) - float(mean)) < 0.07


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_decisions_by_chance_are_called_no_better_than_guessing(seed: int) -> None:
    chance = seeded(seed)
    traits = [traits_of(one) for one in people(60, chance=chance)]
    lesson = learn(traits, [chance.random() < 0.5 for _ in traits], counted=60)
    assert lesson.state is LessonState.NOT_BETTER
    assert lesson.model is None
    assert suggest(lesson, card("pottery")) is None
    assert "Not better than guessing yet" in lesson_in_words(lesson, decisions=60)


def test_29_decisions_teach_nothing_and_30_may() -> None:
    assert taught(29, right=1.0)[1].state is LessonState.TOO_FEW
    shown, lesson = taught(30, right=1.0)
    assert lesson.state is LessonState.OFFERED
    assert suggest(lesson, shown[0]) is not None


def test_decisions_of_one_kind_teach_nothing() -> None:
    traits = [traits_of(one) for one in people(40, chance=seeded(1))]
    lesson = learn(traits, [True] * 36 + [False] * 4, counted=40)
    assert lesson.state is LessonState.ONE_SIDED
    assert suggest(lesson, card()) is None
    assert "36 approved" in lesson_in_words(lesson, decisions=40)


def test_plain_python_answers_as_scikit_learn_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fitted: list[tuple[LogisticRegression, np.ndarray]] = []

    class Watched(LogisticRegression):  # type: ignore[misc]  # has no types
        def fit(self, table: np.ndarray, truth: np.ndarray) -> "Watched":
            fitted.append((self, table))
            return super().fit(table, truth)  # type: ignore[no-any-return]  # has no types

    monkeypatch.setattr(likelihood_fit, "LogisticRegression", Watched)
    shown = people(80, chance=seeded(4))
    traits = [traits_of(one) for one in shown]
    truth = np.array(["pottery" in (one.bio or "") for one in shown], dtype=np.float64)
    model = likelihood_fit.fit(traits, truth)
    last, table = fitted[-1]
    theirs = model.slope * last.decision_function(table) + model.offset
    ours = [probability(model, one) for one in traits]
    assert np.allclose(ours, 1 / (1 + np.exp(-theirs)))


def test_a_model_survives_its_way_through_json() -> None:
    shown, lesson = taught(60)
    again = Lesson.model_validate(lesson.model_dump(mode="json"))
    assert suggest(again, shown[0]) == suggest(lesson, shown[0])


def test_names_and_addresses_are_nothing_to_learn_from() -> None:
    said = traits_of(card("write to mira@tal.example or @mira, https://tal.example/me"))
    assert sorted(said.words.values()) == ["says “or”", "says “to”", "says “write”"]


def test_what_is_not_stated_is_called_so_and_counts_as_unknown() -> None:
    traits = traits_of(card(followers=None))
    assert traits.numbers["followers"] == (None, "followers not stated")


def test_it_is_learned_anew_after_a_fifth_more() -> None:
    assert next_target(None) == 30
    _, lesson = taught(50)
    assert next_target(lesson) == 60
