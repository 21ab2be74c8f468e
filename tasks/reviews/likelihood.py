"""Pure: how likely a reviewer approves, by a model that was learned from decisions."""

import math
import re
from collections.abc import Iterator
from typing import NamedTuple
from zlib import crc32

from tasks.reviews.likelihood_schemas import (
    ErrorEstimate,
    Label,
    Lesson,
    LessonState,
    Likelihood,
    LikelihoodModel,
    NumberWeight,
)
from tasks.reviews.schemas import ReviewCard

DECISIONS_NEEDED = 30
EACH_NEEDED = 5
"""Approved and rejected ones, so that each fifth kept aside holds one of both."""

GROWTH = 1.2
"""It is learned anew when there are so many times the decisions of the last time."""

LIKELY, UNLIKELY = 0.6, 0.4
"""At and above the first it says likely, below the second unlikely."""

FARTHEST = 3.0
"""Numbers count as no farther from the mean than so many spreads."""

_BUCKETS = 1024
_SHOWN = 3
_WORTH_SAYING = 0.1
"""Of the logarithm of the odds; what moves it less is not named."""

_ADDRESSES = re.compile(r"https?://\S+|\S+@\S+|@\w+")
_WORD = re.compile(r"[^\W\d_]{2,}")
_LABELS: dict[Label, str] = {
    "likely": "likely to be approved",
    "open": "could go either way",
    "unlikely": "unlikely to be approved",
}


class Trait(NamedTuple):
    """A number of a public profile, and what a person would call it."""

    value: float | None
    """None: not stated."""

    said: str


class Traits(NamedTuple):
    """What is learned from: numbers by name, and words by bucket."""

    numbers: dict[str, Trait]
    words: dict[int, str]


class _Push(NamedTuple):
    by: float
    said: str


def traits_of(card: ReviewCard) -> Traits:
    """
    Return what a suggestion may rest on: the score's parts, counts and own words.

    Names and addresses are left out: who somebody is must not speak for or against
    them.
    """
    share = round(100 * card.confidence)
    numbers = {
        "score": Trait(card.score / 100, f"a score of {card.score}"),
        "confidence": Trait(card.confidence, f"a confidence of {share} %"),
        "verified": _flag(value=card.verified),
        "bio": _bio(card.bio),
    }
    for name in ("followers", "following", "posts"):
        numbers[name] = _count(name, getattr(card, name))
    for part in card.parts:
        if part.possible > 0:
            said = f"{part.points} of {part.possible} points for {part.name}"
            trait = Trait(part.points / part.possible, said)
        else:
            trait = Trait(None, f"{part.name} not judged")
        numbers[f"part:{part.name}"] = trait
    return Traits(numbers, _words_of(card))


def suggest(lesson: Lesson | None, card: ReviewCard) -> Likelihood | None:
    """Return the suggestion for a public profile; None where nothing is offered."""
    if lesson is None or lesson.model is None or lesson.estimate is None:
        return None
    traits = traits_of(card)
    chance = probability(lesson.model, traits)
    pushes = sorted(_pushes(lesson.model, traits), reverse=True)
    label = label_of(chance)
    return Likelihood(
        label=label,
        words=_LABELS[label],
        probability=round(chance, 3),
        speaks_for=tuple(
            one.said for one in pushes[:_SHOWN] if one.by >= _WORTH_SAYING
        ),
        speaks_against=tuple(
            one.said for one in pushes[: -_SHOWN - 1 : -1] if one.by <= -_WORTH_SAYING
        ),
        error=error_in_words(lesson.estimate, label),
        decisions=lesson.decisions,
    )


def probability(model: LikelihoodModel, traits: Traits) -> float:
    """Return how likely a public profile with these traits is approved."""
    value = model.intercept
    for one in model.numbers:
        trait = traits.numbers.get(one.name)
        value += _weigh(trait.value if trait else None, one)
    value += sum(model.words.get(bucket, 0.0) for bucket in traits.words)
    odds = model.slope * value + model.offset
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))


def label_of(chance: float) -> Label:
    """Return the word for a likelihood from 0 to 1."""
    if chance >= LIKELY:
        return "likely"
    return "unlikely" if chance < UNLIKELY else "open"


