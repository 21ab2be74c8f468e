"""The console's only door: the API over HTTP, in the name of whoever is signed in."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx
import streamlit as st

from config.settings import settings
from tasks.campaigns.schedule_schemas import CampaignScheduleAnswer, CampaignTimes
from tasks.campaigns.schemas import CampaignAnswer, FailurePictureAnswer
from tasks.reviews.likelihood_schemas import LikelihoodAnswer
from ui.console.answers import (
    CampaignPage,
    CriteriaPreview,
    FailurePictureList,
    Metrics,
    Person,
    Preview,
    RecentEvents,
    Recipe,
    RecipeList,
    ReportPage,
    Rescoring,
    Secret,
    SecretList,
    Started,
    UploadedTable,
)
from ui.console.api_door import Door
from ui.console.browser_client import Browsers
from ui.console.cloak_client import Cloak
from ui.console.people_client import People
from ui.console.proxy_client import Proxies
from ui.console.proxy_rotation_client import ProxyRotation
from ui.console.review_client import ReviewViews

HANDSHAKE_HEADER = "x-muster-console"
"""Set by the gate in front of the console; a browser cannot bring its own."""

IDEMPOTENCY_HEADER = "Idempotency-Key"

ANSWER_WITHIN_SECONDS = 30.0
PREVIEW_WITHIN_SECONDS = 90.0
CONNECT_WITHIN_SECONDS = 3.0
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared with, not bound to


class Api(Door):
    """The routes about campaigns; cards and decisions are the browser's own."""

    def who_am_i(self) -> Person:
        """Return who is signed in."""
        return self.ask("GET", "/auth/me", Person)

    def list_campaigns(
        self, *, before: UUID | None = None, limit: int = 20
    ) -> CampaignPage:
        """Return campaigns, newest first, older than `before`."""
        query = {"before": before, "limit": limit}
        return self.ask("GET", "/campaigns", CampaignPage, query=query)

    def get_campaign(self, campaign_id: UUID) -> CampaignAnswer:
        """Return one campaign with its latest run."""
        return self.ask("GET", f"/campaigns/{campaign_id}", CampaignAnswer)

    def change_campaign(self, campaign_id: UUID, wish: str) -> CampaignAnswer:
        """Start, pause, resume, complete or re-run a campaign."""
        return self.ask("POST", f"/campaigns/{campaign_id}/{wish}", CampaignAnswer)

    def get_schedule(self, campaign_id: UUID) -> CampaignScheduleAnswer:
        """Return when a campaign runs by itself."""
        path = f"/campaigns/{campaign_id}/schedule"
        return self.ask("GET", path, CampaignScheduleAnswer)

    def set_schedule(
        self, campaign_id: UUID, request: Mapping[str, Any]
    ) -> CampaignScheduleAnswer:
        """Have a campaign run by itself, in place of the times before."""
        path = f"/campaigns/{campaign_id}/schedule"
        return self.ask("PUT", path, CampaignScheduleAnswer, json=request)

    def remove_schedule(self, campaign_id: UUID) -> None:
        """Let a campaign run by itself no longer."""
        self.tell("DELETE", f"/campaigns/{campaign_id}/schedule")

    def show_times(
        self, campaign_id: UUID, *, cron: str, timezone: str
    ) -> CampaignTimes:
        """Return when a cron line would come round next."""
        query = {"cron": cron, "timezone": timezone}
        path = f"/campaigns/{campaign_id}/schedule/times"
        return self.ask("GET", path, CampaignTimes, query=query)

    def create_campaign(
        self, request: Mapping[str, Any], *, key: str
    ) -> CampaignAnswer:
        """Keep a campaign as a draft; with the same key only once."""
        headers = {IDEMPOTENCY_HEADER: key}
        path = "/campaigns"
        return self.ask("POST", path, CampaignAnswer, json=request, headers=headers)

    def run_pipeline(self, request: Mapping[str, Any], *, key: str) -> UUID:
        """Create a campaign and start it, once a key; return its id."""
        headers = {IDEMPOTENCY_HEADER: key}
        path = "/pipeline/run"
        started = self.ask("POST", path, Started, json=request, headers=headers)
        return started.campaign_id

    def preview_campaign(self, request: Mapping[str, Any]) -> Preview:
        """Return the first public profiles of a source with their scores."""
        return self.ask(
            "POST",
            "/campaigns/preview",
            Preview,
            json=request,
            timeout=PREVIEW_WITHIN_SECONDS,
        )

    def preview_criteria(
        self, campaign_id: UUID, request: Mapping[str, Any]
    ) -> CriteriaPreview:
        """Return how many of the last public profiles would pass other criteria."""
        path = f"/campaigns/{campaign_id}/criteria-preview"
        return self.ask("POST", path, CriteriaPreview, json=request)

    def change_criteria(
        self, campaign_id: UUID, values: Mapping[str, Any], *, version: int
    ) -> CampaignAnswer:
        """Change what a campaign looks for; refused if somebody was faster."""
        wish = {**values, "version": version}
        path = f"/campaigns/{campaign_id}"
        return self.ask("PATCH", path, CampaignAnswer, json=wish)

    def rescore(self, campaign_id: UUID) -> Rescoring:
        """Have all of a campaign scored under its present criteria."""
        return self.ask("POST", f"/campaigns/{campaign_id}/rescore", Rescoring)

    def get_rescoring(self, campaign_id: UUID) -> Rescoring:
        """Return how many still have a score under earlier criteria."""
        return self.ask("GET", f"/campaigns/{campaign_id}/rescore", Rescoring)

    def get_likelihood(self, campaign_id: UUID) -> LikelihoodAnswer:
        """Return what was learned from a campaign's decisions."""
        path = f"/campaigns/{campaign_id}/likelihood"
        return self.ask("GET", path, LikelihoodAnswer)

    def switch_likelihood(self, campaign_id: UUID, *, is_offered: bool) -> None:
        """Switch the suggestions of a campaign on or off."""
        body = {"isOffered": is_offered}
        self.tell("PUT", f"/campaigns/{campaign_id}/likelihood", json=body)

    def get_report(self, campaign_id: UUID, *, limit: int = 100) -> ReportPage:
        """Return what became of each item of the latest run, failures listed."""
        path = f"/campaigns/{campaign_id}/report"
        return self.ask("GET", path, ReportPage, query={"limit": limit})

    def list_failure_pictures(
        self, campaign_id: UUID
    ) -> tuple[FailurePictureAnswer, ...]:
        """Return which pages of the latest run have a picture of their failure."""
        path = f"/campaigns/{campaign_id}/failure-pictures"
        return self.ask("GET", path, FailurePictureList).items

    def upload_table(self, name: str, content: Iterator[bytes]) -> UploadedTable:
        """Store a CSV, JSON Lines or Parquet file for a campaign, piece by piece."""
        return self.ask(
            "POST",
            "/campaigns/tables",
            UploadedTable,
            query={"name": name},
            content=content,
        )

    def list_recipes(self, *, kind: str) -> tuple[Recipe, ...]:
        """Return the recipes that pages, or interfaces, can be read with."""
        return self.ask("GET", "/recipes", RecipeList, query={"kind": kind}).items

    def list_secrets(self) -> tuple[Secret, ...]:
        """Return the secrets that a campaign can name, without themselves."""
        return self.ask("GET", "/secrets", SecretList).items

    def set_secret(self, name: str, value: str, hosts: tuple[str, ...]) -> Secret:
        """Keep a secret under a name, in place of the one before if there is one."""
        asked = {"value": value, "hosts": hosts}
        return self.ask("PUT", f"/secrets/{quote(name, safe='')}", Secret, json=asked)

    def remove_secret(self, name: str) -> None:
        """Remove a secret."""
        self.tell("DELETE", f"/secrets/{quote(name, safe='')}")

    def get_metrics(self) -> Metrics:
        """Return the numbers of the overview."""
        return self.ask("GET", "/analytics/metrics", Metrics)

    def list_recent_events(
        self, campaign_id: UUID, *, limit: int = 30
    ) -> list[dict[str, Any]]:
        """Return the latest events of a campaign, newest first."""
        query = {"campaignId": campaign_id, "limit": limit}
        return self.ask("GET", "/tracking/recent", RecentEvents, query=query).items


