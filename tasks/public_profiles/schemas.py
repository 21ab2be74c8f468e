"""What crosses a boundary about public profiles."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from annotated_types import Ge, Le, Len
from pydantic import (
    AfterValidator,
    AnyHttpUrl,
    AwareDatetime,
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

from config.recipes.parts import ExtraName
from config.schema import Schema
from config.vocabulary import Fate

_LARGEST = 2**63 - 1
"""PostgreSQL's bigint."""

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)

Count = Annotated[int, Ge(0), Le(_LARGEST)]


def without_nul(text: str) -> str:
    """Return a text without NUL, which PostgreSQL's text and JSON cannot hold."""
    return text.replace("\0", "")


CLEANED = AfterValidator(without_nul)
"""Last of a field's rules: before it, pydantic checks lengths without Python."""

Text = Annotated[str, CLEANED]

Moment = Annotated[AwareDatetime, Ge(EARLIEST)]
"""Far enough from the calendar's ends that every time zone can show it."""

LONGEST_EXTRA = 200

EXTRA = "extra."
"""Before the name of a further field, where it stands among those we know."""

ExtraValue = (
    StrictBool | StrictInt | float | Annotated[str, Len(0, LONGEST_EXTRA), CLEANED]
)


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
    joined_at: Moment | None = None
    """When the account was opened."""

    last_post_at: Moment | None = None
    """Many services state no more than the day."""

    reactions_per_post: Annotated[float, Ge(0), Le(1e15)] | None = None
    """Mean of likes and comments of the recent posts that the source states."""

    extra: dict[str, ExtraValue] | None = None
    """What else the recipe reads, for expressions; by the recipe's own names."""

    @classmethod
    def of_checked(cls, values: dict[str, Any]) -> Self:
        """
        Return one whose values were checked one by one, in a tenth of the time.

        It is for tables, whose cells `table_cells` has read by the same rules.
        """
        one = cls.__new__(cls)
        # What pydantic's model_construct does, but for all the cases it looks for.
        object.__setattr__(one, "__dict__", {**_UNSTATED, **values})
        object.__setattr__(one, "__pydantic_fields_set__", set(values))
        object.__setattr__(one, "__pydantic_extra__", None)
        object.__setattr__(one, "__pydantic_private__", None)
        return one


PROFILE_FIELDS = tuple(name for name in AcquiredProfile.model_fields if name != "extra")
"""Those with a column or a place of their own."""

_UNSTATED: dict[str, Any] = {
    name: None if field.is_required() else field.default
    for name, field in AcquiredProfile.model_fields.items()
}


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

    extra: Annotated[dict[ExtraName, str], Len(0, 20)] = Field(default_factory=dict)
    """Name in expressions -> a further column of the table."""

    platform: str | None = None
    """Platform of every row, when no column says it."""

    @field_validator("columns")
    @classmethod
    def _fields_are_ours(cls, columns: dict[str, str]) -> dict[str, str]:
        # JSON says displayName, the fields are called display_name.
        return {to_snake(name): column for name, column in columns.items()}

    @property
    def wanted_columns(self) -> dict[str, str]:
        """What is read -> its column; `extra.` stands before a further field's name."""
        more = {f"{EXTRA}{name}": column for name, column in self.extra.items()}
        return self.columns | more


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

    loads_pictures: StrictBool = False
    """Whether browsers load pictures, fonts and videos too, which no recipe reads."""

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


# Plain dataclasses: a campaign makes a hundred thousand of them, pydantic's cost would
# be half of the score's. Their fields are one word each, the same in JSON.


@dataclass(slots=True)  # frozen, each would take three times as long to make
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
