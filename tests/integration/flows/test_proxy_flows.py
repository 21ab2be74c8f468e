"""Proxies made, checked through their exits, and pins moved, on real services."""

import json
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, ClassVar
from uuid import UUID

import pytest
from sqlalchemy import text
from typing_extensions import override

from config.clock import now
from config.errors import InvalidError
from config.settings import settings
from config.vocabulary import PinPolicy, ProxyState, ProxyVerb
from deployments.stack.ports import free_ports
from flows import proxy_life
from flows.proxy_upkeep import look_after_proxies, watch_proxies_forever
from tasks.browser_profiles.create import BrowserRunningError
from tasks.browser_profiles.start import start_browser
from tasks.browser_profiles.stop import stop_browser
from tasks.clients.prefect_server import prefect_server
from tasks.database import transaction
from tasks.proxies import pins
from tasks.proxies.generate import read_traffic
from tasks.proxies.pin_rows import find_pinned_proxy
from tasks.proxies.pins import BrowserProfilePinnedError, ProxyUnusableError
from tasks.proxies.repository import list_usable, list_usable_ids
from tasks.proxies.schemas import CheckAnswer, GenerateRequest, PinRequest
from tasks.proxies.status import act_on_proxy
from tests.factories.browser_profiles import alone, make_browser_profile
from tests.factories.proxies import SOMEBODY, create_account_session, create_proxy
from tests.fixtures.multilogin import MultiloginX, with_multilogin
from tests.fixtures.prefect import wait_for

pytestmark = pytest.mark.usefixtures("deployed_samples", "database", "multilogin")


class Echo(BaseHTTPRequestHandler):
    """Tells who asks, from a country of its choice."""

    country: ClassVar[str] = "DE"

    def do_GET(self) -> None:
        """Answer with the address of who asks."""
        told = {"ip": self.client_address[0], "country": self.country}
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def echo(environment: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve a page that tells who asks, and have checks ask it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}/"
    environment.setenv("MUSTER_PROXY_UPKEEP__ECHO_URL", url)
    settings.cache_clear()
    yield url
    server.shutdown()
    thread.join()
    server.server_close()


def make(**wish: Any) -> list[int]:
    return alone(proxy_life.generate(GenerateRequest(**wish), SOMEBODY))


def check(proxy_id: int) -> CheckAnswer:
    return alone(proxy_life.check(proxy_id))


def dead_proxy(**values: Any) -> int:
    return create_proxy(ip="127.0.0.1", port=free_ports(1)[0], **values)


def pin(account_session_id: int, browser: UUID | None = None, **wish: Any) -> None:
    request = PinRequest(browser_profile_id=browser, **wish)
    alone(proxy_life.pin(account_session_id, request, SOMEBODY))


def audited() -> list[dict[str, Any]]:
    with transaction() as session:
        rows = session.execute(
            text("SELECT action, actor, details FROM audit_entries ORDER BY id")
        )
        return [dict(row._mapping) for row in rows]  # noqa: SLF001 - its public form


def steps() -> list[str]:
    with transaction() as session:
        told = session.scalars(text("SELECT data->>'step' FROM tracking_events"))
        return list(told)


def proxy_at_multilogin(browser: UUID) -> dict[str, Any]:
    metas = with_multilogin(lambda opened: opened.cloud.metas([str(browser)]))
    given: dict[str, Any] = metas[0]["parameters"]["proxy"]
    return given


def test_proxies_are_made_and_each_leaves_by_an_exit_of_its_own(echo: str) -> None:
    assert echo
    made = make(country="de", count=3, tags=("made",)) + make(
        country="us", protocol="socks5", session_type="rotating", ip_lifetime_seconds=60
    )
    assert len(made) == 4
    with transaction() as session:
        found = list_usable(session, tags=["made"], country="DE")
        assert [one.id for one in found] == made[:3]
        assert len({one.username for one in found}) == 3
    told = [check(one) for one in made]
    assert [one.message for one in told] == [None] * 4
    exits = {one.exit_address for one in told}
    assert len(exits) == 4
    assert all(one is not None and one.startswith("127.") for one in exits)
    assert {one.exit_country for one in told} == {"DE"}
    assert all(one.latency_ms is not None for one in told)
    assert alone(read_traffic()).bytes > 0
    assert [one["action"] for one in audited()] == ["proxies.added"] * 2


