"""Health in detail and the numbers for Prometheus: complete, and never late."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from threading import Event, Thread
from uuid import uuid4

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from config.connections import redis_client
from config.settings import settings
from config.vocabulary import EventType, Role
from deployments.stack.ports import LOOPBACK, free_ports
from tasks.database import transaction
from tasks.events.outbox import record_event
from tasks.events.relay import relay_events, relay_forever
from tasks.events.types import ActivityReported
from tests.factories.campaigns import create_taken_run
from tests.factories.public_profiles import queue_handles
from tests.fixtures.api import SignedIn
from tests.fixtures.database import read_settings_again
from tests.fixtures.multilogin import MultiloginX
from tests.fixtures.prefect import PrefectAddress, forget_prefect_client, wait_for

TOKEN = "a token of the tests, long enough"
PARTS = {"database", "redis", "prefect", "worker", "relay", "launcher", "disk"}

PATIENCE = 30.0
"""Seconds; what hangs here hangs for ever."""

Labels = tuple[tuple[str, str], ...]


@pytest.fixture
def administrator(signed_in: SignedIn) -> httpx.Client:
    return signed_in(Role.ADMINISTRATOR)


@pytest.fixture
def silent_prefect(environment: pytest.MonkeyPatch) -> Iterator[None]:
    """Point at a server that takes connections and never answers."""
    with closing(socket.create_server((LOOPBACK, 0))) as silent:
        address = f"http://{LOOPBACK}:{silent.getsockname()[1]}/api"
        environment.setenv("MUSTER_PREFECT__API_URL", address)
        read_settings_again()
        forget_prefect_client()
        yield
        silent.close()  # whoever waits for an answer hears that there is none
        for thread in threading.enumerate():
            if thread.name.startswith("look-at-"):
                thread.join()
        forget_prefect_client()


@pytest.fixture
def relay(database: str) -> Iterator[None]:
    assert database
    stop = Event()
    thread = Thread(target=relay_forever, args=(stop,))
    thread.start()
    yield
    stop.set()
    thread.join()


def read_measures(client: httpx.Client) -> dict[tuple[str, Labels], float]:
    answer = client.get("/metrics", timeout=PATIENCE)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def states_of(client: httpx.Client) -> dict[str, str]:
    return {
        name: part["status"]
        for name, part in client.get("/health/detailed", timeout=PATIENCE)
        .json()["parts"]
        .items()
    }


def until_state(client: httpx.Client, name: str, state: str) -> Callable[[], bool]:
    return lambda: states_of(client)[name] == state


def test_each_service_is_told_with_state_latency_and_a_sentence(
    administrator: httpx.Client,
) -> None:
    told = administrator.get("/health/detailed", timeout=PATIENCE).json()
    assert set(told["parts"]) == PARTS
    for name in ("database", "redis"):
        part = told["parts"][name]
        assert part["status"] == "ok"
        assert 0 < part["latencyMs"] < 3_000
        assert part["message"]


def test_a_service_that_hangs_does_not_keep_the_answer(
    administrator: httpx.Client, silent_prefect: None
) -> None:
    assert silent_prefect is None
    for _ in range(2):
        told = administrator.get("/health/detailed", timeout=PATIENCE).json()
        assert told["status"] == "degraded"
        assert told["parts"]["prefect"]["status"] == "down"
        assert told["parts"]["database"]["status"] == "ok"
    measures = read_measures(administrator)
    assert measures["muster_reading_up", (("source", "flow_runs"),)] == 0
    assert measures["muster_reading_up", (("source", "backlog"),)] == 1
    assert measures["muster_service_up", (("service", "prefect"),)] == 0


def test_prefect_and_its_missing_worker_are_told_apart(
    administrator: httpx.Client, prefect_server: PrefectAddress
) -> None:
    assert prefect_server.api_url
    wait_for(until_state(administrator, "prefect", "ok"))
    assert states_of(administrator)["worker"] in {"down", "unknown"}


def test_an_agent_that_answers_is_ok_and_one_that_is_away_is_down(
    administrator: httpx.Client,
    multilogin: MultiloginX,
    environment: pytest.MonkeyPatch,
) -> None:
    assert multilogin.launcher
    assert states_of(administrator)["launcher"] == "ok"
    nobody = f"http://{LOOPBACK}:{free_ports(1)[0]}"
    environment.setenv("MUSTER_MULTILOGIN__LAUNCHER_URL", nobody)
    read_settings_again()
    wait_for(until_state(administrator, "launcher", "down"))


@pytest.mark.usefixtures("relay")
def test_a_relay_that_listens_is_ok(administrator: httpx.Client) -> None:
    wait_for(until_state(administrator, "relay", "ok"))


def test_a_missing_relay_is_down(administrator: httpx.Client) -> None:
    wait_for(until_state(administrator, "relay", "down"))


def test_what_waits_is_counted(administrator: httpx.Client) -> None:
    queue_handles(create_taken_run(), "mira", "tal")
    with transaction() as session:
        reported = ActivityReported(None, reported=EventType.REVIEW, told={})
        record_event(session, reported)
        waiting = session.scalar(text("SELECT count(*) FROM tracking_events"))
    measures = read_measures(administrator)
    assert measures["muster_campaign_runs", (("state", "running"),)] == 1
    assert measures["muster_campaign_runs", (("state", "queued"),)] == 0
    assert measures["muster_reviews_pending", ()] == 2
    assert measures["muster_browser_profiles", (("state", "running"),)] == 0
    assert measures["muster_logins_active", ()] == 1
    assert measures["muster_events_waiting", ()] == waiting
    assert measures["muster_relays", ()] == 0


def test_events_in_order_that_the_stream_lacks_are_counted_with_their_age(
    administrator: httpx.Client,
) -> None:
    with transaction() as session:
        for _ in range(3):
            reported = ActivityReported(None, reported=EventType.REVIEW, told={})
            record_event(session, reported)
    relay_events()
    with transaction() as session:
        session.execute(
            text("UPDATE tracking_events SET created_at = now() - interval '1 minute'")
        )
    redis_client().delete(settings().events.stream)
    measures = read_measures(administrator)
    assert measures["muster_events_waiting", ()] == 0
    assert measures["muster_events_unpublished", ()] == 3
    assert 60 <= measures["muster_event_lag_seconds", ()] < 120


def test_flow_runs_are_counted_by_state(
    administrator: httpx.Client, prefect_server: PrefectAddress
) -> None:
    assert prefect_server.api_url
    measures = read_measures(administrator)
    assert ("muster_flow_runs", (("state", "running"),)) in measures
    assert measures["muster_reading_up", (("source", "flow_runs"),)] == 1


def test_clients_that_follow_are_counted_by_kind(
    administrator: httpx.Client,
) -> None:
    def following(kind: str) -> float:
        return read_measures(administrator)["muster_live_clients", (("kind", kind),)]

    assert (following("sse"), following("websocket")) == (0, 0)
    with administrator.stream("GET", "/tracking/stream") as stream:
        frames = stream.iter_raw()
        assert next(frames)
        wait_for(lambda: (following("sse"), following("websocket")) == (1, 0))
    wait_for(lambda: following("sse") == 0)


def test_a_refused_request_is_counted_by_its_limit(
    administrator: httpx.Client, environment: pytest.MonkeyPatch
) -> None:
    labels = (("limit", "interactive"),)
    before = read_measures(administrator).get(("muster_rate_limited_total", labels), 0)
    environment.setenv("MUSTER_LIMITS__INTERACTIVE", "1")
    settings.cache_clear()
    assert administrator.get("/recipes").status_code == 429
    environment.setenv("MUSTER_LIMITS__INTERACTIVE", "1000000")
    settings.cache_clear()
    assert read_measures(administrator)["muster_rate_limited_total", labels] > before


def test_requests_are_counted_by_the_route_and_not_by_the_path(
    administrator: httpx.Client,
) -> None:
    def counted(**labels: str) -> float:
        one = ("muster_http_requests_total", tuple(sorted(labels.items())))
        return read_measures(administrator).get(one, 0)

    card = {"method": "GET", "route": "/api/v1/profiles/{profile_id}"}
    before = counted(**card, status="404"), counted(**card, status="422")
    administrator.get(f"/profiles/{uuid4()}")
    administrator.get(f"/api/v1/profiles/{uuid4()}")
    administrator.get("/profiles/of-no-form")
    assert (counted(**card, status="404"), counted(**card, status="422")) == (
        before[0] + 2,
        before[1] + 1,
    )
    strays = counted(method="other", route="none", status="404")
    administrator.request("PROPFIND", "/nowhere/at/all")
    assert counted(method="other", route="none", status="404") == strays + 1
    names = {labels for _, labels in read_measures(administrator)}
    assert not any("PROPFIND" in str(one) or "nowhere" in str(one) for one in names)


def test_times_are_measured_until_the_answer_begins(
    administrator: httpx.Client,
) -> None:
    administrator.get("/auth/me")
    labels = (("method", "GET"), ("route", "/api/v1/auth/me"))
    measures = read_measures(administrator)
    assert measures["muster_http_request_seconds_count", labels] >= 1
    assert 0 < measures["muster_http_request_seconds_sum", labels] < 60


def test_this_process_is_measured(administrator: httpx.Client) -> None:
    measures = read_measures(administrator)
    assert measures["process_resident_memory_bytes", ()] > 1 << 20
    assert measures["process_open_fds", ()] > 3


@pytest.mark.parametrize("path", ["/metrics", "/api/v1/metrics", "/health/detailed"])
def test_only_who_may_see_services_may_watch(path: str, signed_in: SignedIn) -> None:
    assert signed_in(Role.OPERATOR).get(path).status_code == 403
    with httpx.Client(base_url=signed_in(Role.REVIEWER).base_url) as nobody:
        assert nobody.get(path).status_code == 401


def test_a_monitoring_system_comes_in_by_its_token_and_only_here(
    visitor: httpx.Client, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("MUSTER_API__MONITORING_TOKEN", TOKEN)
    read_settings_again()
    headers = {"Authorization": f"Bearer {TOKEN}"}
    assert visitor.get("/metrics", headers=headers).status_code == 200
    assert visitor.get("/health/detailed", headers=headers).status_code == 200
    assert visitor.get("/campaigns", headers=headers).status_code == 401
    wrong = {"Authorization": f"Bearer {TOKEN}="}
    assert visitor.get("/metrics", headers=wrong).status_code == 401


def test_a_network_that_is_set_may_watch(
    visitor: httpx.Client, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("MUSTER_API__MONITORING_NETWORKS", '["127.0.0.0/8"]')
    read_settings_again()
    assert visitor.get("/metrics").status_code == 200
    through_a_proxy = {"X-Forwarded-For": "127.0.0.1"}
    assert visitor.get("/metrics", headers=through_a_proxy).status_code == 401
