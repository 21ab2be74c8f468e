"""Pure: engagement, activity, age of the account and free expressions, each judged."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tasks.public_profiles.criteria import Criteria, Range, ShareRange
from tasks.public_profiles.expressions import Expression
from tasks.public_profiles.judgement import Judgement, bound_missed, closeness
from tasks.public_profiles.schemas import AcquiredProfile


def judge_signs(
    public_profile: AcquiredProfile, criteria: Criteria, *, now: datetime | None
) -> Iterator[Judgement]:
    """
    Yield how far each of these criteria is met.

    Args:
        public_profile: As its source states it.
        criteria: What the campaign looks for.
        now: The run's clock; without it nothing is known about spans of time.
    """
    if criteria.engagement is not None:
        yield _judge_engagement(public_profile, criteria.engagement)
    if criteria.activity is not None:
        yield _judge_activity(public_profile, criteria.activity, now)
    if criteria.account_age is not None:
        yield _judge_age(public_profile, criteria.account_age, now)
    if criteria.expressions:
        values = _values_of(public_profile, now)
        for name, expression in criteria.named_expressions:
            yield _judge_expression(name, expression, values)


def engagement_of(public_profile: AcquiredProfile) -> float | None:
    """
    Return the engagement: likes and comments of a recent post for each follower.

    It is the mean of likes and comments together over the recent posts that the source
    states, divided by the followers; 0.02 means that two in a hundred react to a post.
    Unknown where the source states either not, or nobody follows.
    """
    reactions, followers = public_profile.reactions_per_post, public_profile.followers
    return reactions / followers if reactions is not None and followers else None


def _judge_engagement(public_profile: AcquiredProfile, wanted: ShareRange) -> Judgement:
    share = engagement_of(public_profile)
    bounds = _shares_in_words(wanted)
    if share is None:
        said = f"How many react to its posts is not stated; wanted {bounds}."
        return Judgement("engagement", None, None, said)
    bound = bound_missed(share, wanted.min, wanted.max)
    said = f"{_percent(share)} of its followers react to a recent post"
    if bound is None:
        return Judgement(
            "engagement", 1.0, f"{share:.5g}", f"{said}, as wanted ({bounds})."
        )
    side = "less" if share < bound else "more"
    return Judgement(
        "engagement",
        closeness(share, bound),
        f"{share:.5g}",
        f"{said}, {side} than wanted ({bounds}).",
    )


def _judge_activity(
    public_profile: AcquiredProfile, wanted: int, now: datetime | None
) -> Judgement:
    at, bounds = public_profile.last_post_at, f"within {wanted:,} days"
    days = _days_between(at, now)
    if at is None or days is None:
        said = f"The source does not state its last post; wanted {bounds}."
        return Judgement("activity", None, None, said)
    said = f"Last post on {at.date()}, {days:,} days ago"
    if days <= wanted:
        return Judgement("activity", 1.0, str(at.date()), f"{said}, as wanted.")
    return Judgement(
        "activity", closeness(days, wanted), str(at.date()), f"{said}; wanted {bounds}."
    )


def _judge_age(
    public_profile: AcquiredProfile, wanted: Range, now: datetime | None
) -> Judgement:
    days = _days_between(public_profile.joined_at, now)
    bounds = _days_in_words(wanted)
    if days is None:
        said = f"The source does not state since when it exists; wanted {bounds}."
        return Judgement("accountAge", None, None, said)
    bound = bound_missed(days, wanted.min, wanted.max)
    if bound is None:
        said = f"The account is {days:,} days old, as wanted ({bounds})."
        return Judgement("accountAge", 1.0, str(days), said)
    side = "younger" if days < bound else "older"
    return Judgement(
        "accountAge",
        closeness(days, bound),
        str(days),
        f"The account is {days:,} days old, {side} than wanted ({bounds}).",
    )


def _judge_expression(
    name: str, expression: Expression, values: dict[str, Any]
) -> Judgement:
    missing = [one for one in expression.names if values.get(one) is None]
    if missing:
        said = f"“{expression.text}” is unknown: {', '.join(missing)} is not stated."
        return Judgement(name, None, None, said)
    stated = ", ".join(f"{one}={_short(values[one])}" for one in expression.names)
    try:
        met = expression.ask(values)
    except ValueError as wrong:
        said = f"“{expression.text}” cannot be worked out: {wrong}."
        return Judgement(name, None, stated, said)
    word = {0.0: "is not met", 1.0: "is met"}.get(met, f"is met by {met:.0%}")
    return Judgement(name, met, stated, f"“{expression.text}” {word}.")


def _values_of(public_profile: AcquiredProfile, now: datetime | None) -> dict[str, Any]:
    return (
        (public_profile.extra or {})
        | public_profile.__dict__
        | {
            "engagement": engagement_of(public_profile),
            "days_since_post": _days_between(public_profile.last_post_at, now),
            "account_age_days": _days_between(public_profile.joined_at, now),
        }
    )


def _days_between(at: datetime | None, now: datetime | None) -> int | None:
    """Return whole days; a moment that is yet to come is today, clocks differ."""
    return max(0, (now - at).days) if at is not None and now is not None else None


def _days_in_words(wanted: Range) -> str:
    if wanted.min is not None and wanted.max is not None:
        return f"{wanted.min:,} to {wanted.max:,} days"
    if wanted.min is not None:
        return f"{wanted.min:,} days or more"
    return f"{wanted.max:,} days or fewer" if wanted.max is not None else "any age"


def _shares_in_words(wanted: ShareRange) -> str:
    if wanted.min is not None and wanted.max is not None:
        return f"{_percent(wanted.min)} to {_percent(wanted.max)}"
    if wanted.min is not None:
        return f"{_percent(wanted.min)} or more"
    return f"{_percent(wanted.max)} or less" if wanted.max is not None else "any share"


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def _short(value: Any) -> str:
    said = str(value)
    return said if len(said) <= 40 else f"{said[:37]}..."  # noqa: PLR2004 - fits one line
