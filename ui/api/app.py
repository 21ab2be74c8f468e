"""create_app(): the API, its routers and problem answers."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import APIRouter, FastAPI

from config.connections import close_async_redis_client
from tasks.events.fan_out import FanOut
from ui.api import login_page
from ui.api.bare_paths import CANONICAL, BarePaths
from ui.api.bodies import BoundedBodies
from ui.api.correlation import Correlated
from ui.api.idempotency import KeptAnswers
from ui.api.limits import RateLimited
from ui.api.live_standing import LoginStanding
from ui.api.measures import Measured, TellsRoute
from ui.api.methods import TrueMethods
from ui.api.openapi_document import PROBLEMS, describe_routes
from ui.api.problems import add_problem_handlers
from ui.api.routers import (
    accounts,
    analytics,
    api_secrets,
    browser_profiles,
    campaign_criteria,
    campaign_export,
    campaign_report,
    campaign_schedules,
    campaigns,
    failure_pictures,
    failures,
    forgotten_people,
    health,
    leak_tests,
    likelihoods,
    limit_violations,
    logins,
    metrics,
    own_account,
    plex_pins,
    proxies,
    proxy_pins,
    proxy_pool,
    proxy_rotation,
    recipes,
    review_batches,
    review_decisions,
    review_leases,
    review_list,
    review_pictures,
    review_views,
    reviews,
    tables,
    tracking,
    tracking_socket,
    vpn,
)
from ui.api.safe_headers import SafeHeaders

RESOURCES = (
    logins,
    own_account,
    plex_pins,
    accounts,
    tables,
    campaigns,
    campaign_criteria,
    campaign_export,
    campaign_schedules,
    campaign_report,
    failure_pictures,
    likelihoods,
    recipes,
    api_secrets,
    browser_profiles,
    leak_tests,
    vpn,
    proxies,
    proxy_pins,
    proxy_rotation,
    proxy_pool,
    review_batches,
    review_list,
    review_views,
    review_pictures,
    review_leases,
    review_decisions,
    reviews,
    analytics,
    tracking,
    tracking_socket,
    health,
    metrics,
    failures,
    limit_violations,
    forgotten_people,
)


def create_app() -> FastAPI:
    """Return the API; its live parts open and close with its lifespan."""
    app = FastAPI(
        title="Muster",
        version="1",
        summary="Campaigns that gather public profiles, and people who decide on them.",
        openapi_url=f"{CANONICAL}/openapi.json",
        docs_url=None,  # its pages load scripts from another host
        redoc_url=None,
        lifespan=live_parts,
    )
    app.state.fan_out = FanOut()
    app.state.standing = LoginStanding()
    app.state.services = health.watch_services()
    app.state.readings = metrics.watch_readings()
    api = APIRouter(prefix=CANONICAL, responses=PROBLEMS)
    for resource in RESOURCES:
        api.include_router(resource.router)
    app.include_router(api)
    app.include_router(login_page.router)
    app.openapi = partial(describe_routes, app)  # type: ignore[method-assign]  # as FastAPI's own guide does
    add_problem_handlers(app)
    app.add_middleware(TellsRoute)
    app.add_middleware(TrueMethods)
    app.add_middleware(KeptAnswers)
    app.add_middleware(BoundedBodies)
    app.add_middleware(RateLimited)
    app.add_middleware(BarePaths)
    app.add_middleware(Correlated)
    app.add_middleware(SafeHeaders)
    app.add_middleware(Measured)
    return app


@asynccontextmanager
async def live_parts(app: FastAPI) -> AsyncGenerator[None]:
    """Follow the event stream as long as the application runs."""
    fan_out: FanOut = app.state.fan_out
    fan_out.open()
    try:
        yield
    finally:
        await fan_out.close()
        await close_async_redis_client()
