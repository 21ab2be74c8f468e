"""Proxies, their account sessions, and requests that went through them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from tasks.database import transaction
from tasks.proxies.generate import Doer
from tasks.proxies.repository import add_proxy
from tasks.proxies.schemas import Attempt, NewProxy
from tasks.proxies.session_rows import add_account_session

SOMEBODY = Doer(UUID(int=7), "somebody@muster.example")
_numbers = count(1)


def create_proxy(**values: Any) -> int:
    """Add a proxy and return its id; its address is its own unless one is given."""
    number = next(_numbers)
    usual = {"ip": f"10.{number // 250 % 250}.{number % 250}.1", "port": 3128}
    with transaction() as session:
        new = NewProxy.model_validate(usual | values)
        row = add_proxy(session, new, source="person")
        assert row is not None
        return row.id


def create_account_session(proxy_id: int, cookie: str = "") -> int:
    """Add an account session to a proxy and return its id."""
    with transaction() as session:
        cookie = cookie or f"cookie {next(_numbers)}"
        return add_account_session(session, cookie, proxy_id=proxy_id).id


def attempts_of(
    proxy_id: int, outcomes: Sequence[str], *, at: datetime, every: timedelta
) -> list[Attempt]:
    """Return requests through a proxy, one after another."""
    return [
        Attempt(
            proxy_id,
            "a.example",
            at + place * every,
            outcome,
            timedelta(milliseconds=100),
            {"score": 1.5, "parts": {"latency": 0.5}},
        )
        for place, outcome in enumerate(outcomes)
    ]
