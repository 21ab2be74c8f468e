"""What crosses a boundary about public profiles."""

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from annotated_types import Ge, Le, Len
from pydantic import (
    AfterValidator,
    AnyHttpUrl,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic.alias_generators import to_snake

from config.schema import Schema
from config.vocabulary import Fate
from tasks.public_profiles.handles import fold_exclusion

_LARGEST = 2**63 - 1
"""PostgreSQL's bigint."""

Count = Annotated[int, Ge(0), Le(_LARGEST)]


def _without_nul(text: str) -> str:
    # PostgreSQL's text and JSON cannot hold it, and some pages and tables contain it.
    return text.replace("\0", "")


CLEANED = AfterValidator(_without_nul)
"""Last of a field's rules: before it, pydantic checks lengths without Python."""

Text = Annotated[str, CLEANED]


class AcquiredProfile(Schema):
    """One public profile as its source states it; what is not stated is `None`."""

    platform: Annotated[Text, Len(1, 64)]
    """Lower-case name of the service, such as `mastodon`; or the host, if unknown."""

    handle: Annotated[Text, Len(1, 256)]
    """The name in the profile's address, without a leading `@`."""

    display_name: Annotated[str, Len(0, 512), CLEANED] | None = None
    url: Annotated[str, Len(0, 2048), CLEANED] | None = None
    external_id: Annotated[str, Len(0, 256), CLEANED] | None = None
    bio: Annotated[str, Len(0, 20_000), CLEANED] | None = None
    followers: Count | None = None
    """Absent is unknown, never 0."""

    following: Count | None = None
    posts: Count | None = None
    verified: bool | None = None
    kind: Annotated[str, Len(0, 64), CLEANED] | None = None
    """Such as `person`, `organisation`, `music group`, where the source says."""

    location: Annotated[str, Len(0, 256), CLEANED] | None = None
    language: Annotated[str, Len(0, 64), CLEANED] | None = None
    topics: Annotated[tuple[Text, ...], Len(0, 100)] = ()
    picture_url: Annotated[str, Len(0, 2048), CLEANED] | None = None


PROFILE_FIELDS = tuple(AcquiredProfile.model_fields)


def said_of(wrong: ValidationError) -> str:
    """Return in one line what a public profile would have stated wrongly."""
    return "; ".join(
        f"{'.'.join(map(str, error['loc']))}: {error['msg']}"
        for error in wrong.errors(include_url=False, include_input=False)
    )


class Unreadable(Schema):
    """One row or page that could not be read, why, and what it counts as."""

    reference: Text
    """`line 17`, or the address of the page."""
    reason: Text
    """One sentence for the person who owns the source."""
    fate: Fate = Fate.NO_PROFILE


def _say_that_kind_is_needed(described: dict[str, Any]) -> None:
    # In Python it need not be written; in JSON it tells the sources apart.
    described["required"] = ["kind", *described.get("required", ())]


class TableSource(Schema):
    """A CSV, JSON Lines or Parquet file that was uploaded before."""

    model_config = ConfigDict(json_schema_extra=_say_that_kind_is_needed)

    kind: Literal["table"] = "table"
    table_id: UUID
    """Id that the upload answered."""

    form: Literal["csv", "json_lines", "parquet"] = "csv"
    columns: Annotated[dict[str, str], Len(1)]
    """Field of a public profile -> column of the table (CSV header, or dotted path)."""

    platform: str | None = None
    """Platform of every row, when no column says it."""

    @field_validator("columns")
    @classmethod
    def _fields_are_ours(cls, columns: dict[str, str]) -> dict[str, str]:
        # JSON says displayName, the fields are called display_name.
        return {to_snake(name): column for name, column in columns.items()}


class PagesSource(Schema):
    """A listing and the pages it links to, read with a recipe."""

    model_config = ConfigDict(json_schema_extra=_say_that_kind_is_needed)

    listing_url: AnyHttpUrl
    recipe: Annotated[str, Len(1, 64)]
    """Name of a file in `config/recipes/`, without its ending."""

    recipe_version: Annotated[StrictInt, Ge(1)] | None = None
    """Refuse any other version of the recipe; None takes the present one."""

    hosts: tuple[str, ...] = ()
    """Hosts whose pages may be fetched; empty means the listing's own host."""

    pages_per_host: Annotated[StrictInt, Ge(1)] | None = None
    """Fewer pages of one host, for each run, than the settings allow."""


class Exit(Schema):
    """Where requests leave for the world."""

    vpn: Annotated[str, Len(1, 64), Field(pattern=r"^[A-Za-z0-9_-]+$")]
    """A location whose tunnel is connected while the run goes on."""


_Tag = Annotated[str, StringConstraints(min_length=1, max_length=40, to_lower=True)]


class ProxiesWish(Schema):
    """Which proxies of the pool pages are fetched through."""

    tags: Annotated[tuple[_Tag, ...], Len(0, 20)] = ()
    """Those that have all of these tags; empty means all proxies."""

    country: (
        Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2}$", to_upper=True)]
        | None
    ) = None
    """Those whose exit is in this country, two letters."""


class HtmlPagesSource(PagesSource):
    """A listing and the pages it links to, by HTTP, read with a recipe."""

    kind: Literal["html_pages"] = "html_pages"
    exit: Exit | None = None
    """How its hosts are asked; left out: straight from the worker."""

    proxies: ProxiesWish | None = None
    """Each page is fetched through one of these, or, if left out, through none."""

    @model_validator(mode="after")
    def _leaves_one_way(self) -> Self:
        if self.exit is not None and self.proxies is not None:
            raise ValueError("pages leave by a tunnel (exit) or by proxies, not both")
        return self


