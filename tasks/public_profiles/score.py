"""Pure: a public profile and criteria in, a score from 0 to 100 and its parts out."""

import re
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

from tasks.public_profiles.criteria import Criteria, Range
from tasks.public_profiles.handles import keys_of_exclusion
from tasks.public_profiles.judgement import Judgement, bound_missed, closeness
from tasks.public_profiles.schemas import AcquiredProfile, Score, ScorePart
from tasks.public_profiles.score_signs import judge_signs

KEYWORDS_FOR_FULL_POINTS = 3


def score_public_profile(
    public_profile: AcquiredProfile, criteria: Criteria, *, now: datetime | None = None
) -> Score:
    """
    Return the score of a public profile, with a reason for every point.

    The score is the weighted mean of the criteria that are named and whose value is
    known: what a source does not state counts neither for nor against, it lowers the
    confidence. An excluded word takes all points away, an excluded handle does too and
    is never queued. The parts' points are whole numbers that add up to the score.

    Args:
        public_profile: As its source states it.
        criteria: What the campaign looks for.
        now: The run's clock, which activity and the age of an account are held
            against; both are unknown without it.
    """
    score = _score(public_profile, criteria, now)
    if criteria.excluded_handles:
        return without_excluded(score, public_profile, criteria)
    return score


def without_excluded(
    score: Score, public_profile: AcquiredProfile, criteria: Criteria
) -> Score:
    """Return a score as it is, or with all points taken from an excluded handle."""
    keys = keys_of_exclusion(
        public_profile.handle, platform=public_profile.platform, url=public_profile.url
    )
    line = next((key for key in keys if key in criteria.excluded_keys), None)
    if line is None:
        return score
    part = ScorePart(
        name="excludedHandles",
        points=-score.score,
        possible=0,
        value=line,
        explanation=f"Never queued: “{line}” is among the campaign's excluded handles.",
    )
    return Score(0, score.confidence, (*score.parts, part), excluded=True)


def _score(
    public_profile: AcquiredProfile, criteria: Criteria, now: datetime | None
) -> Score:
    said = _said(public_profile)
    judgements = list(_judge(public_profile, criteria, said))
    if criteria.has_signs:
        judgements += judge_signs(public_profile, criteria, now=now)
    if not judgements:
        nothing = ScorePart(
            name="criteria",
            points=100,
            possible=100,
            value=None,
            explanation="The campaign names no criteria, so everybody meets them.",
        )
        return _with_exclusions([nothing], 1.0, said, criteria)
    weigh = criteria.weighing.get
    possible, confidence = _share_out(
        tuple([(weigh(one.name, 1.0), one.met is not None) for one in judgements])
    )
    points = _round_to_sum(
        [
            most * (one.met or 0.0)
            for most, one in zip(possible, judgements, strict=True)
        ]
    )
    parts = [
        ScorePart(one.name, earned, most, one.value, one.explanation)
        for one, earned, most in zip(judgements, points, possible, strict=True)
    ]
    return _with_exclusions(parts, confidence, said, criteria)


@lru_cache(maxsize=1024)
def _share_out(
    weighed: tuple[tuple[float, bool], ...],
) -> tuple[tuple[int, ...], float]:
    """
    Return the most points of each criterion, and the confidence.

    Args:
        weighed: The weight of each, and whether it could be judged.
    """
    known = sum(weight for weight, is_known in weighed if is_known)
    total = sum(weight for weight, _ in weighed)
    shares = [
        100 * weight / known if is_known and known else 0.0
        for weight, is_known in weighed
    ]
    return tuple(_round_to_sum(shares)), round(known / total, 3) if total else 0.0


def _with_exclusions(
    parts: list[ScorePart], confidence: float, said: str, criteria: Criteria
) -> Score:
    points = sum([part.points for part in parts])
    excluded = _words_found(said, criteria.excluded_words)
    if excluded:
        parts.append(
            ScorePart(
                name="excludedWords",
                points=-points,
                possible=0,
                value=", ".join(excluded),
                explanation=f"Excluded, because it says {_listed(excluded)}.",
            )
        )
        points = 0
    return Score(score=points, confidence=confidence, parts=tuple(parts))


def _judge(
    public_profile: AcquiredProfile, criteria: Criteria, said: str
) -> Iterator[Judgement]:
    for name in ("followers", "following", "posts"):
        wanted: Range | None = getattr(criteria, name)
        if wanted is not None:
            yield _judge_count(name, getattr(public_profile, name), wanted)
    if criteria.keywords:
        yield _judge_keywords(said, criteria.keywords)
    if criteria.all_keywords:
        yield _judge_all_keywords(said, criteria.all_keywords)
    for name, value in (
        ("locations", public_profile.location),
        ("languages", public_profile.language),
        ("kinds", public_profile.kind),
        ("platforms", public_profile.platform),
    ):
        accepted: tuple[str, ...] = getattr(criteria, name)
        if accepted:
            yield _judge_word(name, value, accepted)
    if criteria.verified is not None:
        yield _judge_flag(public_profile.verified, wanted=criteria.verified)


