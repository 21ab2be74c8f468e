"""The routes about the pool of proxies, account sessions and pins."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from config.vocabulary import AccountSessionStatus, ProxyState, ProxyVerb
from tasks.proxies.schemas import (
    AccountSessionAnswer,
    CheckAnswer,
    ImportAnswer,
    PinAnswer,
    ProxyFilter,
    TrafficAnswer,
)
from ui.console.api_door import Door, ProblemError
from ui.console.proxy_answers import (
    GeneratedProxies,
    KnownDetail,
    KnownProxy,
    MadeProxy,
    PinPage,
    PoolPage,
)

FLOW_WITHIN_SECONDS = 150.0
"""More than the API gives what Multilogin X or the worker has a part in."""

MOST_A_PAGE = 100
_KEY = "Idempotency-Key"
_STATUSES: Mapping[ProxyVerb, AccountSessionStatus] = {
    ProxyVerb.ENABLE: AccountSessionStatus.ACTIVE,
    ProxyVerb.DISABLE: AccountSessionStatus.DISABLED,
}


class Proxies(Door):
    """Proxies: look, add, make, test, take out, take back, pin."""

    def list_pool(
        self, wanted: ProxyFilter, *, sort: str = "id", limit: int = MOST_A_PAGE
    ) -> PoolPage:
        """Return up to `limit` proxies, of as many pages as needed."""
        query = {**wanted._asdict(), "sort": sort}
        found: list[KnownProxy] = []
        after: str | None = None
        while True:
            portion = min(MOST_A_PAGE, limit - len(found))
            place = {"limit": portion, "after": after}
            page = self.ask("GET", "/proxies/pool", PoolPage, query=query | place)
            found += page.items
            after = page.next
            if after is None or len(found) >= limit:
                return page.model_copy(update={"items": tuple(found)})

    def count_states(self) -> Mapping[ProxyState, int]:
        """Return how many proxies are in each state."""
        query = {"limit": 1}
        return self.ask("GET", "/proxies/pool", PoolPage, query=query).counts

    def get_proxy(self, proxy_id: int, *, window_hours: float) -> KnownDetail | None:
        """Return one proxy with so many hours of history; None if it is gone."""
        query = {"window_hours": window_hours}
        try:
            return self.ask("GET", f"/proxies/{proxy_id}", KnownDetail, query=query)
        except ProblemError as problem:
            if problem.status != HTTPStatus.NOT_FOUND:
                raise
            return None

    def add_proxy(self, request: Mapping[str, Any], *, key: str) -> int:
        """Add a proxy with its account session, once a key; return its id."""
        headers = {_KEY: key}
        asked = dict(request)
        return self.ask("POST", "/proxies", MadeProxy, json=asked, headers=headers).id

    def add_list(self, request: Mapping[str, Any]) -> ImportAnswer:
        """Take in a list of proxies; those that are there already stay as they are."""
        return self.ask("POST", "/proxies/import", ImportAnswer, json=dict(request))

    def generate(self, request: Mapping[str, Any], *, key: str) -> GeneratedProxies:
        """Have Multilogin X make proxies, once a key; this takes seconds."""
        return self.ask(
            "POST",
            "/proxies/generate",
            GeneratedProxies,
            json=dict(request),
            headers={_KEY: key},
            timeout=FLOW_WITHIN_SECONDS,
        )

    def get_traffic(self) -> TrafficAnswer:
        """Return how much went through the proxies that Multilogin X made."""
        return self.ask("GET", "/proxies/traffic", TrafficAnswer)

    def test_proxy(self, proxy_id: int) -> CheckAnswer:
        """Look through a proxy now; this takes seconds."""
        path = f"/proxies/{proxy_id}/test"
        return self.ask("POST", path, CheckAnswer, timeout=FLOW_WITHIN_SECONDS)

    def act(self, proxy_id: int, verb: ProxyVerb) -> None:
        """Enable, disable, drain or retire a proxy."""
        if verb in _STATUSES:
            asked = {"status": _STATUSES[verb]}
            self.tell("PATCH", f"/proxies/{proxy_id}/status", json=asked)
        else:
            self.tell("POST", f"/proxies/{proxy_id}/{verb}")

    def undo(self, proxy_id: int) -> KnownProxy:
        """Take back the last thing that was done with a proxy."""
        return self.ask("POST", f"/proxies/{proxy_id}/undo", KnownProxy)

    def remove_proxy(self, proxy_id: int) -> None:
        """Remove a proxy for good; one that is gone already stays so."""
        try:
            self.tell("DELETE", f"/proxies/{proxy_id}")
        except ProblemError as problem:
            if problem.status != HTTPStatus.NOT_FOUND:
                raise

    def add_session(self, proxy_id: int, cookie: str) -> None:
        """Add another account session to a proxy."""
        path = f"/proxies/{proxy_id}/sessions"
        self.tell("POST", path, json={"session": cookie})

    def set_session_status(
        self, account_session_id: int, status: AccountSessionStatus
    ) -> AccountSessionAnswer:
        """Say whether an account session is to be used."""
        path, asked = f"/proxies/sessions/{account_session_id}", {"status": status}
        return self.ask("PATCH", path, AccountSessionAnswer, json=asked)

    def list_pins(self, proxy_id: int) -> tuple[PinAnswer, ...]:
        """Return all pins of a proxy."""
        found: list[PinAnswer] = []
        query: dict[str, Any] = {"proxy_id": proxy_id, "limit": MOST_A_PAGE}
        while True:
            page = self.ask("GET", "/proxies/pins", PinPage, query=query)
            found += page.items
            if page.next is None:
                return tuple(found)
            query["after"] = page.next

    def pin(self, account_session_id: int, request: Mapping[str, Any]) -> PinAnswer:
        """Pin an account session to the proxy it has; takes seconds with a browser."""
        return self.ask(
            "PUT",
            f"/proxies/pins/{account_session_id}",
            PinAnswer,
            json=dict(request),
            timeout=FLOW_WITHIN_SECONDS,
        )

    def move_pin(self, account_session_id: int, to: int) -> PinAnswer:
        """Move a pin to another proxy; this takes seconds."""
        return self.ask(
            "POST",
            f"/proxies/pins/{account_session_id}/move",
            PinAnswer,
            json={"proxy_id": to},
            timeout=FLOW_WITHIN_SECONDS,
        )

    def unpin(self, account_session_id: int) -> None:
        """Let an account session go out by any proxy; one without a pin stays so."""
        try:
            self.tell("DELETE", f"/proxies/pins/{account_session_id}")
        except ProblemError as problem:
            if problem.status != HTTPStatus.NOT_FOUND:
                raise
