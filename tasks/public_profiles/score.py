"""Pure: a public profile and criteria in, a score from 0 to 100 and its parts out."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import lru_cache, partial
from operator import attrgetter

from tasks.public_profiles.criteria import Criteria, Range
from tasks.public_profiles.handles import keys_of_exclusion
from tasks.public_profiles.judgement import Judgement, bound_missed, closeness
from tasks.public_profiles.schemas import AcquiredProfile, Score, ScorePart
from tasks.public_profiles.score_signs import judge_signs

KEYWORDS_FOR_FULL_POINTS = 3

_NO_CRITERIA = ScorePart(
    name="criteria",
    points=100,
    possible=100,
    value=None,
    explanation="The campaign names no criteria, so everybody meets them.",
)

_Judge = Callable[[AcquiredProfile, str], Judgement]
"""Takes a public profile and all that words are looked for in."""


class Scoring:
    """
    Holds public profiles against criteria; made once, for many of them.

    What depends on the criteria alone is worked out here: a hundred thousand rows of a
    table are scored in a third of the time.
    """

    def __init__(self, criteria: Criteria, *, now: datetime | None = None) -> None:
        """
        Take the criteria apart.

        Args:
            criteria: What the campaign looks for.
            now: The run's clock, which activity and the age of an account are held
                against; both are unknown without it.
        """
        self._criteria, self._now = criteria, now
        self._judges = tuple(_judges_of(criteria))
        self._never = _patterns(criteria.excluded_words)
        self._shares: dict[tuple[bool, ...], tuple[tuple[int, ...], float]] = {}

    def score(self, public_profile: AcquiredProfile) -> Score:
        """
        Return the score of a public profile, with a reason for every point.

        The score is the weighted mean of the criteria that are named and whose value is
        known: what a source does not state counts neither for nor against, it lowers
        the confidence. An excluded word takes all points away, an excluded handle does
        too and is never queued. The parts' points are whole numbers that add up to the
        score.
        """
        said = _said(public_profile)
        judgements = [judge(public_profile, said) for judge in self._judges]
        if self._criteria.has_signs:
            judgements += judge_signs(public_profile, self._criteria, now=self._now)
        parts, confidence = self._weigh(judgements)
        score = sum([part.points for part in parts])
        if excluded := _words_found(said, self._never):
            parts.append(_excluded_part(excluded, score))
            score = 0
        found = Score(score, confidence, tuple(parts))
        if self._criteria.excluded_handles:
            return without_excluded(found, public_profile, self._criteria)
        return found

    def _weigh(self, judgements: list[Judgement]) -> tuple[list[ScorePart], float]:
        """Return what each criterion contributes, and the confidence."""
        if not judgements:
            return [_NO_CRITERIA], 1.0
        known = tuple([one.met is not None for one in judgements])
        shared = self._shares.get(known)
        if shared is None:
            names = [one.name for one in judgements]
            shared = self._shares[known] = self._share_out(names, known)
        possible, confidence = shared
        points = _round_to_sum(
            [
                most * (one.met or 0.0)
                for most, one in zip(possible, judgements, strict=True)
            ]
        )
        parts = [
            ScorePart(name, earned, most, value, explanation)
            for (name, _, value, explanation), earned, most in zip(
                judgements, points, possible, strict=True
            )
        ]
        return parts, confidence

    def _share_out(
        self, names: list[str], known: tuple[bool, ...]
    ) -> tuple[tuple[int, ...], float]:
        """Return the most points of each criterion, and the confidence."""
        weights = [self._criteria.weighing.get(name, 1.0) for name in names]
        total = sum(weights)
        judged = sum(
            weight for weight, is_known in zip(weights, known, strict=True) if is_known
        )
        shares = [
            100 * weight / judged if is_known and judged else 0.0
            for weight, is_known in zip(weights, known, strict=True)
        ]
        confidence = round(judged / total, 3) if total else 0.0
        return tuple(_round_to_sum(shares)), confidence


def score_public_profile(
    public_profile: AcquiredProfile, criteria: Criteria, *, now: datetime | None = None
) -> Score:
    """Return the score of a single public profile; see `Scoring` for many."""
    return Scoring(criteria, now=now).score(public_profile)


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


def _excluded_part(words: tuple[str, ...], points: int) -> ScorePart:
    return ScorePart(
        name="excludedWords",
        points=-points,
        possible=0,
        value=", ".join(words),
        explanation=f"Excluded, because it says {_listed(words)}.",
    )


def _judges_of(criteria: Criteria) -> Iterator[_Judge]:
    for name in ("followers", "following", "posts"):
        wanted: Range | None = getattr(criteria, name)
        if wanted is not None:
            yield _count_judge(name, wanted)
    if criteria.keywords:
        yield _keyword_judge(criteria.keywords)
    if criteria.all_keywords:
        yield _all_keywords_judge(criteria.all_keywords)
    for name, field in (
        ("locations", "location"),
        ("languages", "language"),
        ("kinds", "kind"),
        ("platforms", "platform"),
    ):
        accepted: tuple[str, ...] = getattr(criteria, name)
        if accepted:
            yield _word_judge(name, field, accepted)
    if criteria.verified is not None:
        yield partial(_judge_flag, wanted=criteria.verified)


def _count_judge(name: str, wanted: Range) -> _Judge:
    least, most, stated = wanted.min, wanted.max, attrgetter(name)
    bounds = _in_words(least, most)
    as_wanted = f" {name}, as wanted ({bounds})."

    def judge(public_profile: AcquiredProfile, _said: str) -> Judgement:
        value: int | None = stated(public_profile)
        if value is None:
            said = f"The source does not state its {name}; wanted {bounds}."
            return Judgement(name, None, None, said)
        bound = bound_missed(value, least, most)
        if bound is None:
            return Judgement(name, 1.0, str(value), f"{value:,}{as_wanted}")
        side = "fewer" if value < bound else "more"
        said = f"{value:,} {name}, {side} than wanted ({bounds})."
        return Judgement(name, closeness(value, bound), str(value), said)

    return judge


@lru_cache(maxsize=64)
def _in_words(least: int | None, most: int | None) -> str:
    if least is not None and most is not None:
        return f"{least:,} to {most:,}"
    if least is not None:
        return f"{least:,} or more"
    return f"{most:,} or fewer" if most is not None else "any number"


def _keyword_judge(keywords: tuple[str, ...]) -> _Judge:
    patterns = _patterns(keywords)

    def judge(_public_profile: AcquiredProfile, said: str) -> Judgement:
        if not said:
            return _says_nothing("keywords")
        return judge_found(_words_found(said, patterns))

    @lru_cache(maxsize=1024)
    def judge_found(found: tuple[str, ...]) -> Judgement:
        met = min(1.0, len(found) / min(len(keywords), KEYWORDS_FOR_FULL_POINTS))
        explanation = (
            f"Says {_listed(found)}: {len(found)} of {len(keywords)} keywords."
            if found
            else f"Says none of {_listed(keywords)}."
        )
        return Judgement("keywords", met, ", ".join(found), explanation)

    return judge


def _all_keywords_judge(keywords: tuple[str, ...]) -> _Judge:
    patterns = _patterns(keywords)

    def judge(_public_profile: AcquiredProfile, said: str) -> Judgement:
        if not said:
            return _says_nothing("allKeywords")
        found = _words_found(said, patterns)
        lacking = tuple(word for word in keywords if word not in found)
        explanation = (
            f"Lacks {_listed(lacking)} of {len(keywords)} words wanted together."
            if lacking
            else f"Says all of {_listed(keywords)}."
        )
        met = len(found) / len(keywords)
        return Judgement("allKeywords", met, ", ".join(found), explanation)

    return judge


def _says_nothing(name: str) -> Judgement:
    return Judgement(name, None, None, "It states no name, description or topics.")


def _word_judge(name: str, field: str, accepted: tuple[str, ...]) -> _Judge:
    stated = attrgetter(field)
    folded = [word.casefold() for word in accepted]

    def judge(public_profile: AcquiredProfile, _said: str) -> Judgement:
        return judge_value(stated(public_profile))

    @lru_cache(maxsize=4096)
    def judge_value(value: str | None) -> Judgement:
        if not value:
            said = f"The source does not state its {field}."
            return Judgement(name, None, None, said)
        met = any(_matches(name, value.casefold(), word) for word in folded)
        verdict = "as wanted" if met else f"wanted {_listed(accepted)}"
        said = f"{field.capitalize()} {value}, {verdict}."
        return Judgement(name, float(met), value, said)

    return judge


def _matches(name: str, value: str, word: str) -> bool:
    if name == "locations":
        return word in value
    if name == "languages":
        return value == word or value.startswith(f"{word}-")
    return value == word


def _judge_flag(
    public_profile: AcquiredProfile, _said: str, *, wanted: bool
) -> Judgement:
    value = public_profile.verified
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
    name, bio, topics = _texts_of(public_profile)
    parts = [part for part in (name, bio, *topics) if part]
    return "\n".join(parts).casefold()


_texts_of = attrgetter("display_name", "bio", "topics")

_Patterns = tuple[tuple[str, str, re.Pattern[str]], ...]
"""A word as it was named, in the one case, and how it is found between others."""


def _words_found(said: str, patterns: _Patterns) -> tuple[str, ...]:
    found = [
        word
        for word, folded, pattern in patterns
        if folded in said and pattern.search(said)  # the first is far cheaper
    ]
    return tuple(found)


def _patterns(words: tuple[str, ...]) -> _Patterns:
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
