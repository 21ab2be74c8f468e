"""The console's only door: the API over HTTP, in the name of whoever is signed in."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar
from uuid import UUID

import httpx
import streamlit as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from config.errors import ApplicationError
from config.settings import settings
from tasks.campaigns.schemas import CampaignAnswer
from tasks.reviews.schemas import BatchDecisionAnswer
from ui.console.answers import (
    CampaignPage,
    CardPage,
    Metrics,
    Person,
    Preview,
    RecentEvents,
    Recipe,
    RecipeList,
    Started,
    UnreadablePage,
    UploadedTable,
)

HANDSHAKE_HEADER = "x-muster-console"
"""Set by the gate in front of the console; a browser cannot bring its own."""

ANSWER_WITHIN_SECONDS = 30.0
PREVIEW_WITHIN_SECONDS = 90.0
CONNECT_WITHIN_SECONDS = 3.0
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared with, not bound to

Answer = TypeVar("Answer")

SIGNED_OUT_STATUS = 401
REFUSED_FROM = 400


class FieldProblem(BaseModel):
    """What is wrong with one field of a request."""

    path: str
    message: str
    code: str = ""


class ProblemError(ApplicationError):
    """The API refused, or did not answer; `fields` name what has to change."""

    code = "api_problem"

    def __init__(
        self,
        message: str,
        *,
        status: int = 0,
        error: str = "unreachable",
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message, details=details)
        self.status = status
        self.error = error
        self.fields = [
            FieldProblem.model_validate(field)
            for field in self.details.get("fields") or ()
        ]


class SignedOutError(ProblemError):
    """Nobody is signed in any more; the way on is the sign-in page."""

    code = "signed_out"


class Api:
    """The routes the console uses; every failure is a `ProblemError`."""

    def __init__(self, client: httpx.Client, *, token: str) -> None:
        self._client = client
        self._token = token

    def who_am_i(self) -> Person:
        """Return who is signed in."""
        return self._ask("GET", "/auth/me", Person)

    def list_campaigns(
        self, *, before: UUID | None = None, limit: int = 20
    ) -> CampaignPage:
        """Return campaigns, newest first, older than `before`."""
        query = {"before": before, "limit": limit}
        return self._ask("GET", "/campaigns", CampaignPage, query=query)

    def get_campaign(self, campaign_id: UUID) -> CampaignAnswer:
        """Return one campaign with its latest run."""
        return self._ask("GET", f"/campaigns/{campaign_id}", CampaignAnswer)

    def change_campaign(self, campaign_id: UUID, wish: str) -> CampaignAnswer:
        """Start, pause, resume or complete a campaign."""
        return self._ask("POST", f"/campaigns/{campaign_id}/{wish}", CampaignAnswer)

    def create_campaign(self, request: Mapping[str, Any]) -> CampaignAnswer:
        """Keep a campaign as a draft."""
        return self._ask("POST", "/campaigns", CampaignAnswer, json=request)

    def run_pipeline(self, request: Mapping[str, Any]) -> UUID:
        """Create a campaign and start it; return its id."""
        return self._ask("POST", "/pipeline/run", Started, json=request).campaign_id

    def preview_campaign(self, request: Mapping[str, Any]) -> Preview:
        """Return the first public profiles of a source with their scores."""
        return self._ask(
            "POST",
            "/campaigns/preview",
            Preview,
            json=request,
            timeout=PREVIEW_WITHIN_SECONDS,
        )

    def list_unreadable(self, campaign_id: UUID, *, limit: int = 100) -> UnreadablePage:
        """Return rows or pages of the latest run that could not be read."""
        path = f"/campaigns/{campaign_id}/unreadable"
        return self._ask("GET", path, UnreadablePage, query={"limit": limit})

    def upload_table(self, name: str, content: Iterator[bytes]) -> UploadedTable:
        """Store a CSV or JSON Lines file for a campaign, piece by piece."""
        return self._ask(
            "POST",
            "/campaigns/tables",
            UploadedTable,
            query={"name": name},
            content=content,
        )

    def list_recipes(self) -> tuple[Recipe, ...]:
        """Return the recipes that pages can be read with."""
        return self._ask("GET", "/recipes", RecipeList).items

    def list_cards(
        self,
        *,
        campaign_id: UUID | None,
        status: str,
        after: str | None = None,
        limit: int = 50,
    ) -> CardPage:
        """Return cards of the review queue, highest score first."""
        query = {
            "campaignId": campaign_id,
            "status": status,
            "after": after,
            "limit": limit,
        }
        return self._ask("GET", "/profiles", CardPage, query=query)

    def decide_batch(self, wish: str, card_ids: list[str]) -> BatchDecisionAnswer:
        """Approve or reject many public profiles at once."""
        return self._ask(
            "POST",
            f"/profiles/batch/{wish}",
            BatchDecisionAnswer,
            json={"ids": card_ids},
        )

    def get_metrics(self) -> Metrics:
        """Return the numbers of the overview."""
        return self._ask("GET", "/analytics/metrics", Metrics)

    def list_recent_events(
        self, campaign_id: UUID, *, limit: int = 30
    ) -> list[dict[str, Any]]:
        """Return the latest events of a campaign, newest first."""
        query = {"campaignId": campaign_id, "limit": limit}
        return self._ask("GET", "/tracking/recent", RecentEvents, query=query).items

    def _ask(
        self,
        method: str,
        path: str,
        answer: type[Answer],
        *,
        query: Mapping[str, Any] | None = None,
        **sent: Any,
    ) -> Answer:
        named = {name: str(value) for name, value in (query or {}).items() if value}
        headers = {"Authorization": f"Bearer {self._token}"}
        try:
            response = self._client.request(
                method, path, params=named, headers=headers, **sent
            )
        except httpx.HTTPError as failure:
            raise ProblemError(
                "Muster's API did not answer. It may be starting; try again in a "
                "moment, and look at its log if this lasts."
            ) from failure
        if response.status_code >= REFUSED_FROM:
            raise read_problem(response)
        try:
            return TypeAdapter(answer).validate_json(response.content)
        except ValidationError as unreadable:
            raise ProblemError(
                f"The API answered {path} in a form this console does not know; "
                "are both of the same version?",
                error="unreadable",
            ) from unreadable


def read_problem(response: httpx.Response) -> ProblemError:
    """Return what a refusal says, whatever form it came in."""
    try:
        said = response.json()
    except ValueError:
        said = {}
    said = said if isinstance(said, dict) else {}
    kind = SignedOutError if response.status_code == SIGNED_OUT_STATUS else ProblemError
    return kind(
        said.get("message") or f"The API answered {response.status_code}.",
        status=response.status_code,
        error=said.get("error") or "error",
        details=said.get("details"),
    )


def api() -> Api:
    """Return the API as the person whose browser shows this screen."""
    return Api(open_client(), token=handshake_token())


def handshake_token() -> str:
    """Return the token that the gate gave this browser's connection, or nothing."""
    return st.context.headers.get(HANDSHAKE_HEADER) or ""


@st.cache_resource
def open_client() -> httpx.Client:
    """Return the HTTP client of this process, kept open for all its screens."""
    address = settings().api
    host = "127.0.0.1" if address.host in EVERYWHERE else address.host
    return httpx.Client(
        base_url=f"http://{host}:{address.port}/api/v1",
        timeout=httpx.Timeout(ANSWER_WITHIN_SECONDS, connect=CONNECT_WITHIN_SECONDS),
        limits=httpx.Limits(max_connections=64, max_keepalive_connections=16),
        trust_env=False,
    )