def api() -> Api:
    """Return the API as the person whose browser shows this screen."""
    return Api(open_client(), token=handshake_token(), user_agent=handshake_device())


def people() -> People:
    """Return the routes about people, as the person whose browser shows this screen."""
    return People(open_client(), token=handshake_token(), user_agent=handshake_device())


def browsers() -> Browsers:
    """Return the routes about browser profiles, as that person."""
    return Browsers(
        open_client(), token=handshake_token(), user_agent=handshake_device()
    )


def cloak() -> Cloak:
    """Return the routes about exits, as that person."""
    return Cloak(open_client(), token=handshake_token(), user_agent=handshake_device())


def proxies() -> Proxies:
    """Return the routes about proxies, as that person."""
    return Proxies(
        open_client(), token=handshake_token(), user_agent=handshake_device()
    )


def proxy_rotation() -> ProxyRotation:
    """Return the routes about how proxies are chosen, as that person."""
    return ProxyRotation(
        open_client(), token=handshake_token(), user_agent=handshake_device()
    )


def review_views() -> ReviewViews:
    """Return the routes about saved filters, as that person."""
    return ReviewViews(
        open_client(), token=handshake_token(), user_agent=handshake_device()
    )


def handshake_token() -> str:
    """Return the token that the gate gave this browser's connection, or nothing."""
    return st.context.headers.get(HANDSHAKE_HEADER) or ""


def handshake_device() -> str:
    """Return what this browser calls itself: the API notes where things were done."""
    return st.context.headers.get("User-Agent") or "Muster console"


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
