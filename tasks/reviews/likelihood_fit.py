"""
Learn from decisions how likely a reviewer approves, and how wrong that is.

Imports scikit-learn, about 100 MB of memory: only the flow that learns imports it.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from sklearn.linear_model import (  # type: ignore[import-untyped]  # has no types
    LogisticRegression,
)
from sklearn.model_selection import (  # type: ignore[import-untyped]  # has no types
    StratifiedKFold,
)
from threadpoolctl import (  # type: ignore[import-untyped]  # has no types
    threadpool_limits,
)

from tasks.reviews.likelihood import (
    DECISIONS_NEEDED,
    EACH_NEEDED,
    Traits,
    label_of,
    probability,
    spread_from_mean,
)
from tasks.reviews.likelihood_schemas import (
    Band,
    ErrorEstimate,
    Label,
    Lesson,
    LessonState,
    LikelihoodModel,
    NumberWeight,
)

Numbers = np.ndarray[Any, np.dtype[np.float64]]

_STRENGTHS = (0.01, 0.1, 1.0)
"""Inverse strengths of the regularisation to choose from."""

_FOLDS = 5
_SOLVER = "newton-cholesky"  # a few exact steps; tens of times faster here
_SEED = 30
"""The same decisions teach the same."""

_LEAST_SAYING = 3
"""A word that fewer people say is nobody's business, and teaches nothing."""

_RESAMPLES = 2_000
_Z = 1.96


class _Scheme(NamedTuple):
    """Which numbers and words there are, and in which columns."""

    numbers: tuple[NumberWeight, ...]
    """Weights of 1 where a column is."""

    buckets: tuple[int, ...]


def learn(
    traits: Sequence[Traits], approved: Sequence[bool], *, counted: int
) -> Lesson:
    """
    Return what decisions teach: a model, if it is shown to be better than guessing.

    Args:
        traits: Of the public profiles that were decided about.
        approved: What was decided about each.
        counted: Decisions there are; those given may be the newest of them.
    """
    lesson = Lesson(
        state=LessonState.TOO_FEW,
        counted=counted,
        decisions=len(approved),
        approved=sum(approved),
    )
    if len(approved) < DECISIONS_NEEDED:
        return lesson
    if min(sum(approved), len(approved) - sum(approved)) < EACH_NEEDED:
        return lesson.model_copy(update={"state": LessonState.ONE_SIDED})
    truth = np.array(approved, dtype=np.float64)
    with threadpool_limits(1):  # small sums; more threads only get in each other's way
        estimate, model = _estimate(traits, truth), fit(traits, truth)
    if estimate.gain_low <= 0:
        told = {"state": LessonState.NOT_BETTER, "estimate": estimate}
        return lesson.model_copy(update=told)
    told = {"state": LessonState.OFFERED, "estimate": estimate, "model": model}
    return lesson.model_copy(update=told)


def fit(traits: Sequence[Traits], truth: Numbers) -> LikelihoodModel:
    """Fit a model and put its answers right, by parts kept aside (Platt)."""
    scheme = _read_scheme(traits)
    table = _table(scheme, traits)
    kept_aside = {one: _say_aside(table, truth, one) for one in _STRENGTHS}
    best = min(_STRENGTHS, key=lambda one: _log_loss(kept_aside[one], truth))
    slope, offset = _put_right(kept_aside[best], truth)
    fitted = LogisticRegression(C=best, solver=_SOLVER, max_iter=200).fit(table, truth)
    weights = [float(one) for one in fitted.coef_[0]]
    count = len(scheme.numbers)
    numbers, unknown = weights[:count], weights[count : 2 * count]
    return LikelihoodModel(
        intercept=float(fitted.intercept_[0]),
        numbers=tuple(
            one.model_copy(update={"weight": weight, "unknown": one.unknown * missing})
            for one, weight, missing in zip(
                scheme.numbers, numbers, unknown, strict=True
            )
        ),
        words=dict(zip(scheme.buckets, weights[2 * count :], strict=True)),
        slope=slope,
        offset=offset,
    )


def _estimate(traits: Sequence[Traits], truth: Numbers) -> ErrorEstimate:
    """Try the whole procedure on each fifth, learned from the other four."""
    said, base = np.zeros(len(truth)), np.zeros(len(truth))
    for rest, aside in _folds(truth).split(truth, truth):
        model = fit([traits[one] for one in rest], truth[rest])
        said[aside] = [probability(model, traits[one]) for one in aside]
        base[aside] = truth[rest].mean()
    gains = (base - truth) ** 2 - (said - truth) ** 2
    draws = np.random.default_rng(_SEED).integers(
        0, len(gains), size=(_RESAMPLES, len(gains))
    )
    low, high = np.quantile(gains[draws].mean(axis=1), [0.025, 0.975])
    return ErrorEstimate(
        decisions=len(truth),
        brier=_short(((said - truth) ** 2).mean()),
        base_brier=_short(((base - truth) ** 2).mean()),
        gain_low=_short(low),
        gain_high=_short(high),
        calibration_error=_short(_calibration_error(said, truth)),
        bands=_bands(said, truth),
    )


