"""The client and the local Multilogin X's agent: real browsers, and its errors."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from config.clock import now
from config.errors import SetupError
from config.settings import settings
from deployments.stack.ports import free_ports
from tasks.clients.multilogin import Multilogin
from tasks.clients.multilogin_answers import StartedBrowser, TransferJob
from tasks.clients.multilogin_door import MultiloginDoor, open_client
from tasks.clients.multilogin_envelope import Host
from tasks.clients.multilogin_errors import (
    AgentNotRunningError,
    BrowserNotReadyError,
    BrowserStartFailedError,
    CoreDownloadingError,
    MultiLoginBusyError,
    MultiLoginError,
    MultiLoginRefusedError,
    MultiLoginUnreachableError,
    MultiLoginUnreadableError,
    OutcomeUnknownError,
    ProfileAlreadyRunningError,
    ProfileLockedError,
    ProfileUnknownError,
    ProxyConnectionError,
)
from tasks.clients.multilogin_launcher import MultiloginLauncher, wait_ready
from tasks.clients.multilogin_pace import Patience
from tasks.clients.multilogin_wishes import (
    ProxyAddress,
    QuickBrowser,
)
from tests.fixtures.multilogin import (
    MultiloginX,
    make_browser_profile,
    running_multilogin_x,
    with_multilogin,
)

NOBODY = "0c0ffee0-0000-4000-8000-000000000001"
COOKIE = {
    "name": "a",
    "value": "b",
    "domain": "site.example",
    "path": "/",
    "secure": False,
    "httpOnly": True,
    "session": False,
    "hostOnly": True,
    "sameSite": "lax",
    "expirationDate": 4_000_000_000,
}


@asynccontextmanager
async def one_browser_profile(opened: Multilogin) -> Any:
    """Make a browser profile; stop and remove it at the end."""
    made = await make_browser_profile(opened, "to be started")
    try:
        yield await opened.cloud.default_folder(), made
    finally:
        await opened.launcher.stop(made)
        await opened.cloud.remove([made])


@pytest.mark.usefixtures("multilogin")
def test_a_browser_is_started_driven_found_and_stopped() -> None:
    async def work(opened: Multilogin) -> None:
        agent = opened.launcher
        assert (await agent.version()).version
        async with one_browser_profile(opened) as (folder, made):
            started = await agent.start(folder, made, headless=True)
            assert (started.browser_profile_id, started.is_quick) == (made, False)
            assert started.webdriver_url == f"http://127.0.0.1:{started.port}"
            await wait_ready(started)
            assert (await agent.running(made)).port == started.port  # type: ignore[union-attr]
            everything = await agent.statuses()
            assert everything.states[made].is_running
            assert everything.active_counter.local == 1
            with pytest.raises(ProfileAlreadyRunningError) as running:
                await agent.start(folder, made, headless=True)
            assert running.value.browser_profile_id == made
            assert await agent.stop(made)
            assert not await agent.stop(made)
            assert await agent.running(made) is None
            assert (await agent.status(made)).is_over

    with_multilogin(work)


@pytest.mark.usefixtures("multilogin")
def test_a_quick_browser_has_a_devtools_port_and_leaves_nothing() -> None:
    async def work(opened: Multilogin) -> None:
        agent = opened.launcher
        started = await agent.start_quick(
            QuickBrowser(), automation_type="playwright", headless=True
        )
        await wait_ready(started, automation_type="playwright")
        assert started.is_quick
        states = await agent.quick_statuses()
        assert states[started.browser_profile_id].is_running
        await agent.stop_all("quick")
        assert not await agent.stop(started.browser_profile_id)
        assert started.browser_profile_id not in {
            row.id for row in await opened.cloud.search()
        }

    with_multilogin(work)


@pytest.mark.usefixtures("multilogin")
def test_stopping_what_was_never_started_is_a_success() -> None:
    async def work(opened: Multilogin) -> bool:
        return await opened.launcher.stop(NOBODY)

    assert with_multilogin(work) is False


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"error_code": "PROFILE_ALREADY_RUNNING"}, ProfileAlreadyRunningError),
        ({"error_code": "LOCK_PROFILE_ERROR"}, ProfileLockedError),
        ({"error_code": "LOCK_PROFILE_ERROR", "http": 400}, ProfileLockedError),
        ({"error_code": "CORE_DOWNLOADING_STARTED"}, CoreDownloadingError),
        ({"error_code": "CORE_DOWNLOADING_ALREADY_STARTED"}, CoreDownloadingError),
        ({"error_code": "GET_PROXY_CONNECTION_IP_ERROR"}, ProxyConnectionError),
        ({"error_code": "PROXY_CONNECTION_ERROR"}, ProxyConnectionError),
        ({"http": 500, "message": "proxy creation error"}, ProxyConnectionError),
        (
            {"http": 500, "message": "browser profile failed to start"},
            BrowserStartFailedError,
        ),
        ({"error_code": "TOO_MANY_REQUESTS"}, MultiLoginBusyError),
        ({"http": 501}, MultiLoginUnreachableError),
        ({"http": 503}, MultiLoginUnreachableError),
        ({"http": 404}, ProfileUnknownError),
        ({"http": 403}, MultiLoginRefusedError),
        ({"http": 200, "text": "<html>hello</html>"}, MultiLoginUnreadableError),
    ],
)
def test_a_start_is_sent_once_and_its_failure_named(
    multilogin: MultiloginX, fault: dict[str, Any], kind: type[MultiLoginError]
) -> None:
    multilogin.put_fault("/start", **fault, times=9)

    async def work(opened: Multilogin) -> None:
        await opened.launcher.start(NOBODY, NOBODY)

    with pytest.raises(kind) as failed:
        with_multilogin(work)
    assert type(failed.value) is kind
    assert failed.value.browser_profile_id == NOBODY
    assert [one["times"] for one in multilogin.waiting_faults()] == [8]
    if kind is CoreDownloadingError:
        assert failed.value.retry_after_seconds == 30


@pytest.mark.usefixtures("multilogin")
def test_an_agent_that_is_away_is_named(environment: pytest.MonkeyPatch) -> None:
    nowhere = f"http://127.0.0.1:{free_ports(1)[0]}"
    environment.setenv("MUSTER_MULTILOGIN__LAUNCHER_URL", nowhere)

    async def work(opened: Multilogin) -> None:
        for ask in (opened.launcher.version, opened.launcher.statuses):
            with pytest.raises(AgentNotRunningError):
                await ask()
        with pytest.raises(AgentNotRunningError) as away:
            await opened.launcher.start(NOBODY, NOBODY)
        assert away.value.browser_profile_id == NOBODY

    with_multilogin(work)


def test_a_start_without_an_answer_is_asked_about_and_not_sent_again(
    multilogin: MultiloginX,
) -> None:
    async def work(opened: Multilogin) -> None:
        client = open_client(multilogin.launcher, Host.LAUNCHER, seconds=1)
        async with client, one_browser_profile(opened) as (folder, made):
            door = MultiloginDoor(
                client,
                Host.LAUNCHER,
                Patience(tries=3, longest_wait=timedelta(seconds=3)),
                bearer=opened.sign_in,
            )
            impatient = MultiloginLauncher(door, browser_host="127.0.0.1")
            multilogin.put_fault("/start", seconds=1.5, http=500)
            with pytest.raises(OutcomeUnknownError) as unknown:
                await impatient.start(folder, made)
            assert unknown.value.browser_profile_id == made
            assert not unknown.value.retryable
            started = await opened.launcher.start(folder, made, headless=True)
            multilogin.put_fault("/start", seconds=1.5, http=500)
            assert (await impatient.start(folder, made)).port == started.port

    with_multilogin(work)


def test_a_browser_that_has_to_be_fetched_first_is_waited_for(
    multilogin: MultiloginX,
) -> None:
    multilogin.put_fault("", error_code="CORE_DOWNLOADING_STARTED", polls=3)

    async def work(opened: Multilogin) -> None:
        agent = opened.launcher
        async with one_browser_profile(opened) as (folder, made):
            with pytest.raises(CoreDownloadingError):
                await agent.start(folder, made, headless=True)
            with pytest.raises(CoreDownloadingError):
                await agent.wait_fetched(longest=timedelta(0))
            await agent.wait_fetched(
                longest=timedelta(seconds=20), look_every=timedelta(milliseconds=50)
            )
            assert (await agent.start(folder, made, headless=True)).port

    with_multilogin(work)


@pytest.mark.usefixtures("multilogin")
def test_a_dead_proxy_is_named_and_a_living_one_placed() -> None:
    async def work(opened: Multilogin) -> None:
        (living,) = await opened.proxies.connection_url(country="ch")
        assert (await opened.launcher.validate_proxy(living)).ip
        dead = ProxyAddress("http", "127.0.0.1", free_ports(1)[0])
        with pytest.raises(ProxyConnectionError):
            await opened.launcher.validate_proxy(dead)

    with_multilogin(work)


@pytest.mark.usefixtures("multilogin")
def test_cookies_go_in_and_come_out() -> None:
    async def work(opened: Multilogin) -> None:
        async with one_browser_profile(opened) as (folder, made):
            await opened.launcher.import_cookies(folder, made, [COOKIE])
            (cookie,) = await opened.launcher.export_cookies(folder, made)
            assert (cookie["name"], cookie["value"]) == ("a", "b")

    with_multilogin(work)


@pytest.mark.usefixtures("multilogin")
def test_a_browser_profile_goes_into_a_file_and_comes_back() -> None:
    async def finished(look: Callable[[str], Awaitable[TransferJob]], job: str) -> Any:
        ends_at = monotonic() + 20
        while not (found := await look(job)).is_done:
            assert monotonic() < ends_at, found
            await asyncio.sleep(0.05)
        return found

    async def work(opened: Multilogin) -> None:
        agent = opened.launcher
        async with one_browser_profile(opened) as (_, made):
            begun = await agent.export_profile(made)
            exported = await finished(agent.export_status, begun.id)
            assert begun.id in {one.id for one in await agent.exports()}
            begun = await agent.import_profile(exported.export_path)
            imported = await finished(agent.import_status, begun.id)
            assert imported.browser_profile_id not in {"", made}
            await opened.cloud.remove([imported.browser_profile_id])

    with_multilogin(work)


def test_a_port_that_never_answers_is_given_up(multilogin: MultiloginX) -> None:
    async def work(_: Multilogin) -> None:
        port = free_ports(1)[0]
        here = httpx.URL(multilogin.launcher)
        for other in (port, here.port):
            browser = StartedBrowser(
                browser_profile_id=NOBODY,
                port=other,
                webdriver_url=f"http://127.0.0.1:{other}",
            )
            with pytest.raises(BrowserNotReadyError):
                await wait_ready(browser, within=timedelta(milliseconds=300))

    with_multilogin(work)


@pytest.mark.usefixtures("multilogin")
def test_the_agents_certificate_is_checked_unless_told_otherwise(
    environment: pytest.MonkeyPatch, encrypted: MultiloginX
) -> None:
    environment.setenv("MUSTER_MULTILOGIN__LAUNCHER_URL", encrypted.launcher)

    async def work(opened: Multilogin) -> str:
        return (await opened.launcher.version()).version

    with pytest.raises(SetupError, match="VERIFY_LAUNCHER_CERTIFICATE"):
        with_multilogin(work)
    environment.setenv("MUSTER_MULTILOGIN__VERIFY_LAUNCHER_CERTIFICATE", "false")
    assert with_multilogin(work)


@pytest.mark.usefixtures("multilogin")
def test_the_agent_has_at_least_two_minutes_to_answer(
    environment: pytest.MonkeyPatch,
) -> None:
    assert settings().multilogin.launcher_timeout >= timedelta(seconds=120)
    environment.setenv("MUSTER_MULTILOGIN__LAUNCHER_TIMEOUT", "PT119S")

    async def work(_: Multilogin) -> None: ...

    with pytest.raises(SetupError, match="LAUNCHER_TIMEOUT"):
        with_multilogin(work)


@pytest.fixture
def encrypted(tmp_path: Path) -> Iterator[MultiloginX]:
    """Run a second local Multilogin X, with a certificate that nobody knows."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "launcher.mlx.yt")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(now() + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (tmp_path / "certificate.pem").write_bytes(certificate.public_bytes(pem))
    (tmp_path / "key.pem").write_bytes(
        key.private_bytes(
            pem,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    files = ("certificate", "key")
    words = [
        word for one in files for word in (f"--{one}", str(tmp_path / f"{one}.pem"))
    ]
    with running_multilogin_x(tmp_path, *words, scheme="https") as running:
        yield running
