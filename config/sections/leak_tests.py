"""Leak tests: whom they ask, how long they wait, how long they are kept."""

from datetime import timedelta
from typing import Annotated

from annotated_types import Ge, Le
from pydantic import SecretStr

from config.sections.base import Section


class LeakTestsSettings(Section):
    """Read from `MUSTER_LEAK_TESTS__*`."""

    responder_url: str = ""
    """Our leak responders, e.g. `http://203.0.113.80:4061`. Empty: the stack's own."""

    responder_token: SecretStr = SecretStr("")
    """What they ask for before a visit is opened; as MUSTER_LEAK_RESPONDERS__TOKEN."""

    echo_urls: tuple[str, ...] = ()
    """Public pages that say who asked, as JSON or text; asked only for the address."""

    stun_servers: tuple[str, ...] = ()
    """Public STUN servers as `host:port`; asked where there are no responders."""

    network_timeout: Annotated[timedelta, Ge(timedelta(seconds=1))] = timedelta(
        seconds=10
    )
    """Longest wait for one answer in a test without a browser."""

    browser_timeout: Annotated[timedelta, Ge(timedelta(seconds=5))] = timedelta(
        seconds=15
    )
    """Longest wait until a browser has filled the test page."""

    browsers_at_once: Annotated[int, Ge(1), Le(50)] = 4
    """Tests in browsers at the same time, in one process."""

    retention: Annotated[timedelta, Ge(timedelta(days=1))] = timedelta(days=90)
    """How long a leak test is kept."""
