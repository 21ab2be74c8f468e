"""How many browsers at once, how long they are waited for, how often looked after."""

from datetime import timedelta
from typing import Annotated

from annotated_types import Ge, Gt

from config.sections.base import Section

Positive = Annotated[timedelta, Gt(timedelta(0))]


class BrowserProfilesSettings(Section):
    """Read from `MUSTER_BROWSER_PROFILES__*`."""

    worker: str = ""
    """Name of the machine whose agent starts browsers. Empty: the host's own name."""

    browsers_per_worker: Annotated[int, Ge(1)] = 10
    """Browsers at once on one machine; a running one takes 160 to 600 MB."""

    browsers_in_all: Annotated[int, Ge(1)] = 100
    """Browsers at once on all machines together."""

    headless: bool = True
    """Whether browsers are started without a window, unless somebody says otherwise."""

    start_timeout: Positive = timedelta(seconds=200)
    """Longest wait for a browser to start or stop; a first start may fetch it."""

    lock_lifetime: Annotated[timedelta, Ge(timedelta(seconds=0.3))] = timedelta(
        seconds=15
    )
    """A browser profile whose holder was killed is free again after this."""

    lock_patience: Positive = timedelta(seconds=60)
    """Longest wait for somebody else who is starting or stopping the same browser."""

    sweep_interval: Positive = timedelta(minutes=1)
    """How often registry, agent and browsers are compared."""

    silence_limit: Positive = timedelta(minutes=3)
    """A browser that was not seen for so long counts as gone."""

    refresh_interval: Positive = timedelta(minutes=15)
    """How often folders and browser profiles are read anew from Multilogin X."""

    picture_timeout: Positive = timedelta(seconds=15)
    """Longest wait for a picture of a page."""
