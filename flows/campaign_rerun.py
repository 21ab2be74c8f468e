"""What a re-run of a campaign would read: only what failed, as far as that helps."""

from collections.abc import Collection
from typing import Annotated, Any, NamedTuple
from uuid import UUID

from annotated_types import Len
from pydantic import AfterValidator

from config.recipes.json_api import find_api_recipe
from config.schema import Schema
from config.vocabulary import Fate
from tasks.campaigns.run_items import count_pages, list_failed_references
from tasks.public_profiles.api_inputs import list_values, narrow_to
from tasks.public_profiles.schemas import JsonApiSource

DEFAULT_FATES = (Fate.NO_PROFILE, Fate.BLOCKED, Fate.RATE_LIMITED, Fate.LOST)
"""What another try may mend; what is gone or excluded stays so."""

OF_A_TABLE = (
    "the rows of a table are what they are, so reading them again changes nothing: "
    "download the report, put the rows right in the file, upload it, and start a "
    "campaign with it"
)


def _is_a_failure(fate: Fate) -> Fate:
    if not fate.is_listed:
        raise ValueError(f"{fate} is no failure; there is nothing to read again")
    return fate


class RerunRequest(Schema):
    """Which failures of the last run are read again."""

    fates: Annotated[
        tuple[Annotated[Fate, AfterValidator(_is_a_failure)], ...], Len(1)
    ] = DEFAULT_FATES
    """What they came to; what is gone, excluded or not reached only if it is named."""


class Failed(NamedTuple):
    """What a re-run would read."""

    pages: int = 0
    """Items behind pages that wait to be read again."""

    values: tuple[str, ...] = ()
    """Of a JSON interface's list of inputs."""

    objection: str | None = None
    """Why nothing can be read again."""

    @property
    def items(self) -> int:
        """How many items that is."""
        return self.pages + len(self.values)


def find_failed(
    session: Any, campaign: Any, campaign_run_id: UUID, *, fates: Collection[Fate]
) -> Failed:
    """Return what of a run came to some fates and can be read again."""
    if campaign.source["kind"] == "table":
        return Failed(objection=OF_A_TABLE)
    pages = count_pages(session, campaign_run_id, fates=fates)
    values: tuple[str, ...] = ()
    if campaign.source["kind"] == "json_api":
        source = JsonApiSource.model_validate(campaign.source)
        failed = list_failed_references(session, campaign_run_id, fates=fates)
        recipe = find_api_recipe(source.recipe)
        narrowed = narrow_to(source, recipe, failed)
        values = list_values(narrowed, recipe) if narrowed else ()
    if pages or values:
        return Failed(pages, values)
    words = ", ".join(one.replace("_", " ") for one in fates)
    return Failed(
        objection=f"the last run left nothing that another try may mend ({words}): "
        "start the campaign to read its whole source again"
    )