def test_a_call_that_fails_is_repeated_by_its_task(multilogin: MultiloginX) -> None:
    multilogin.put_fault("connection_url", http=503, times=2)
    assert len(make(count=2)) == 2
    assert multilogin.waiting_faults() == []
    latest = prefect_server().list_flow_runs("proxy-generation", limit=1)
    assert [one.state.type for one in latest] == ["COMPLETED"]


def test_a_rotating_proxy_without_a_lifetime_is_refused() -> None:
    with pytest.raises(InvalidError) as refusal:
        make(session_type="rotating")
    assert refusal.value.field == "ip_lifetime_seconds"


def test_a_check_says_what_is_wrong_and_the_threshold_holds(
    echo: str, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("MUSTER_PROXY_UPKEEP__ERROR_THRESHOLD", "2")
    settings.cache_clear()
    assert echo
    (good, *_) = make(count=3)
    with transaction() as session:
        (way_in,) = list_usable(session, ids=[good])
    wrong = create_proxy(
        ip=way_in.host, port=way_in.port, username="nobody", password="x"
    )
    dead = dead_proxy()
    assert check(good).ok
    assert check(wrong).error == "proxy_credentials_refused"
    assert check(dead).error == "proxy_unreachable"
    assert not check(dead).ok
    with transaction() as session:
        assert dead not in list_usable_ids(session)
        assert wrong in list_usable_ids(session)
    assert steps().count("disabled") == 1
    assert steps().count("checked") == 2


def test_the_watch_tops_the_pool_up_and_checks_all(
    echo: str, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("MUSTER_PROXY_UPKEEP__TOP_UP_BELOW", "4")
    environment.setenv("MUSTER_PROXY_UPKEEP__INTERVAL", "PT0.3S")
    settings.cache_clear()
    assert echo
    create_proxy(country="DE")

    def all_checked() -> bool:
        with transaction() as session:
            query = "SELECT count(*) FROM proxies WHERE checked_at IS NOT NULL"
            return session.scalar(text(query)) == 4

    stop = Event()
    thread = Thread(target=watch_proxies_forever, args=(stop,))
    thread.start()
    try:
        wait_for(all_checked, seconds=60)
    finally:
        stop.set()
        thread.join(timeout=60)
    assert not thread.is_alive()
    assert {one["actor"] for one in audited()} == {"the upkeep of proxies"}


def test_a_pin_waits_while_its_proxy_is_out_and_never_moves_by_itself() -> None:
    home, other = create_proxy(country="DE"), create_proxy(country="DE")
    owner = create_account_session(home)
    pin(owner)
    act_on_proxy(home, ProxyVerb.DRAIN, SOMEBODY, reveal=False)
    for hours in range(3):
        pins.follow_policies(now=now() + timedelta(hours=hours))
    told = pins.show_pin(owner)
    assert (told.proxy_id, told.waits) == (home, True)
    assert told.proxy_state is ProxyState.DRAINING
    act_on_proxy(other, ProxyVerb.RETIRE, SOMEBODY, reveal=False)
    with pytest.raises(ProxyUnusableError):
        alone(proxy_life.move(owner, other, SOMEBODY))
    assert pins.show_pin(owner).moving_to is None


def test_a_move_takes_session_proxy_and_browser_profile_along() -> None:
    home, other = make(count=2)
    owner, browser = create_account_session(home), make_browser_profile()
    pin(owner, browser)
    with transaction() as session:
        before, after = list_usable(session, ids=[home, other])
    assert proxy_at_multilogin(browser)["username"] == before.username
    told = alone(proxy_life.move(owner, other, SOMEBODY))
    assert (told.proxy_id, told.waits, told.moving_to) == (other, False, None)
    assert proxy_at_multilogin(browser)["username"] == after.username
    with transaction() as session:
        query = text("SELECT proxy_id FROM account_sessions WHERE id = :id")
        assert session.scalar(query, {"id": owner}) == other
        found = find_pinned_proxy(session, browser_profile_id=browser)
        assert found is not None
        assert (found.proxy.id, found.waits) == (other, False)
    entry = audited()[-1]
    assert (entry["action"], entry["actor"]) == ("proxy_pin.moved", SOMEBODY.email)
    assert entry["details"] == {
        "from": home,
        "to": other,
        "browser_profile_id": str(browser),
    }
    assert steps()[-1] == "pin_moved"
    stranger = create_account_session(home)
    with pytest.raises(BrowserProfilePinnedError):
        pin(stranger, browser)


def test_while_its_browser_runs_a_pin_stays_where_it_is() -> None:
    home, other = make(count=2)
    owner, browser = create_account_session(home), make_browser_profile()
    pin(owner, browser)
    alone(start_browser(browser))
    try:
        with pytest.raises(BrowserRunningError):
            alone(proxy_life.move(owner, other, SOMEBODY))
    finally:
        alone(stop_browser(browser))
    told = pins.show_pin(owner)
    assert (told.proxy_id, told.waits) == (home, False)
    assert alone(proxy_life.move(owner, other, SOMEBODY)).proxy_id == other


def test_a_move_that_was_broken_off_waits_and_is_carried_out_later(
    multilogin: MultiloginX,
) -> None:
    home, other = make(count=2)
    owner, browser = create_account_session(home), make_browser_profile()
    pin(owner, browser)
    pins.begin_move(owner, other, SOMEBODY)  # and the process is gone
    assert pins.show_pin(owner).waits
    assert pins.follow_policies(now=now()) == []
    assert pins.follow_policies(now=now() + timedelta(minutes=5)) == [owner]
    told = alone(proxy_life.carry_out(owner))
    assert (told.proxy_id, told.waits) == (other, False)
    assert proxy_at_multilogin(browser)["host"]
    assert multilogin.cloud


def test_the_policy_a_person_chose_moves_a_pin_within_its_country() -> None:
    home = dead_proxy(country="DE")
    create_proxy(country="US")
    near = create_proxy(country="DE")
    owner, patient = create_account_session(home), create_account_session(home)
    pin(owner, policy=PinPolicy.SAME_COUNTRY, patience_minutes=30)
    pin(patient)
    act_on_proxy(home, ProxyVerb.RETIRE, SOMEBODY, reveal=False)
    assert pins.follow_policies(now=now()) == []
    early = now() + timedelta(minutes=29)
    assert pins.follow_policies(now=early) == []
    assert pins.follow_policies(now=now() + timedelta(minutes=31)) == [owner]
    assert alone(proxy_life.carry_out(owner)).proxy_id == near
    assert pins.show_pin(patient).proxy_id == home
    entry = audited()[-1]
    assert entry["action"] == "proxy_pin.moved"
    assert entry["actor"] == f"the policy that {SOMEBODY.email} chose"


def test_what_fails_does_not_stop_the_rest_of_the_upkeep(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("MUSTER_PROXY_UPKEEP__TOP_UP_BELOW", "2")
    environment.setenv("MUSTER_MULTILOGIN__PROXY_URL", "http://127.0.0.1:1")
    settings.cache_clear()
    one = dead_proxy()
    alone(look_after_proxies())
    with transaction() as session:
        query = text("SELECT check_error FROM proxies WHERE id = :id")
        assert session.scalar(query, {"id": one})