def error_in_words(estimate: ErrorEstimate, label: Label) -> str:
    """Return how often it was right when it said so, of decisions kept aside."""
    called = {
        "likely": "it calls likely",
        "open": "it leaves open",
        "unlikely": "it calls unlikely",
    }[label]
    band = estimate.bands.get(label)
    if band is None or not band.called:
        return (
            f"Of the {estimate.decisions} decisions it was tried on there is none "
            f"{called}: do not rely on it here."
        )
    share, low, high = (
        round(100 * one) for one in (band.approved / band.called, band.low, band.high)
    )
    return (
        f"Of 100 {called}, about {share} were approved "
        f"({low} to {high}, from {band.called} decisions)."
    )


def next_target(lesson: Lesson | None) -> int:
    """Return how many decisions there must be before it is learned (anew)."""
    if lesson is None or lesson.state is LessonState.TOO_FEW:
        return DECISIONS_NEEDED
    return max(DECISIONS_NEEDED, math.ceil(lesson.counted * GROWTH))


def lesson_in_words(
    lesson: Lesson | None, *, decisions: int, is_offered: bool = True
) -> str:
    """Return how it stands with the suggestions of a campaign."""
    if not is_offered:
        return "Switched off: nothing is learned from decisions, and nothing suggested."
    if decisions < DECISIONS_NEEDED and (lesson is None or lesson.model is None):
        return (
            f"{decisions} of {DECISIONS_NEEDED} decisions; suggestions begin after "
            f"{DECISIONS_NEEDED}."
        )
    if lesson is None or lesson.state is LessonState.TOO_FEW:
        return f"It is being learned from {decisions} decisions; look again soon."
    if lesson.state is LessonState.ONE_SIDED:
        return (
            f"Of {lesson.decisions} decisions {lesson.approved} approved: too "
            f"one-sided to learn from. It takes {EACH_NEEDED} of each kind."
        )
    if lesson.estimate is None or lesson.state is LessonState.NOT_BETTER:
        return (
            f"Not better than guessing yet, after {lesson.decisions} decisions: "
            "nothing is suggested."
        )
    return (
        f"Learned from {lesson.decisions} decisions. "
        f"{error_in_words(lesson.estimate, 'likely')} "
        f"{error_in_words(lesson.estimate, 'unlikely')}"
    )


def _weigh(value: float | None, one: NumberWeight) -> float:
    if value is None:
        return one.unknown
    return one.weight * spread_from_mean(value, mean=one.mean, spread=one.spread)


def spread_from_mean(value: float, *, mean: float, spread: float) -> float:
    """Return how far a number is from its mean, in spreads, within bounds."""
    return max(-FARTHEST, min(FARTHEST, (value - mean) / spread))


def _pushes(model: LikelihoodModel, traits: Traits) -> Iterator[_Push]:
    for one in model.numbers:
        trait = traits.numbers.get(one.name)
        if trait is not None:
            yield _Push(model.slope * _weigh(trait.value, one), trait.said)
    for bucket, said in traits.words.items():
        yield _Push(model.slope * model.words.get(bucket, 0.0), said)


def _flag(*, value: bool | None) -> Trait:
    if value is None:
        return Trait(None, "not stated whether it is verified")
    return Trait(float(value), "verified" if value else "not verified")


def _bio(bio: str | None) -> Trait:
    length = len(bio or "")
    said = f"a description of {length} characters" if length else "no description"
    return Trait(math.log10(1 + length), said)


def _count(name: str, value: int | None) -> Trait:
    if value is None:
        return Trait(None, f"{name} not stated")
    return Trait(math.log10(1 + value), f"{value:,} {name}")


def _words_of(card: ReviewCard) -> dict[int, str]:
    said = " ".join((card.bio or "", *card.topics)).casefold()
    buckets: dict[int, set[str]] = {}
    for word in set(_WORD.findall(_ADDRESSES.sub(" ", said))):
        buckets.setdefault(crc32(word.encode()) % _BUCKETS, set()).add(word)
    return {
        bucket: "says " + " or ".join(f"“{word}”" for word in sorted(words))
        for bucket, words in buckets.items()
    }
