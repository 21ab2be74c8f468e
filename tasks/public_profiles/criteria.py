"""What a campaign looks for: bounds, words, signs of life and free expressions."""

from functools import cached_property
from typing import Annotated, Self

from annotated_types import Ge, Gt, Le, Len
from pydantic import AfterValidator, Field, StrictBool, StrictInt, model_validator
from pydantic.alias_generators import to_camel

from config.schema import Schema
from tasks.public_profiles.expressions import Expression, check_expression
from tasks.public_profiles.handles import fold_exclusion

_LARGEST = 2**63 - 1
"""PostgreSQL's bigint."""

_LONGEST_DAYS = 36_500


class Range(Schema):
    """A count wanted between two bounds; either may be open."""

    min: Annotated[StrictInt, Ge(0), Le(_LARGEST)] | None = None
    max: Annotated[StrictInt, Ge(0), Le(_LARGEST)] | None = None

    @model_validator(mode="after")
    def _bounds_agree(self) -> Self:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(
                f"min {self.min} is larger than max {self.max}: nothing can match"
            )
        return self


class ShareRange(Schema):
    """A share wanted between two bounds, such as 0.02 for two in a hundred."""

    min: Annotated[float, Ge(0), Le(1000)] | None = None
    max: Annotated[float, Ge(0), Le(1000)] | None = None

    @model_validator(mode="after")
    def _bounds_agree(self) -> Self:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(
                f"min {self.min} is larger than max {self.max}: nothing can match"
            )
        return self


class FreeExpression(Schema):
    """A condition on the fields of a public profile, in a person's own words."""

    name: Annotated[str, Len(0, 40)] = ""
    """What its part of the score is called; `expression 1` and so on if left out."""

    expression: Annotated[str, Len(1, 500), AfterValidator(check_expression)]
    """Such as `followers > 1000 and posts / followers > 0.01`."""

    weight: Annotated[float, Ge(0), Le(100)] = 1.0


def _names_somebody(line: str) -> str:
    if fold_exclusion(line).endswith(":") or not fold_exclusion(line):
        raise ValueError(f"“{line}” names no handle; write name or platform:name")
    return line


Words = Annotated[tuple[Annotated[str, Len(1, 100)], ...], Len(0, 100)]


class Criteria(Schema):
    """
    What a campaign looks for; what is left out does not count.

    A score is the weighted mean of the criteria that are named and known, see
    `score.py`.
    """

    followers: Range | None = None
    following: Range | None = None
    posts: Range | None = None
    keywords: Words = ()
    """Words wanted in name, description or topics; three found give full points."""

    all_keywords: Words = ()
    """Words of which each is wanted; points for the share that is found."""

    excluded_words: Words = ()
    """A public profile with one of these words scores 0."""

    excluded_handles: Annotated[
        tuple[Annotated[str, Len(1, 321), AfterValidator(_names_somebody)], ...],
        Len(0, 100_000),
    ] = ()
    """Who is never queued: `name`, `@name` or `platform:name`, in any case."""

    locations: Words = ()
    languages: Words = ()
    kinds: Words = ()
    platforms: Words = ()
    verified: StrictBool | None = None
    engagement: ShareRange | None = None
    """Reactions to a recent post for each follower, see `score_signs.engagement_of`."""

    activity: Annotated[StrictInt, Gt(0), Le(_LONGEST_DAYS)] | None = None
    """Days within which the last post is wanted."""

    account_age: Range | None = None
    """Days since the account was opened."""

    expressions: Annotated[tuple[FreeExpression, ...], Len(0, 20)] = ()
    weights: dict[str, Annotated[float, Ge(0), Le(100)]] = Field(default_factory=dict)
    """Criterion -> its weight; 1 where nothing is said. Expressions have their own."""

    @cached_property
    def excluded_keys(self) -> frozenset[str]:
        """The excluded handles as they are looked up, made once for all profiles."""
        return frozenset(map(fold_exclusion, self.excluded_handles))

    @cached_property
    def named_expressions(self) -> tuple[tuple[str, Expression], ...]:
        """The expressions taken apart, made once for all profiles, with their names."""
        return tuple(
            (one.name or f"expression {number}", Expression(one.expression))
            for number, one in enumerate(self.expressions, start=1)
        )

    @cached_property
    def weighing(self) -> dict[str, float]:
        """Part of a score -> its weight, where one is said."""
        said = {to_camel(name): weight for name, weight in self.weights.items()}
        names = (name for name, _ in self.named_expressions)
        return said | dict(
            zip(names, (w.weight for w in self.expressions), strict=True)
        )

    @cached_property
    def has_signs(self) -> bool:
        """Whether there is any criterion that `score_signs` judges."""
        return bool(
            self.engagement or self.activity or self.account_age or self.expressions
        )

    @model_validator(mode="after")
    def _words_agree(self) -> Self:
        wanted = (*self.keywords, *self.all_keywords)
        both = {word.casefold() for word in wanted} & {
            word.casefold() for word in self.excluded_words
        }
        if both:
            raise ValueError(f"wanted and excluded at once: {', '.join(sorted(both))}")
        unknown = {name for name in self.weights if to_camel(name) not in WEIGHED}
        if unknown:
            raise ValueError(
                f"no such criterion to weigh: {', '.join(sorted(unknown))}; "
                f"there are {', '.join(WEIGHED)}"
            )
        names = [*WEIGHED, *(name for name, _ in self.named_expressions)]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"two criteria are called {', '.join(sorted(twice))}")
        return self


WEIGHED = (
    "followers",
    "following",
    "posts",
    "keywords",
    "locations",
    "languages",
    "kinds",
    "platforms",
    "verified",
    "allKeywords",
    "engagement",
    "activity",
    "accountAge",
)
