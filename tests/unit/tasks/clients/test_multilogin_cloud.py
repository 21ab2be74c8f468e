"""What the client makes of a cloud that has nothing, or too much, to tell."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tasks.clients.multilogin_cloud import MultiloginCloud
from tasks.clients.multilogin_door import MultiloginDoor
from tasks.clients.multilogin_envelope import Host
from tasks.clients.multilogin_errors import MultiLoginRefusedError
from tasks.clients.multilogin_pace import Patience


def told(data: Any, http: int = 200) -> httpx.Response:
    status = {"error_code": "", "http_code": http, "message": ""}
    return httpx.Response(http, json={"status": status, "data": data})


def cloud_that(answer: Callable[[httpx.Request], httpx.Response]) -> MultiloginCloud:
    client = httpx.AsyncClient(
        base_url="https://cloud.example", transport=httpx.MockTransport(answer)
    )
    patience = Patience(tries=1, longest_wait=timedelta(0))
    return MultiloginCloud(
        MultiloginDoor(client, Host.CLOUD, patience), folder_name="Ours"
    )


@pytest.mark.parametrize("none", [None, {}, {"folders": None}, {"folders": []}])
def test_a_folder_is_made_where_there_is_none_and_asked_for_once(none: Any) -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.path)
        if request.method == "GET":
            return told(none)
        assert json.loads(request.content)["name"] == "Ours"
        return told({"id": "f1"}, 201)

    async def work() -> list[str]:
        cloud = cloud_that(answer)
        return [await cloud.default_folder() for _ in range(2)]

    assert asyncio.run(work()) == ["f1", "f1"]
    assert seen == ["/workspace/folders", "/workspace/folder_create"]


@pytest.mark.parametrize("none", [None, {}, {"profiles": None, "total_count": 0}])
def test_no_browser_profiles_are_an_empty_list(none: Any) -> None:
    assert asyncio.run(cloud_that(lambda _: told(none)).search()) == []
    assert asyncio.run(cloud_that(lambda _: told(none)).metas(["p1"])) == []


def test_a_list_that_never_ends_is_refused() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        first = json.loads(request.content)["offset"]
        return told({"profiles": [{"id": str(first + one)} for one in range(100)]})

    with pytest.raises(MultiLoginRefusedError, match="name a folder"):
        asyncio.run(cloud_that(answer).search())
