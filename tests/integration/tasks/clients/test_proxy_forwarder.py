"""The forwarder signs in at real proxies, and says quickly why it cannot."""

import asyncio
import ipaddress
import ssl
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from config.clock import now
from tasks.clients.proxy_forwarder import ProxyForwarder, UpstreamProxy, check_upstream
from tasks.clients.proxy_forwarder_dialing import (
    Scheme,
    UpstreamCredentialsError,
    UpstreamTimeoutError,
    UpstreamUnreachableError,
    UpstreamUnreadableError,
)
from tests.fixtures.raw_site import PAGE, RawSite, open_raw_site
from tests.fixtures.upstream_proxies import Upstream, open_upstream

SCHEMES: tuple[Scheme, ...] = ("http", "socks5")
NAME = "site.example"
Steps = Callable[[RawSite, Upstream], Awaitable[None]]


def play(steps: Steps, *, scheme: Scheme = "http", is_silent: bool = False) -> None:
    """Open a site, and a proxy that alone knows where its name leads; then do it."""

    async def all_of_it() -> None:
        async with open_raw_site() as site:
            upstream = Upstream(scheme, {NAME: site.port}, is_silent)
            async with open_upstream(upstream):
                await steps(site, upstream)

    asyncio.run(asyncio.wait_for(all_of_it(), 30))


def client_of(forwarder: ProxyForwarder) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        proxy=f"http://127.0.0.1:{forwarder.port}", trust_env=False, timeout=10
    )


