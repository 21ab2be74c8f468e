"""
What goes wrong at Multilogin X, in our words.

MultiLoginError                     OutsideError
  MultiLoginAuthError               Refused: credentials or token are not taken
  MultiLoginServiceError            anything else it does or leaves undone
    MultiLoginRefusedError          Refused: it understood, and said no
    ProfileUnknownError             Refused: it knows no such browser profile
    ProfileAlreadyRunningError      Refused: read the port from its status
    ProfileAlreadyStoppedError      Refused: what a stop takes for success
    ProfileLockedError              Refused: open elsewhere, or a lock left behind
    ProxyConnectionError            Refused: give it another proxy, then try again
    CoreDownloadingError            Busy: the first start of a version fetches it
    MultiLoginBusyError             Busy: we ask too often
    MultiLoginUnreachableError      Unreachable: no answer, or out of order
      AgentNotRunningError          nothing listens where the agent should be
      OutcomeUnknownError           sent, and no answer: it may have been done
      BrowserStartFailedError       the agent could not bring the browser up
      BrowserNotReadyError          it came up, and its port does not answer
    MultiLoginUnreadableError       Unreadable: a form we do not know

What it said (code, status and at most 2 kB of the body, secrets masked) is kept beside
`details`, not in them: `details` are told to whoever asked our API.
"""

from typing import ClassVar, NamedTuple

from config.errors import (
    BusyError,
    OutsideError,
    RefusedError,
    UnreachableError,
    UnreadableError,
)

CORE_WAIT_SECONDS = 30.0
"""Pause before the next look at a browser that is being fetched (5 to 60 s)."""


class Said(NamedTuple):
    """What Multilogin X said when it failed."""

    error_code: str = ""
    http_status: int | None = None
    body: str = ""
    """As it came, cut and masked; for the log of whoever looks into it."""


_NOTHING = Said()


class MultiLoginError(OutsideError):
    """Anything that goes wrong at Multilogin X."""

    code = "multilogin_error"
    remedy: ClassVar[str] = "Multilogin X failed"
    """What a person is told, unless the place that raises it knows better."""

    def __init__(
        self,
        message: str | None = None,
        *,
        said: Said = _NOTHING,
        browser_profile_id: str | None = None,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(message or self.remedy)
        self.said = said
        self.browser_profile_id = browser_profile_id
        self.retry_after_seconds = retry_after_seconds
        if isinstance(self, BusyError):
            self.details["retryAfter"] = retry_after_seconds

    @property
    def error_code(self) -> str:
        """The API's own word for it, often empty."""
        return self.said.error_code

    @property
    def http_status(self) -> int | None:
        """The status of the answer; None if there was no answer."""
        return self.said.http_status


class MultiLoginAuthError(MultiLoginError, RefusedError):
    """Credentials or token are not taken."""

    code = "multilogin_not_signed_in"
    remedy = (
        "Multilogin X does not take our sign-in; check MUSTER_MULTILOGIN__EMAIL and "
        "MUSTER_MULTILOGIN__PASSWORD, or set an automation token"
    )


class MultiLoginServiceError(MultiLoginError):
    """Something other than the sign-in went wrong."""

    code = "multilogin_failed"


class MultiLoginRefusedError(MultiLoginServiceError, RefusedError):
    """It understood us and said no."""

    code = "multilogin_refused"
    remedy = "Multilogin X refuses the request"


class ProfileUnknownError(MultiLoginServiceError, RefusedError):
    """Multilogin X knows no such browser profile, or not in this workspace."""

    code = "browser_profile_unknown"
    remedy = "Multilogin X does not know this browser profile; was it removed there?"


class ProfileAlreadyRunningError(MultiLoginServiceError, RefusedError):
    """The agent runs it already; its status names the port."""

    code = "browser_profile_already_running"
    remedy = "this browser profile is already running; use it, or stop it first"


class ProfileAlreadyStoppedError(MultiLoginServiceError, RefusedError):
    """It is not running; whoever wanted to stop it has what they want."""

    code = "browser_profile_already_stopped"
    remedy = "this browser profile is not running"


class ProfileLockedError(MultiLoginServiceError, RefusedError):
    """Open on another machine, or a lock that a crash left behind."""

    code = "browser_profile_locked"
    remedy = (
        "this browser profile is open elsewhere, or was not closed properly; "
        "close it there, or unlock it if nobody uses it"
    )


class ProxyConnectionError(MultiLoginServiceError, RefusedError):
    """The proxy of a browser profile does not answer, or not to us."""

    code = "proxy_connection_failed"
    remedy = "the proxy of this browser profile does not work; give it another one"


class CoreDownloadingError(MultiLoginServiceError, BusyError):
    """The agent fetches the browser first; start again when it has it."""

    code = "browser_core_downloading"
    remedy = "the agent is fetching this version of the browser; try again soon"


class MultiLoginBusyError(MultiLoginServiceError, BusyError):
    """We ask too often; `retry_after_seconds` says when to come again."""

    code = "multilogin_busy"
    remedy = "Multilogin X asks us to slow down; try again in a minute"

    def ask_again_in(self, seconds: float) -> None:
        """Say how many seconds to wait before the next try."""
        self.retry_after_seconds = self.details["retryAfter"] = seconds


class MultiLoginUnreachableError(MultiLoginServiceError, UnreachableError):
    """No answer, or the answer that it is out of order."""

    code = "multilogin_unreachable"
    remedy = "Multilogin X does not answer; try again later"


class AgentNotRunningError(MultiLoginUnreachableError):
    """Nothing listens where the agent should be."""

    code = "multilogin_agent_not_running"
    remedy = (
        "the Multilogin X agent does not answer; start it and connect it, or check "
        "MUSTER_MULTILOGIN__LAUNCHER_URL"
    )


class OutcomeUnknownError(MultiLoginUnreachableError):
    """
    The request was sent and nothing came back: it may have been carried out.

    Not to be repeated before a look at what is there.
    """

    code = "multilogin_outcome_unknown"
    retryable = False
    remedy = "Multilogin X did not answer in time; it may have done what we asked"


class BrowserStartFailedError(MultiLoginUnreachableError):
    """The agent could not bring the browser up."""

    code = "browser_start_failed"
    remedy = "the browser did not start; the agent's log says why"


class BrowserNotReadyError(MultiLoginUnreachableError):
    """The browser was started, and its port does not answer."""

    code = "browser_not_ready"
    remedy = "the browser was started, and its port does not answer; stop it, try again"


class MultiLoginUnreadableError(MultiLoginServiceError, UnreadableError):
    """It answered in a form we do not know."""

    code = "multilogin_unreadable"
    remedy = "Multilogin X answers in an unknown form"
