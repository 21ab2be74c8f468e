"""create_app(): the API, its routers and problem answers."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI

from tasks.events.fan_out import FanOut
from ui.api import login_page
from ui.api.bare_paths import CANONICAL, BarePaths
from ui.api.correlation import Correlated
from ui.api.problems import ProblemAnswer, add_problem_handlers
from ui.api.routers import (
    analytics,
    campaigns,
    health,
    logins,
    recipes,
    reviews,
    tables,
    tracking,
)

RESOURCES = (logins, tables, campaigns, recipes, reviews, analytics, tracking, health)

PROBLEMS: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": ProblemAnswer, "description": "The request must be changed."},
    "5XX": {
        "model": ProblemAnswer,
        "description": "Muster or another system failed.",
    },
}


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
    api = APIRouter(prefix=CANONICAL, responses=PROBLEMS)
    for resource in RESOURCES:
        api.include_router(resource.router)
    app.include_router(api)
    app.include_router(login_page.router)
    add_problem_handlers(app)
    app.add_middleware(BarePaths)
    app.add_middleware(Correlated)
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