async def ask_raw(port: int, *said: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = b""
    for one in said:
        writer.write(one)
        answer += await reader.read(65_536)
    writer.close()
    return answer


@pytest.mark.parametrize("scheme", SCHEMES)
def test_pages_come_through_a_proxy_that_asks_for_a_password(scheme: Scheme) -> None:
    async def steps(site: RawSite, upstream: Upstream) -> None:
        async with ProxyForwarder(upstream.address()) as forwarder:
            async with client_of(forwarder) as client:
                answer = await client.get(f"http://{NAME}/a?b=c")
                chunks = await client.get(f"http://{NAME}/chunks")
                large = await client.get(f"http://{NAME}/large")
                head = await client.head(f"http://{NAME}/")
            assert (answer.status_code, answer.text) == (200, PAGE)
            assert chunks.text == "one two three"
            assert len(large.content) == 3_000_000
            assert head.status_code == 200
            carried = forwarder.traffic
        assert site.requests[0][:2] == ("GET", "/a")
        assert {host for host, _ in upstream.targets} == {NAME}
        assert carried.requests == 4
        assert carried.received_bytes > 3_000_000
        assert carried.sent_bytes > 0
        assert carried.errors == {}

    play(steps, scheme=scheme)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_credentials_reach_the_site(scheme: Scheme) -> None:
    async def steps(site: RawSite, upstream: Upstream) -> None:
        async with (
            ProxyForwarder(upstream.address()) as forwarder,
            client_of(forwarder) as client,
        ):
            await client.post(f"http://{NAME}/form", content=b"x" * 200_000)
        method, path, headers, body = site.requests[0]
        assert (method, path, len(body)) == ("POST", "/form", 200_000)
        assert headers["host"] == NAME
        if scheme == "socks5":
            assert not [name for name in headers if name.startswith("proxy-")]

    play(steps, scheme=scheme)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_tunnel_carries_whatever_is_said(scheme: Scheme) -> None:
    async def steps(site: RawSite, upstream: Upstream) -> None:
        async with ProxyForwarder(upstream.address()) as forwarder:
            said = await ask_raw(
                forwarder.port,
                f"CONNECT {NAME}:443 HTTP/1.1\r\nHost: {NAME}:443\r\n\r\n".encode(),
                b"GET /inner HTTP/1.1\r\nHost: x\r\n\r\n",
            )
        assert said.startswith(b"HTTP/1.1 200 ")
        assert PAGE.encode() in said
        assert site.requests[0][1] == "/inner"
        assert upstream.targets == [(NAME, 443)]

    play(steps, scheme=scheme)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_socks_is_spoken_on_the_same_port(scheme: Scheme) -> None:
    async def steps(site: RawSite, upstream: Upstream) -> None:
        name = NAME.encode()
        wish = b"\x05\x01\x00\x03" + bytes([len(name)]) + name + (80).to_bytes(2, "big")
        async with ProxyForwarder(upstream.address()) as forwarder:
            said = await ask_raw(
                forwarder.port,
                b"\x05\x01\x00",
                wish,
                b"GET /by-socks HTTP/1.1\r\nHost: x\r\n\r\n",
            )
            local = await ask_raw(
                forwarder.port,
                b"\x05\x01\x00",
                b"\x05\x01\x00\x01\x7f\x00\x00\x01" + site.port.to_bytes(2, "big"),
            )
        assert said[:4] == b"\x05\x00\x05\x00"
        assert PAGE.encode() in said
        assert site.requests[0][1] == "/by-socks"
        assert local[:4] == b"\x05\x00\x05\x02"

    play(steps, scheme=scheme)


def test_plain_requests_share_a_connection() -> None:
    async def steps(site: RawSite, upstream: Upstream) -> None:
        async with (
            ProxyForwarder(upstream.address()) as forwarder,
            client_of(forwarder) as client,
        ):
            for number in range(5):
                await client.get(f"http://{NAME}/{number}")
        assert len(site.peers) == upstream.connections == 1

    play(steps, scheme="socks5")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_wrong_password_is_a_502_and_never_asks_for_another(scheme: Scheme) -> None:
    async def steps(_site: RawSite, upstream: Upstream) -> None:
        wrong = upstream.address(password="wrong")
        async with ProxyForwarder(wrong) as forwarder:
            async with client_of(forwarder) as client:
                answer = await client.get(f"http://{NAME}/")
            tunnel = await ask_raw(
                forwarder.port, f"CONNECT {NAME}:443 HTTP/1.1\r\n\r\n".encode()
            )
            assert answer.status_code == 502
            assert "proxy_credentials_refused" in answer.headers["proxy-status"]
            assert "proxy-authenticate" not in answer.headers
            assert tunnel.startswith(b"HTTP/1.1 502 ")
            assert forwarder.traffic.errors == {"proxy_credentials_refused": 2}
        with pytest.raises(UpstreamCredentialsError):
            await check_upstream(wrong)
        await check_upstream(upstream.address())
        assert all(host.endswith(".invalid") for host, _ in upstream.targets)

    play(steps, scheme=scheme)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_proxy_that_is_not_there_is_a_502_at_once(scheme: Scheme) -> None:
    async def steps(_site: RawSite, upstream: Upstream) -> None:
        nobody = UpstreamProxy(scheme, "127.0.0.1", 1)
        async with ProxyForwarder(nobody) as forwarder, client_of(forwarder) as client:
            answer = await asyncio.wait_for(client.get(f"http://{NAME}/"), 1)
            assert answer.status_code == 502
            forwarder.change_upstream(upstream.address())
            again = await client.get(f"http://{NAME}/")
            assert again.status_code == 200
            forwarder.change_upstream(None)
            assert (await client.get(f"http://{NAME}/")).status_code == 503
        with pytest.raises(UpstreamUnreachableError):
            await check_upstream(nobody)

    play(steps, scheme=scheme)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_proxy_that_says_nothing_is_a_504(scheme: Scheme) -> None:
    async def steps(_site: RawSite, upstream: Upstream) -> None:
        forwarder = ProxyForwarder(
            upstream.address(), connect_seconds=0.2, answer_seconds=0.2
        )
        async with forwarder, client_of(forwarder) as client:
            assert (await client.get(f"http://{NAME}/")).status_code == 504
        with pytest.raises(UpstreamTimeoutError):
            await check_upstream(upstream.address(), seconds=0.2)

    play(steps, scheme=scheme, is_silent=True)


def test_a_site_that_says_nothing_is_a_504() -> None:
    async def steps(_site: RawSite, upstream: Upstream) -> None:
        forwarder = ProxyForwarder(upstream.address(), answer_seconds=0.2)
        async with forwarder, client_of(forwarder) as client:
            assert (await client.get(f"http://{NAME}/silent")).status_code == 504

    play(steps)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_target_the_proxy_cannot_reach_is_a_502(scheme: Scheme) -> None:
    async def steps(_site: RawSite, upstream: Upstream) -> None:
        async with ProxyForwarder(upstream.address()) as forwarder:
            tunnel = await ask_raw(
                forwarder.port, b"CONNECT nobody.example:443 HTTP/1.1\r\n\r\n"
            )
            assert tunnel.startswith(b"HTTP/1.1 502 ")
            assert forwarder.traffic.errors == {"target_unreachable": 1}

    play(steps, scheme=scheme)


@pytest.mark.parametrize("path", ["/cut-length", "/cut-chunks"])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_half_an_answer_never_looks_like_a_whole_one(scheme: Scheme, path: str) -> None:
    async def steps(_site: RawSite, upstream: Upstream) -> None:
        async with (
            ProxyForwarder(upstream.address()) as forwarder,
            client_of(forwarder) as client,
        ):
            with pytest.raises(httpx.TransportError):
                await client.get(f"http://{NAME}{path}")

    play(steps, scheme=scheme)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "10.1.2.3", "127.1", "printer"]
)
def test_local_targets_are_refused_alike_open_or_closed(host: str) -> None:
    async def steps(site: RawSite, upstream: Upstream) -> None:
        async with (
            ProxyForwarder(upstream.address()) as forwarder,
            client_of(forwarder) as client,
        ):
            for port in (site.port, 1):
                answer = await client.get(f"http://{host}:{port}/")
                assert answer.status_code == 403
            assert forwarder.traffic.errors == {"target_forbidden": 2}
        assert not upstream.targets

    play(steps)


