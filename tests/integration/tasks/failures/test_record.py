"""An unexpected error is kept, counted, told once and sent on; nothing of it fails."""

import gzip
import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from typing_extensions import override

from config.correlation import correlated_by
from deployments.stack.ports import LOOPBACK, free_ports
from tasks.database import transaction
from tasks.failures import sentry
from tasks.failures.record import record_failure
from tasks.failures.repository import list_failures
from tasks.failures.schemas import FailureAnswer
from tasks.pages import PageWish
from tests.fixtures.database import forget_database, read_settings_again

ALERTS = "muster.alerts"


def fail(word: str = "x") -> None:
    with pytest.raises(KeyError) as raised:
        raise KeyError(f"{word} password=hunter2")
    with correlated_by([f"correlation:of-{word}"]):
        record_failure(raised.value, place="POST /campaigns")


def failures() -> list[FailureAnswer]:
    with transaction() as session:
        return list_failures(session, PageWish(limit=10, sort="lastSeenAt")).rows


def alerts(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.name == ALERTS]


@pytest.mark.usefixtures("database")
def test_an_error_that_comes_again_is_counted_and_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with ThreadPoolExecutor(4) as threads:
        for number in range(20):
            threads.submit(fail, str(number))
    fail("last")
    found = failures()
    assert len(found) == 1
    assert found[0].count == 21
    assert found[0].correlation_id == "of-last"
    assert found[0].first_seen_at < found[0].last_seen_at
    assert "hunter2" not in found[0].model_dump_json()
    assert len(alerts(caplog)) == 1
    assert found[0].fingerprint in alerts(caplog)[0]
    assert "hunter2" not in caplog.text


@pytest.mark.usefixtures("database")
def test_it_is_told_again_after_the_interval(
    caplog: pytest.LogCaptureFixture, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("MUSTER_FAILURES__ALERT_INTERVAL", "PT0S")
    read_settings_again()
    fail()
    fail()
    assert len(alerts(caplog)) == 2


@pytest.mark.usefixtures("database")
def test_what_has_not_come_again_for_long_is_forgotten(
    environment: pytest.MonkeyPatch,
) -> None:
    fail()
    environment.setenv("MUSTER_FAILURES__LIFETIME", str(timedelta(seconds=-1)))
    read_settings_again()
    fail()
    assert not failures()


def test_without_a_database_nothing_fails_and_it_is_told_once(
    caplog: pytest.LogCaptureFixture, environment: pytest.MonkeyPatch
) -> None:
    nobody = f"postgresql+psycopg://x:y@{LOOPBACK}:{free_ports(1)[0]}/none"
    environment.setenv("MUSTER_DATABASE__URL", nobody)
    read_settings_again()
    forget_database()
    fail()
    fail()
    assert len(alerts(caplog)) == 1


class Sentry:
    """A server that takes envelopes, as Sentry does."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        heard = self.events

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                heard.append(json.loads(body.splitlines()[2]))
                self.send_response(200)
                self.end_headers()

            @override
            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
        self.dsn = f"http://public@{LOOPBACK}:{self.server.server_port}/1"


@pytest.fixture
def sentry_server(database: str, environment: pytest.MonkeyPatch) -> Iterator[Sentry]:
    assert database
    stand_in = Sentry()
    thread = Thread(target=stand_in.server.serve_forever)
    thread.start()
    environment.setenv("MUSTER_FAILURES__SENTRY_DSN", stand_in.dsn)
    read_settings_again()
    sentry.close_sentry()
    yield stand_in
    sentry.close_sentry()
    stand_in.server.shutdown()
    stand_in.server.server_close()
    thread.join()


def test_it_is_sent_on_without_secrets(sentry_server: Sentry) -> None:
    fail("x api_key=k1 Bearer abc.def")
    sentry.flush_sentry(10)
    (event,) = sentry_server.events
    told = json.dumps(event)
    for secret in ("hunter2", "k1", "abc.def"):
        assert secret not in told
    assert event["tags"]["correlation_id"].startswith("of-x")
    assert event["fingerprint"] == [failures()[0].fingerprint]
    assert event["exception"]["values"][-1]["type"] == "KeyError"
    assert event["transaction"] == "POST /campaigns"


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("dsn", ["nonsense", "http://public@127.0.0.1:9/1"])
def test_an_address_that_is_wrong_hinders_nobody(
    environment: pytest.MonkeyPatch, dsn: str, caplog: pytest.LogCaptureFixture
) -> None:
    environment.setenv("MUSTER_FAILURES__SENTRY_DSN", dsn)
    read_settings_again()
    sentry.close_sentry()
    with caplog.at_level(logging.CRITICAL):
        fail()
    sentry.close_sentry()
    assert failures()[0].count == 1
