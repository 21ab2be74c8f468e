"""What Prefect could not store is refused before it is asked."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from config.errors import InvalidError
from tasks.clients.prefect_server import PrefectServer

MADE = {"id": "made"}


@pytest.fixture
def server() -> Iterator[PrefectServer]:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=MADE))
    with httpx.Client(base_url="http://prefect/api", transport=transport) as client:
        yield PrefectServer(client)


@pytest.mark.parametrize(
    "parameters", [{"name": "a\0"}, {"a": {"b": ["\\\0"]}}, {"\0": 1}]
)
def test_the_nul_character_is_refused(
    server: PrefectServer, parameters: dict[str, Any]
) -> None:
    with pytest.raises(InvalidError, match="NUL"):
        server.create_flow_run("a/default", parameters=parameters)


@pytest.mark.parametrize("name", ["a", "\\u0000", "\\\\u0000", "\\", "\n"])
def test_any_other_text_is_handed_on(server: PrefectServer, name: str) -> None:
    assert server.create_flow_run("a/default", parameters={"name": name}) == MADE
