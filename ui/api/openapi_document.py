"""The OpenAPI document: what FastAPI writes of the routes, and what holds for all."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from ui.api.problems import MEDIA_TYPE, ProblemAnswer

PROBLEMS: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": ProblemAnswer, "description": "The request must be changed."},
    "5XX": {
        "model": ProblemAnswer,
        "description": "Muster or another system failed.",
    },
}
"""Every route's ways to refuse and to fail."""

_JSON = "application/json"


def describe_routes(app: FastAPI) -> dict[str, Any]:
    """Return the document of an application; it is made once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            routes=app.routes,
        )
        for operations in document["paths"].values():
            for operation in operations.values():
                _describe_problems(operation["responses"])
        app.openapi_schema = document
    return app.openapi_schema


def _describe_problems(responses: dict[str, Any]) -> None:
    """Name the media type of problems, for which FastAPI has no place."""
    for status, response in responses.items():
        if status[0] in "45" and _JSON in response.get("content", {}):
            response["content"] = {MEDIA_TYPE: response["content"][_JSON]}
