"""The way every request of the console takes: what is sent, and what a refusal is."""

from collections.abc import Mapping
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, TypeAdapter, ValidationError

from config.errors import ApplicationError

Answer = TypeVar("Answer")

SIGNED_OUT_STATUS = 401
STALE_STATUS = 412
LIMITED_STATUS = 429
REFUSED_FROM = 400
RETRY_IF_NOT_SAID = 30.0


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


class StaleError(ProblemError):
    """Somebody else changed it since it was read."""

    code = "stale"


class TooOftenError(ProblemError):
    """It was asked too often; `retry_after` says how many seconds to wait."""

    code = "too_often"
    retry_after = RETRY_IF_NOT_SAID


class Door:
    """One person's way to the API; every failure is a `ProblemError`."""

    def __init__(
        self, client: httpx.Client, *, token: str, user_agent: str = "Muster console"
    ) -> None:
        self._client = client
        self._identity = {"Authorization": f"Bearer {token}", "User-Agent": user_agent}

    def ask(
        self,
        method: str,
        path: str,
        answer: type[Answer],
        *,
        query: Mapping[str, Any] | None = None,
        **sent: Any,
    ) -> Answer:
        """
        Return what the API answers.

        Args:
            method: Of HTTP.
            path: Below `/api/v1`.
            answer: The form it must have.
            query: Members without a value are left out.
            sent: Passed to the client: `json`, `content`, `headers`, `timeout`.

        Raises:
            ProblemError: It refused, did not answer, or answered in another form.
        """
        response = self._send(method, path, query=query, **sent)
        try:
            return TypeAdapter(answer).validate_json(response.content)
        except ValidationError as unreadable:
            raise ProblemError(
                f"The API answered {path} in a form this console does not know; "
                "are both of the same version?",
                error="unreadable",
            ) from unreadable

    def tell(self, method: str, path: str, **sent: Any) -> None:
        """
        Send something whose answer does not matter, as long as it is no refusal.

        Raises:
            ProblemError: It refused, or did not answer.
        """
        self._send(method, path, **sent)

    def _send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        **sent: Any,
    ) -> httpx.Response:
        named = {name: str(value) for name, value in (query or {}).items() if value}
        try:
            response = self._client.request(
                method,
                path,
                params=named,
                headers={**self._identity, **(headers or {})},
                **sent,
            )
        except httpx.HTTPError as failure:
            raise ProblemError(
                "Muster's API did not answer. It may be starting; try again in a "
                "moment, and look at its log if this lasts."
            ) from failure
        if response.status_code >= REFUSED_FROM:
            raise read_problem(response)
        return response


def read_problem(response: httpx.Response) -> ProblemError:
    """Return what a refusal says, whatever form it came in."""
    try:
        said = response.json()
    except ValueError:
        said = {}
    said = said if isinstance(said, dict) else {}
    kind = _KINDS.get(response.status_code, ProblemError)
    problem = kind(
        said.get("message") or f"The API answered {response.status_code}.",
        status=response.status_code,
        error=said.get("error") or "error",
        details=said.get("details"),
    )
    if isinstance(problem, TooOftenError):
        problem.retry_after = _seconds_to_wait(response, said)
    return problem


def _seconds_to_wait(response: httpx.Response, said: Mapping[str, Any]) -> float:
    """Return what the body says, else the header, else a guess; at least one second."""
    for stated in (said.get("retryAfter"), response.headers.get("Retry-After")):
        try:
            return max(1.0, float(stated or ""))
        except (TypeError, ValueError):
            continue
    return RETRY_IF_NOT_SAID


_KINDS: Mapping[int, type[ProblemError]] = {
    SIGNED_OUT_STATUS: SignedOutError,
    STALE_STATUS: StaleError,
    LIMITED_STATUS: TooOftenError,
}
