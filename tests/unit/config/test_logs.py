"""A log line holds no secret, is one line, and says for whose request it is."""

import json
import logging
from collections.abc import Callable, Iterator

import pytest

from config.correlation import correlated_by
from config.logs import MASK, mask_secrets, set_up_logs
from config.settings import settings

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtaXJhIn0.c2lnbmF0dXJl"


@pytest.fixture(params=["text", "json"])
def line_of(
    request: pytest.FixtureRequest, environment: pytest.MonkeyPatch
) -> Iterator[Callable[..., str]]:
    """Return what writes a line of either form; the loggers stay as they were."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    environment.setenv("MUSTER_LOGS__FORM", request.param)
    settings.cache_clear()
    set_up_logs()
    handler = root.handlers[0]

    def write(message: str, *values: str) -> str:
        record = logging.LogRecord("x", logging.INFO, "x", 1, message, values, None)
        return handler.format(record)

    yield write
    root.handlers = handlers
    root.setLevel(level)


@pytest.mark.parametrize(
    "line",
    [
        "Authorization: Bearer abc.def",
        f"got {TOKEN} from somebody",
        "password=hunter2&x=1",
        '{"password": "hunter2"}',
        "GET /x?api_key=hunter2",
        "X-Plex-Token: hunter2",
        "cookie __Host-refresh=hunter2; path=/",
        "GET /tracking/ws?ticket=hunter2",
        "postgresql+psycopg://muster:hunter2@127.0.0.1:5432/muster",
        "redis://:hunter2@127.0.0.1:6379/0",
    ],
)
def test_a_secret_is_masked(line: str) -> None:
    masked = mask_secrets(line)
    assert MASK in masked
    assert not {"hunter2", "abc.def", TOKEN} & set(masked.replace('"', " ").split())
    assert "hunter2" not in masked


@pytest.mark.parametrize(
    "line", ["listening on http://127.0.0.1:4050", "GET /tokens 200 in 3 ms"]
)
def test_what_is_no_secret_stays(line: str) -> None:
    assert mask_secrets(line) == line


def test_nobody_writes_a_second_line(line_of: Callable[..., str]) -> None:
    for ending in ("\n", "\r\n", "\x0b", "\x1b[2K", "\x85", "\u2028"):
        line = line_of("unknown name %s", f"mira{ending}2026-01-01 WARNING forged")
        assert len(line.splitlines()) == 1
        assert line.isprintable()


def test_a_line_carries_the_correlation_id_of_its_request(
    line_of: Callable[..., str],
) -> None:
    with correlated_by(["correlation:of-a-person"]):
        line = line_of("one")
    assert "of-a-person" in line
    assert "of-a-person" not in line_of("two")
    if line.startswith("{"):
        assert json.loads(line)["correlationId"] == "of-a-person"