def _judge_count(name: str, value: int | None, wanted: Range) -> Judgement:
    bounds = _in_words(wanted.min, wanted.max)
    if value is None:
        return Judgement(
            name, None, None, f"The source does not state its {name}; wanted {bounds}."
        )
    bound = bound_missed(value, wanted.min, wanted.max)
    if bound is None:
        return Judgement(
            name, 1.0, str(value), f"{value:,} {name}, as wanted ({bounds})."
        )
    met = closeness(value, bound)
    side = "fewer" if value < bound else "more"
    return Judgement(
        name, met, str(value), f"{value:,} {name}, {side} than wanted ({bounds})."
    )


@lru_cache(maxsize=64)
def _in_words(least: int | None, most: int | None) -> str:
    if least is not None and most is not None:
        return f"{least:,} to {most:,}"
    if least is not None:
        return f"{least:,} or more"
    return f"{most:,} or fewer" if most is not None else "any number"


def _judge_keywords(said: str, keywords: tuple[str, ...]) -> Judgement:
    if not said:
        return Judgement(
            "keywords", None, None, "It states no name, description or topics."
        )
    return _judge_found(_words_found(said, keywords), keywords)


@lru_cache(maxsize=1024)
def _judge_found(found: tuple[str, ...], keywords: tuple[str, ...]) -> Judgement:
    met = min(1.0, len(found) / min(len(keywords), KEYWORDS_FOR_FULL_POINTS))
    explanation = (
        f"Says {_listed(found)}: {len(found)} of {len(keywords)} keywords."
        if found
        else f"Says none of {_listed(keywords)}."
    )
    return Judgement("keywords", met, ", ".join(found), explanation)


def _judge_all_keywords(said: str, keywords: tuple[str, ...]) -> Judgement:
    if not said:
        return Judgement(
            "allKeywords", None, None, "It states no name, description or topics."
        )
    found = _words_found(said, keywords)
    lacking = tuple(word for word in keywords if word not in found)
    explanation = (
        f"Lacks {_listed(lacking)} of {len(keywords)} words wanted together."
        if lacking
        else f"Says all of {_listed(keywords)}."
    )
    met = len(found) / len(keywords)
    return Judgement("allKeywords", met, ", ".join(found), explanation)


@lru_cache(maxsize=4096)
def _judge_word(name: str, value: str | None, accepted: tuple[str, ...]) -> Judgement:
    one = name.removesuffix("s")
    if not value:
        return Judgement(name, None, None, f"The source does not state its {one}.")
    folded = value.casefold()
    met = any(_matches(name, folded, word.casefold()) for word in accepted)
    verdict = "as wanted" if met else f"wanted {_listed(accepted)}"
    return Judgement(name, float(met), value, f"{one.capitalize()} {value}, {verdict}.")


def _matches(name: str, value: str, word: str) -> bool:
    if name == "locations":
        return word in value
    if name == "languages":
        return value == word or value.startswith(f"{word}-")
    return value == word


def _judge_flag(value: bool | None, *, wanted: bool) -> Judgement:  # noqa: FBT001 - a stated fact, not a switch
    if value is None:
        return Judgement(
            "verified", None, None, "The source does not state whether it is verified."
        )
    stated = "Verified" if value else "Not verified"
    verdict = "as wanted" if value == wanted else "against what is wanted"
    return Judgement(
        "verified", float(value == wanted), str(value).lower(), f"{stated}, {verdict}."
    )


def _said(public_profile: AcquiredProfile) -> str:
    """Return all that words are looked for in, in one case."""
    name, bio = public_profile.display_name or "", public_profile.bio or ""
    parts = [part for part in (name, bio, *public_profile.topics) if part]
    return "\n".join(parts).casefold()


def _words_found(said: str, words: tuple[str, ...]) -> tuple[str, ...]:
    found = [
        word
        for word, folded, pattern in _patterns(words)
        if folded in said and pattern.search(said)  # the first is far cheaper
    ]
    return tuple(found)


@lru_cache(maxsize=64)
def _patterns(words: tuple[str, ...]) -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    folded = [word.casefold() for word in words]
    patterns = [re.compile(_bounded(word)) for word in folded]
    return tuple(zip(words, folded, patterns, strict=True))


def _bounded(word: str) -> str:
    """Match whole words; in a script without spaces, match inside the text."""
    before = r"(?<!\w)" if word[0].isascii() and word[0].isalnum() else ""
    after = r"(?!\w)" if word[-1].isascii() and word[-1].isalnum() else ""
    return before + re.escape(word) + after


@lru_cache(maxsize=1024)
def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"“{word}”" for word in words)


def _round_to_sum(values: list[float]) -> list[int]:
    """Round so that the whole numbers add up to the rounded sum (largest remainder)."""
    floors = [int(value) for value in values]  # none is negative
    missing = round(sum(values)) - sum(floors)
    if not missing:
        return floors
    by_remainder = sorted(
        range(len(values)), key=lambda place: floors[place] - values[place]
    )
    for place in by_remainder[:missing]:
        floors[place] += 1
    return floors
