"""What crosses a boundary about how likely a reviewer approves, learned by example."""

from enum import StrEnum
from typing import Literal

from pydantic import StrictBool

from config.schema import Schema

Label = Literal["likely", "open", "unlikely"]


class LessonState(StrEnum):
    """What came of learning from the decisions of a campaign."""

    TOO_FEW = "too_few"
    ONE_SIDED = "one_sided"
    NOT_BETTER = "not_better"
    OFFERED = "offered"


class Band(Schema):
    """Decisions that were kept aside and called alike, and what became of them."""

    called: int
    approved: int
    low: float
    """Lower bound of the share approved, 95 % (Wilson)."""

    high: float


class ErrorEstimate(Schema):
    """How wrong the suggestions are, by decisions that were kept aside in turn."""

    decisions: int
    brier: float
    """Mean of the squared differences to what was decided; 0 is right, 0.25 a coin."""

    base_brier: float
    """The same of somebody who only knows how many are approved."""

    gain_low: float
    """Lower bound of `base_brier - brier`, 95 % (bootstrap); above 0 is better."""

    gain_high: float
    calibration_error: float
    """Mean distance of what was said from what was approved, in fifths."""

    bands: dict[Label, Band]


class NumberWeight(Schema):
    """What one number of a public profile weighs, in steps of its spread."""

    name: str
    mean: float
    spread: float
    weight: float
    unknown: float = 0.0
    """Weight of its not being stated."""


class LikelihoodModel(Schema):
    """A fitted logistic regression, with what puts its answers right."""

    form: Literal[1] = 1
    intercept: float
    numbers: tuple[NumberWeight, ...]
    words: dict[int, float]
    """Bucket of words -> weight; the words themselves are not kept."""

    slope: float
    offset: float


class Lesson(Schema):
    """What was learned from the decisions of a campaign, or why nothing was."""

    state: LessonState
    counted: int
    """Decisions there were."""

    decisions: int
    """Decisions it was learned from, the newest."""

    approved: int
    estimate: ErrorEstimate | None = None
    model: LikelihoodModel | None = None


class Likelihood(Schema):
    """A suggestion beside the score; it changes neither the score nor the queue."""

    label: Label
    words: str
    probability: float
    """From 0 to 1."""

    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...]
    error: str
    """How far to trust it, in words."""

    decisions: int
    """Decisions of this campaign it was learned from."""


class LikelihoodAnswer(Schema):
    """Whether a campaign's cards carry suggestions, and how good these are."""

    is_offered: bool
    """False: a person switched it off."""

    state: LessonState | None
    """None: nothing was learned since the decisions began, or since it was reset."""

    words: str
    decisions: int
    """Approved or rejected now."""

    needed: int
    estimate: ErrorEstimate | None


class LikelihoodChange(Schema):
    """Switch the suggestions of a campaign on or off."""

    is_offered: StrictBool