def _read_scheme(traits: Sequence[Traits]) -> _Scheme:
    names = sorted({name for one in traits for name in one.numbers})
    numbers = []
    for name in names:
        known = [
            trait.value
            for one in traits
            if (trait := one.numbers.get(name)) and trait.value is not None
        ]
        spread = float(np.std(known)) if known else 0.0
        is_sometimes_known = 0 < len(known) < len(traits)
        if spread > 0 or is_sometimes_known:
            numbers.append(
                NumberWeight(
                    name=name,
                    mean=float(np.mean(known)),
                    spread=spread or 1.0,
                    weight=1.0,
                    unknown=float(is_sometimes_known),
                )
            )
    saying = Counter(bucket for one in traits for bucket in one.words)
    kept = (one for one in saying if _LEAST_SAYING <= saying[one] < len(traits))
    return _Scheme(tuple(numbers), tuple(sorted(kept)))


def _table(scheme: _Scheme, traits: Sequence[Traits]) -> Numbers:
    return np.array([_row(scheme, one) for one in traits], dtype=np.float64)


def _row(scheme: _Scheme, traits: Traits) -> list[float]:
    steps, unknown = [], []
    for one in scheme.numbers:
        trait = traits.numbers.get(one.name)
        value = trait.value if trait else None
        is_known = value is not None
        steps.append(
            0.0
            if value is None
            else spread_from_mean(value, mean=one.mean, spread=one.spread)
        )
        unknown.append(0.0 if is_known else one.unknown)
    words = [float(bucket in traits.words) for bucket in scheme.buckets]
    return [*steps, *unknown, *words]


def _folds(truth: Numbers) -> Any:
    fewest = int(min(truth.sum(), len(truth) - truth.sum()))
    return StratifiedKFold(min(_FOLDS, fewest), shuffle=True, random_state=_SEED)


def _say_aside(table: Numbers, truth: Numbers, strength: float) -> Numbers:
    said = np.zeros(len(truth))
    for rest, aside in _folds(truth).split(table, truth):
        fitted = LogisticRegression(C=strength, solver=_SOLVER, max_iter=200)
        said[aside] = fitted.fit(table[rest], truth[rest]).decision_function(
            table[aside]
        )
    return said


def _log_loss(said: Numbers, truth: Numbers) -> float:
    return float(np.mean(np.logaddexp(0, said) - truth * said))


def _put_right(said: Numbers, truth: Numbers) -> tuple[float, float]:
    """Return slope and offset after Platt; what points the wrong way says nothing."""
    fitted = LogisticRegression(C=1.0, solver=_SOLVER).fit(said.reshape(-1, 1), truth)
    slope = float(fitted.coef_[0][0])
    if slope > 0:
        return slope, float(fitted.intercept_[0])
    share = float(truth.mean())
    return 0.0, float(np.log(share / (1 - share)))


def _calibration_error(said: Numbers, truth: Numbers) -> float:
    """Return the mean distance of said and approved, in fifths by what was said."""
    order = np.argsort(said, kind="stable")
    off = [
        len(fifth) * abs(said[fifth].mean() - truth[fifth].mean())
        for fifth in np.array_split(order, 5)
    ]
    return float(sum(off) / len(truth))


def _bands(said: Numbers, truth: Numbers) -> dict[Label, Band]:
    labels = [label_of(one) for one in said]
    bands: dict[Label, Band] = {}
    for label in sorted(set(labels)):
        own = [bool(y) for y, one in zip(truth, labels, strict=True) if one == label]
        low, high = _wilson(sum(own), len(own))
        bands[label] = Band(called=len(own), approved=sum(own), low=low, high=high)
    return bands


def _wilson(found: int, of: int) -> tuple[float, float]:
    share, spread = found / of, _Z**2 / of
    middle = (share + spread / 2) / (1 + spread)
    half = _Z / (1 + spread) * np.sqrt(share * (1 - share) / of + spread / (4 * of))
    return _short(max(0.0, middle - half)), _short(min(1.0, middle + half))


def _short(number: Any) -> float:
    return round(float(number), 4)
