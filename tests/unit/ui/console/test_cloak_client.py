"""The console's requests about exits."""

import json
from collections.abc import Callable
from uuid import UUID

import httpx
import pytest

from ui.console.api_door import ProblemError
from ui.console.cloak_client import Cloak


def a_door(answer: Callable[[httpx.Request], httpx.Response]) -> Cloak:
    client = httpx.Client(
        base_url="http://muster.example/api/v1", transport=httpx.MockTransport(answer)
    )
    return Cloak(client, token="a token")


def a_leak_test(number: int) -> dict[str, object]:
    return {
        "id": str(UUID(int=number)),
        "ipLeak": False,
        "dnsLeak": False,
        "webrtcLeak": None,
        "verdict": "inconclusive",
        "passed": True,
        "scope": "network",
        "subject": {"kind": "direct", "id": None, "name": None},
        "expected": {},
        "findings": [],
        "fix": [],
        "exitAddress": None,
        "exitCountry": None,
        "problem": None,
        "startedAt": "2026-11-22T12:00:00Z",
        "tookMs": 4,
        "details": {},
    }


def test_history_is_read_over_as_many_pages_as_it_takes() -> None:
    asked: list[dict[str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(dict(request.url.params))
        first = len(asked) == 1
        many = range(100) if first else range(100, 120)
        page = {"items": [a_leak_test(one) for one in many], "next": "more"}
        return httpx.Response(200, json=page)

    page = a_door(answer).list_leak_tests(verdict="leak", limit=120)
    assert len(page.items) == 120
    assert page.next == "more"
    assert asked == [
        {"verdict": "leak", "limit": "100"},
        {"verdict": "leak", "limit": "20", "after": "more"},
    ]


def test_a_leak_test_that_is_no_longer_kept_is_none() -> None:
    gone = a_door(lambda _: httpx.Response(404, json={"message": "gone"}))
    assert gone.get_leak_test(UUID(int=1)) is None
    gone.remove_schedule(UUID(int=1))
    broken = a_door(lambda _: httpx.Response(500, json={"message": "no"}))
    with pytest.raises(ProblemError):
        broken.get_leak_test(UUID(int=1))
    with pytest.raises(ProblemError):
        broken.remove_schedule(UUID(int=1))


def test_a_tunnel_is_named_by_location_and_protocol() -> None:
    sent: list[tuple[str, object]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append((request.url.path, json.loads(request.content)))
        return httpx.Response(200, json={"connected": True, "exitIp": "203.0.113.5"})

    door = a_door(answer)
    assert door.connect("berlin", "openvpn").exit_ip == "203.0.113.5"
    door.disconnect("berlin")
    assert sent == [
        ("/api/v1/cloak/vpn/connect", {"location": "berlin", "protocol": "openvpn"}),
        ("/api/v1/cloak/vpn/disconnect", {"location": "berlin"}),
    ]
