"""The console's requests about how proxies are chosen."""

import json
from collections.abc import Callable

import httpx

from ui.console.proxy_rotation_client import ProxyRotation


def a_door(answer: Callable[[httpx.Request], httpx.Response]) -> ProxyRotation:
    client = httpx.Client(
        base_url="http://muster.example/api/v1", transport=httpx.MockTransport(answer)
    )
    return ProxyRotation(client, token="a token")


def an_attempt(number: int) -> dict[str, object]:
    return {
        "id": f"00000000-0000-0000-0000-{number:012d}",
        "proxy_id": 1,
        "host": "a.example",
        "at": "2026-11-22T12:00:00Z",
        "outcome": "success",
        "latency_ms": 12,
        "why": {},
    }


def test_attempts_are_read_over_as_many_pages_as_it_takes() -> None:
    asked: list[dict[str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(dict(request.url.params))
        many = range(100) if len(asked) == 1 else range(100, 120)
        page = {"items": [an_attempt(one) for one in many], "next": "more"}
        return httpx.Response(200, json=page)

    page = a_door(answer).list_attempts(host="a.example", limit=120)
    assert len(page.items) == 120
    assert page.next == "more"
    assert asked == [
        {"host": "a.example", "limit": "100"},
        {"host": "a.example", "limit": "20", "after": "more"},
    ]


def test_proxies_are_named_by_their_addresses() -> None:
    pages = [
        {"items": [{"id": 1, "ip": "192.0.2.1", "port": 80}], "next": "more"},
        {"items": [{"id": 2, "ip": "2001:db8::1", "port": 81}], "next": None},
    ]
    door = a_door(lambda _: httpx.Response(200, json=pages.pop(0)))
    assert door.name_proxies() == {1: "192.0.2.1:80", 2: "[2001:db8::1]:81"}


def test_a_ban_names_proxy_host_and_minutes() -> None:
    sent: list[tuple[str, object]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append((request.url.path, json.loads(request.content)))
        stands = {"common_mode_until": None, "slowed_until": None, "proxies": []}
        return httpx.Response(200, json={"host": "a.example", "new": 1, **stands})

    door = a_door(answer)
    door.ban(7, "a.example", minutes=5)
    door.unban(7, "a.example")
    assert sent == [
        ("/api/v1/proxies/rotation/7/ban", {"host": "a.example", "minutes": 5}),
        ("/api/v1/proxies/rotation/7/unban", {"host": "a.example"}),
    ]
