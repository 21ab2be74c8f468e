"""The console's requests about proxies."""

import json
from collections.abc import Callable

import httpx
import pytest

from config.vocabulary import ProxyState, ProxyVerb
from tasks.proxies.schemas import ProxyFilter
from tests.unit.ui.console.test_proxy_words import a_pin, a_proxy
from ui.console.api_door import ProblemError
from ui.console.proxy_client import Proxies


def a_door(answer: Callable[[httpx.Request], httpx.Response]) -> Proxies:
    client = httpx.Client(
        base_url="http://muster.example/api/v1", transport=httpx.MockTransport(answer)
    )
    return Proxies(client, token="a token")


def test_the_pool_is_read_over_as_many_pages_as_it_takes() -> None:
    asked: list[dict[str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(dict(request.url.params))
        many = range(100) if len(asked) == 1 else range(100, 120)
        items = [a_proxy(id=one + 1).model_dump(mode="json") for one in many]
        page = {"items": items, "next": "more", "counts": {"active": 500}}
        return httpx.Response(200, json=page)

    wanted = ProxyFilter(state=ProxyState.ACTIVE, country="PT")
    page = a_door(answer).list_pool(wanted, sort="-id", limit=120)
    assert len(page.items) == 120
    usual = {"state": "active", "country": "PT", "sort": "-id"}
    assert asked == [
        usual | {"limit": "100"},
        usual | {"limit": "20", "after": "more"},
    ]


def test_all_pins_of_a_proxy_are_read() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        is_first = "after" not in request.url.params
        page = {"items": [a_pin().model_dump(mode="json")], "next": "3"}
        return httpx.Response(200, json=page | ({} if is_first else {"next": None}))

    assert len(a_door(answer).list_pins(7)) == 2


def test_a_verb_goes_to_its_own_route() -> None:
    sent: list[tuple[str, str, object]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        sent.append((request.method, request.url.path, body))
        return httpx.Response(200, json={})

    door = a_door(answer)
    for verb in (ProxyVerb.ENABLE, ProxyVerb.DISABLE, ProxyVerb.DRAIN):
        door.act(7, verb)
    assert sent == [
        ("PATCH", "/api/v1/proxies/7/status", {"status": "active"}),
        ("PATCH", "/api/v1/proxies/7/status", {"status": "disabled"}),
        ("POST", "/api/v1/proxies/7/drain", None),
    ]


def test_what_is_gone_already_is_no_refusal() -> None:
    gone = a_door(lambda _: httpx.Response(404, json={"message": "gone"}))
    assert gone.get_proxy(7, window_hours=1) is None
    gone.remove_proxy(7)
    gone.unpin(3)
    broken = a_door(lambda _: httpx.Response(500, json={"message": "no"}))
    for ask in (
        lambda: broken.get_proxy(7, window_hours=1),
        lambda: broken.remove_proxy(7),
        lambda: broken.unpin(3),
    ):
        with pytest.raises(ProblemError):
            ask()