class LeakTestDemand(Schema):
    """What a browser profile's leak test must be like, so that it may be used."""

    max_age_minutes: Annotated[StrictInt, Ge(1), Le(10_080)]


class BrowserPagesSource(PagesSource):
    """A listing and the pages it links to, through browsers, read with a recipe."""

    kind: Literal["browser_pages"] = "browser_pages"
    browser_profile_ids: Annotated[tuple[UUID, ...], Len(0, 100)] = ()
    """Browser profiles to use, in turn; or name a folder instead."""

    browser_folder_id: UUID | None = None
    """Folder whose browser profiles are used, as they are when the run begins."""

    browsers_at_once: Annotated[StrictInt, Ge(1), Le(16)] = 1
    """Browsers that read at the same time."""

    recycle_after_pages: Annotated[StrictInt, Ge(1), Le(100_000)] = 200
    """A browser is started anew, or gives way to the next, after so many pages."""

    recycle_after_minutes: Annotated[StrictInt, Ge(1), Le(1_440)] = 30
    """The same, after so many minutes."""

    leak_test: LeakTestDemand | None = None
    """A passed leak test not older than this, for each browser profile it uses."""

    @model_validator(mode="after")
    def _names_browser_profiles(self) -> Self:
        if bool(self.browser_profile_ids) == bool(self.browser_folder_id):
            raise ValueError(
                "name the browser profiles to use, either one by one "
                "(browserProfileIds) or by their folder (browserFolderId)"
            )
        return self


InputValue = Annotated[str, Len(1, 2048)]
InputValues = Annotated[tuple[InputValue, ...], Len(1, 10_000)]


class JsonApiSource(Schema):
    """Records of a documented JSON interface, read with a recipe."""

    model_config = ConfigDict(json_schema_extra=_say_that_kind_is_needed)

    kind: Literal["json_api"] = "json_api"
    recipe: Annotated[str, Len(1, 64)]
    """Name of a file in `config/recipes/json_api/`, without its ending."""

    recipe_version: Annotated[StrictInt, Ge(1)] | None = None
    """Refuse any other version of the recipe; None takes the present one."""

    base_url: AnyHttpUrl | None = None
    """The server to ask, for recipes of services that have many."""

    inputs: dict[str, InputValue | InputValues] = Field(default_factory=dict)
    """Value or values for each input that the recipe names."""

    secret: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None = None
    """Name of the secret that opens the interface, see `/secrets`; never itself."""

    hosts: tuple[str, ...] = ()
    """Hosts that may be asked; empty means those of the recipe and of the inputs."""

    details: StrictBool = False
    """Take a second look at each record, if the recipe knows one."""

    seconds_between_requests: Annotated[float, Ge(0), Le(3600)] | None = None
    """A slower pace than the recipe's."""

    pages_per_host: Annotated[StrictInt, Ge(1)] | None = None
    """Fewer answers of one host, for each run, than the settings allow."""

    exit: Exit | None = None
    """How the interface is asked; left out: straight from the worker."""

    @field_validator("inputs", mode="before")
    @classmethod
    def _names_are_ours(cls, inputs: Any) -> Any:
        # JSON says accountId, the inputs are called account_id.
        if not isinstance(inputs, dict):
            return inputs
        return {to_snake(str(name)): value for name, value in inputs.items()}


Source = Annotated[
    TableSource | HtmlPagesSource | BrowserPagesSource | JsonApiSource,
    Field(discriminator="kind"),
]


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
    weights: dict[str, Annotated[float, Ge(0), Le(100)]] = Field(default_factory=dict)
    """Criterion -> its weight; 1 where nothing is said."""

    @cached_property
    def excluded_keys(self) -> frozenset[str]:
        """The excluded handles as they are looked up, made once for all profiles."""
        return frozenset(map(fold_exclusion, self.excluded_handles))

    @model_validator(mode="after")
    def _words_agree(self) -> Self:
        both = {word.casefold() for word in self.keywords} & {
            word.casefold() for word in self.excluded_words
        }
        if both:
            raise ValueError(f"wanted and excluded at once: {', '.join(sorted(both))}")
        unknown = set(self.weights) - set(WEIGHED)
        if unknown:
            raise ValueError(
                f"no such criterion to weigh: {', '.join(sorted(unknown))}; "
                f"there are {', '.join(WEIGHED)}"
            )
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
)


# Plain dataclasses: a campaign makes a hundred thousand of them, pydantic's cost would
# be half of the score's. Their fields are one word each, the same in JSON.


@dataclass(frozen=True, slots=True)
class ScorePart:
    """What one criterion contributed to a score, and why."""

    name: str
    points: int
    """Of the score; negative where an exclusion takes points away."""

    possible: int
    """The most this criterion could have contributed; 0 for one that is unknown."""

    value: str | None
    """What the public profile states, `None` if it is unknown."""

    explanation: str
    """One sentence for the reviewer."""


@dataclass(frozen=True, slots=True)
class Score:
    """How well a public profile meets the criteria; the points add up to it."""

    score: int
    """From 0 to 100."""

    confidence: float
    """Share of the criteria's weight that could be judged, from 0 to 1."""

    parts: tuple[ScorePart, ...]
    excluded: bool = False
    """Named by its handle among those who are never queued, whatever the threshold."""

    def reaches(self, threshold: int) -> bool:
        """Return whether the public profile is to be queued for review."""
        return self.score >= threshold and not self.excluded