def test_local_targets_are_reached_where_that_is_right() -> None:
    async def steps(site: RawSite, upstream: Upstream) -> None:
        forwarder = ProxyForwarder(
            upstream.address(), allow_local=True, refused_hosts={"vendor.example"}
        )
        async with forwarder, client_of(forwarder) as client:
            assert (await client.get(f"{site.url}/")).status_code == 200
            refused = await client.get("http://update.vendor.example/")
            assert refused.status_code == 403

    play(steps)


@pytest.mark.parametrize(
    "said",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET https://site.example/ HTTP/1.1\r\n\r\n",
        b"CONNECT site.example HTTP/1.1\r\n\r\n",
        b"CONNECT a\tb:80 HTTP/1.1\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"GET http://site.example/ HTTP/1.1\r\n%b\r\n%b\r\n\r\n"
        % (b"Content-Length: 1", b"Transfer-Encoding: chunked"),
    ],
)
def test_what_is_no_request_to_a_proxy_is_a_400(said: bytes) -> None:
    async def steps(_site: RawSite, upstream: Upstream) -> None:
        async with ProxyForwarder(upstream.address()) as forwarder:
            answer = await ask_raw(forwarder.port, said)
            assert answer.startswith(b"HTTP/1.1 400 ")
        assert not upstream.targets

    play(steps)


def test_a_site_is_told_of_as_a_proxy_of_no_known_kind() -> None:
    async def steps(site: RawSite, _upstream: Upstream) -> None:
        with pytest.raises(UpstreamUnreadableError):
            await check_upstream(UpstreamProxy("socks5", "127.0.0.1", site.port))

    play(steps)


def test_closing_breaks_off_what_is_under_way() -> None:
    async def steps(site: RawSite, upstream: Upstream) -> None:
        forwarder = ProxyForwarder(upstream.address())
        port = await forwarder.open()
        asking = asyncio.create_task(
            ask_raw(port, f"GET http://{NAME}/silent HTTP/1.1\r\n\r\n".encode())
        )
        await site.asked.wait()
        await asyncio.wait_for(forwarder.close(), 1)
        assert not await asking
        with pytest.raises(OSError, match="Connect"):
            await ask_raw(port, b"x")

    play(steps)


def test_a_proxy_behind_tls_is_used_only_if_its_certificate_is_trusted(
    tmp_path: Path,
) -> None:
    async def steps() -> None:
        serving, trusting = certificate_in(tmp_path)
        async with open_raw_site() as site:
            upstream = Upstream("https", {NAME: site.port}, tls=serving)
            async with open_upstream(upstream):
                async with (
                    ProxyForwarder(upstream.address(), tls=trusting) as forwarder,
                    client_of(forwarder) as client,
                ):
                    assert (await client.get(f"http://{NAME}/")).text == PAGE
                with pytest.raises(UpstreamUnreachableError, match="safe"):
                    await check_upstream(upstream.address())

    asyncio.run(asyncio.wait_for(steps(), 30))


def certificate_in(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return a server's context with a fresh certificate, and one that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    hour = timedelta(hours=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - hour)
        .not_valid_after(now() + hour)
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "proxy.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(file)
    return serving, ssl.create_default_context(cafile=file)
