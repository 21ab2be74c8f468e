"""
Our error tree, arranged by who must act.

ApplicationError
  RejectedError            the caller must change the request; never retried
    InvalidError             a value is missing or wrong                     422
    UnauthenticatedError     we do not know who is asking                    401
    ForbiddenError           we know, and they may not                       403
    NotFoundError            what they name does not exist                   404
    ConflictError            it exists, in a state that does not allow this  409
      StaleError               it was changed since they looked at it        412
    VersionRequiredError     they must say which version they looked at      428
    LimitedError             they asked too often                            429
  OutsideError             another system failed us; the operator may have to act
    UnreachableError         retried: it did not answer in time              503
    BusyError                retried: it asked us to slow down               503
    RefusedError             not retried: it understood and said no          502
    UnreadableError          not retried: it answered in a form we don't know  502
  SetupError               whoever runs Muster must act; the message names the setting

Only these branches live here; an error that belongs to a subject lives in the module
that raises it. `code` is the word a program reads, the message is for a person and
says what to do, `details` holds the values that go with it.
"""

from collections.abc import Mapping
from typing import Any, ClassVar


class ApplicationError(Exception):
    """Anything that goes wrong in a way we have a word for."""

    code: ClassVar[str] = "application_error"
    retryable: ClassVar[bool] = False

    def __init__(
        self, message: str, *, details: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.details = dict(details or {})


class RejectedError(ApplicationError):
    """The caller must change the request."""

    code = "invalid_request"


class InvalidError(RejectedError):
    """A value is missing or wrong; `details["fields"]` says which and why."""

    code = "validation_error"

    def __init__(self, message: str, *, field: str | None = None) -> None:
        fields = [{"path": field, "message": message}] if field else []
        super().__init__(message, details={"fields": fields})
        self.field = field


class UnauthenticatedError(RejectedError):
    """We do not know who is asking."""

    code = "INVALID_TOKEN"


class ForbiddenError(RejectedError):
    """We know who is asking, and they may not."""

    code = "forbidden"


class NotFoundError(RejectedError):
    """What the caller names does not exist."""

    code = "not_found"


class ConflictError(RejectedError):
    """It exists, in a state that does not allow this."""

    code = "conflict"


class StaleError(ConflictError):
    """Somebody else changed it meanwhile; `details["version"]` is what it is now."""

    code = "changed_elsewhere"

    def __init__(self, version: int) -> None:
        super().__init__(
            "somebody else changed this meanwhile; look at it again, then repeat your "
            "change",
            details={"version": version},
        )


class VersionRequiredError(RejectedError):
    """A change must name the version it is meant for."""

    code = "version_required"

    def __init__(self) -> None:
        super().__init__(
            "say which version you saw: its ETag in the header If-Match, or `version` "
            "in the body"
        )


class LimitedError(RejectedError):
    """The caller asked too often; `details["retryAfter"]` holds seconds to wait."""

    code = "rate_limited"


class OutsideError(ApplicationError):
    """Another system failed us."""

    code = "outside_error"


class UnreachableError(OutsideError):
    """It did not answer in time, or answered that it is out of order."""

    code = "unreachable"
    retryable = True


class BusyError(OutsideError):
    """It asked us to slow down; `retry_after_seconds` is its own wish, if it said."""

    code = "busy"
    retryable = True

    def __init__(
        self, message: str, *, retry_after_seconds: float | None = None
    ) -> None:
        super().__init__(message, details={"retryAfter": retry_after_seconds})
        self.retry_after_seconds = retry_after_seconds


class RefusedError(OutsideError):
    """It understood us and said no."""

    code = "refused"


class UnreadableError(OutsideError):
    """It answered in a form we do not know."""

    code = "unreadable"


class SetupError(ApplicationError):
    """Whoever runs Muster must act; the message names the setting and the remedy."""

    code = "setup_error"
