"""The routes about exits: tunnels, leak tests, their schedules."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from ui.console.api_door import Door, ProblemError
from ui.console.cloak_answers import (
    CloakStatus,
    LeakFix,
    LeakSchedule,
    LeakScheduleList,
    LeakTest,
    LeakTestPage,
    TunnelsAnswer,
)

TEST_WITHIN_SECONDS = 300.0
"""A browser may have to be started first, and the test tried again."""

CONNECT_WITHIN_SECONDS = 90.0
MOST_A_PAGE = 100
_KEY = "Idempotency-Key"


class Cloak(Door):
    """Exits: look, connect, disconnect, test, test again and again."""

    def get_status(self) -> CloakStatus:
        """Return by which exit Muster can leave now, and what is missing for others."""
        return self.ask("GET", "/cloak/status", CloakStatus)

    def connect(self, location: str, protocol: str) -> TunnelsAnswer:
        """Connect a tunnel; one that is connected already stays so."""
        return self.ask(
            "POST",
            "/cloak/vpn/connect",
            TunnelsAnswer,
            json={"location": location, "protocol": protocol},
            timeout=CONNECT_WITHIN_SECONDS,
        )

    def disconnect(self, location: str) -> TunnelsAnswer:
        """Disconnect a tunnel; one that is not connected stays so."""
        return self.ask(
            "POST",
            "/cloak/vpn/disconnect",
            TunnelsAnswer,
            json={"location": location},
            timeout=CONNECT_WITHIN_SECONDS,
        )

    def test_for_leaks(self, subject: Mapping[str, Any], *, key: str) -> LeakTest:
        """Test an exit, once a key; this takes seconds."""
        return self.ask(
            "POST",
            "/cloak/leak-test",
            LeakTest,
            json=dict(subject),
            headers={_KEY: key},
            timeout=TEST_WITHIN_SECONDS,
        )

    def fix_webrtc(self, leak_test_id: UUID, *, key: str) -> LeakFix:
        """Close what WebRTC gives away and test again, once a key; takes seconds."""
        return self.ask(
            "POST",
            f"/cloak/leak-tests/{leak_test_id}/fix-webrtc",
            LeakFix,
            headers={_KEY: key},
            timeout=TEST_WITHIN_SECONDS,
        )

    def get_leak_test(self, leak_test_id: UUID) -> LeakTest | None:
        """Return one leak test; None if it is no longer kept."""
        try:
            return self.ask("GET", f"/cloak/leak-tests/{leak_test_id}", LeakTest)
        except ProblemError as problem:
            if problem.status != HTTPStatus.NOT_FOUND:
                raise
            return None

    def list_leak_tests(
        self,
        *,
        subject_kind: str | None = None,
        subject_id: UUID | None = None,
        verdict: str | None = None,
        limit: int = MOST_A_PAGE,
    ) -> LeakTestPage:
        """Return up to `limit` leak tests, newest first, of as many pages as needed."""
        query = {
            "subjectKind": subject_kind,
            "subjectId": subject_id,
            "verdict": verdict,
        }
        found: list[LeakTest] = []
        after: str | None = None
        while True:
            portion = min(MOST_A_PAGE, limit - len(found))
            place = {"limit": portion, "after": after}
            page = self.ask(
                "GET", "/cloak/leak-tests", LeakTestPage, query=query | place
            )
            found += page.items
            after = page.next
            if after is None or len(found) >= limit:
                return page.model_copy(update={"items": tuple(found)})

    def list_schedules(self) -> tuple[LeakSchedule, ...]:
        """Return the leak tests that are repeated."""
        path = "/cloak/leak-test-schedules"
        return self.ask("GET", path, LeakScheduleList).items

    def add_schedule(self, request: Mapping[str, Any], *, key: str) -> None:
        """Have a leak test repeated; with the same key only once."""
        path, headers = "/cloak/leak-test-schedules", {_KEY: key}
        self.tell("POST", path, json=dict(request), headers=headers)

    def remove_schedule(self, schedule_id: UUID) -> None:
        """Repeat a leak test no longer; one that is gone already stays so."""
        try:
            self.tell("DELETE", f"/cloak/leak-test-schedules/{schedule_id}")
        except ProblemError as problem:
            if problem.status != HTTPStatus.NOT_FOUND:
                raise
