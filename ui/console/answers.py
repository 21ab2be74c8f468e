"""What the API answers, where no subject has a schema for it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ConfigDict

from config.recipes.catalogue import SecretNeed
from config.schema import Schema
from tasks.accounts.schemas import (
    AccountEntry,
    ActivityEntry,
    InvitationEntry,
    LoginEntry,
)
from tasks.campaigns.schemas import (
    CampaignAnswer,
    FailurePictureAnswer,
    ReportedItem,
    RunReport,
    UnreadableAnswer,
)
from tasks.failures.schemas import FailureAnswer
from tasks.limits.schemas import ViolationAnswer
from tasks.public_profiles.schemas import AcquiredProfile, Score


class Answer(Schema):
    """Something the API said; members this console does not know are left out."""

    model_config = ConfigDict(extra="ignore")


class Person(Answer):
    """Who is signed in."""

    id: UUID
    email: str
    display_name: str | None = None
    roles: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()


class CampaignPage(Answer):
    """Some campaigns, newest first; `next` asks for older ones."""

    items: tuple[CampaignAnswer, ...]
    next: str | None = None


class FailurePictureList(Answer):
    """What browsers showed where a page could not be read; a few at most."""

    items: tuple[FailurePictureAnswer, ...]


class ReportPage(Answer):
    """What became of each item of a run, and some of what was not acquired."""

    report: RunReport
    items: tuple[ReportedItem, ...]
    next: str | None = None


class RecipeInput(Answer):
    """One value that a campaign gives to a recipe."""

    name: str
    description: str = ""
    required: bool = False
    default: str | None = None
    many: bool = False


class RecipeNeeds(Answer):
    """What a campaign has to give besides the inputs."""

    base_url: bool = False
    secret: SecretNeed = SecretNeed.NONE
    secret_about: str = ""


class Recipe(Answer):
    """A recipe for reading pages or a JSON interface, by name."""

    kind: str = "html_pages"
    name: str
    version: int = 1
    title: str
    description: str = ""
    documentation: str | None = None
    needs: RecipeNeeds = RecipeNeeds()
    inputs: tuple[RecipeInput, ...] = ()
    details: str | None = None


class RecipeList(Answer):
    """All recipes, by name."""

    items: tuple[Recipe, ...]


class Secret(Answer):
    """A key of an interface by its name; the key itself is never shown."""

    name: str
    hosts: tuple[str, ...] = ()
    changed_at: datetime
    changed_by: str


class SecretList(Answer):
    """All keys, by name."""

    items: tuple[Secret, ...]


class Started(Answer):
    """The campaign that was made and started."""

    campaign_id: UUID


class RecentEvents(Answer):
    """What happened last, newest first."""

    items: list[dict[str, Any]]


class PreviewedProfile(Answer):
    """A public profile a source would give, and how it would score."""

    profile: AcquiredProfile
    score: Score


class Preview(Answer):
    """The first public profiles of a source, and what could not be read."""

    profiles: tuple[PreviewedProfile, ...] = ()
    unreadable: tuple[UnreadableAnswer, ...] = ()
    unclear: tuple[UnreadableAnswer, ...] = ()
    """Values that could not be read in public profiles that are shown."""


class CriteriaPreview(Answer):
    """What other criteria would change about the last public profiles."""

    looked_at: int
    before: int
    after: int
    gained: int
    lost: int


class Rescoring(Answer):
    """How far public profiles are scored under a campaign's present criteria."""

    version: int
    known: int
    behind: int


class UploadedTable(Answer):
    """A table that was uploaded: its columns and its first row."""

    table_id: UUID
    name: str
    columns: tuple[str, ...]
    first_row: dict[str, Any]
    form: str


class Metrics(Answer):
    """How many campaigns and public profiles are in which state."""

    campaigns: dict[str, int]
    profiles: dict[str, int]


class LoginList(Answer):
    """The logins of one person that stand."""

    items: tuple[LoginEntry, ...]


class ActivityPage(Answer):
    """What happened to an account, newest first."""

    items: tuple[ActivityEntry, ...]
    next: str | None = None


class AccountPage(Answer):
    """Some of the people who may sign in."""

    items: tuple[AccountEntry, ...]
    next: str | None = None


class RoleAnswer(Answer):
    """A role, and what it allows."""

    name: str
    permissions: tuple[str, ...] = ()


class RoleList(Answer):
    """All roles."""

    items: tuple[RoleAnswer, ...]


class HandedLink(Answer):
    """A link that works once, and is told once; `path` is below this origin."""

    path: str
    expires_at: datetime


class InvitationPage(Answer):
    """Some of the invitations that wait."""

    items: tuple[InvitationEntry, ...]
    next: str | None = None


class FailurePage(Answer):
    """Some of the unexpected errors."""

    items: tuple[FailureAnswer, ...]
    next: str | None = None


class ViolationPage(Answer):
    """Some of those who went over a limit, newest first."""

    items: tuple[ViolationAnswer, ...]
    next: str | None = None
