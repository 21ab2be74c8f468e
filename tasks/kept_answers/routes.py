"""Pure: which requests take an Idempotency-Key, and whose answers hold a secret."""

import re

_KEPT = re.compile(
    r"/campaigns(/tables|/[^/]+/(start|resume|rescore|rerun-failed))?"
    r"|/pipeline/run"
    r"|/analytics/event"
    r"|/admin/(invitations|accounts/[^/]+/reset-link)"
    r"|/(media|youtube|videos)/.+"
    r"|/browser-profiles(/folders|/[^/]+/start)?"
    r"|/proxies(/generate)?"
    r"|/cloak/leak-test(-schedules|s/[^/]+/fix-webrtc)?"
    r"|/profiles/(views|decisions/[^/]+/undo)"
    r"|/profiles/[^/]+/(approve|reject|maybe|skip|pending|reopen)"
)
_SECRET = re.compile(r"/admin/.+")


def takes_key(method: str, path: str) -> bool:
    """
    Return whether a request creates or dispatches something.

    Args:
        method: As in HTTP.
        path: Without `/api/v1` in front.
    """
    return method == "POST" and _KEPT.fullmatch(path) is not None


def holds_secret(path: str) -> bool:
    """Return whether the answer is shown once and must not be kept."""
    return _SECRET.fullmatch(path) is not None
