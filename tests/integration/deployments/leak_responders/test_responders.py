"""The leak responders over the wire: visits, echo, names, DNS and STUN."""

import os
import signal
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any

import httpx
import psutil
import pytest
from dnslib import DNSRecord

from tests.fixtures.leak_responders import RunningResponders, running_responders

COOKIE = 0x2112A442
TRANSACTION = bytes(range(12))
BINDING = struct.pack("!HHI12s", 1, 0, COOKIE, TRANSACTION)


@pytest.fixture
def visit(leak_responders: RunningResponders) -> Iterator[dict[str, Any]]:
    opened = open_visit(leak_responders)
    yield opened
    end_visit(leak_responders, opened)


def open_visit(responders: RunningResponders) -> dict[str, Any]:
    answer = httpx.post(f"{responders.url}/visits", headers=responders.headers)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def end_visit(responders: RunningResponders, visit: dict[str, Any]) -> None:
    url = f"{responders.url}/visits/{visit['id']}"
    assert httpx.delete(url, headers=responders.headers).status_code == 204


def seen(responders: RunningResponders, visit: dict[str, Any]) -> dict[str, Any]:
    url = f"{responders.url}/visits/{visit['id']}"
    told: dict[str, Any] = httpx.get(url, headers=responders.headers).json()
    return told


def ask_stun(place: dict[str, Any], *, seconds: float = 5.0) -> bytes:
    family = socket.AF_INET6 if place["family"] == 6 else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as asking:
        asking.settimeout(seconds)
        asking.sendto(BINDING, (place["host"], place["port"]))
        return asking.recv(2048)


def test_a_visit_has_names_and_ports_of_its_own(
    leak_responders: RunningResponders, visit: dict[str, Any]
) -> None:
    other = open_visit(leak_responders)
    assert len(set(visit["names"]) | set(other["names"])) == 12
    assert all(name.endswith(f".{visit['id']}.leak.test") for name in visit["names"])
    assert {one["family"] for one in visit["stun"]} == {4, 6}
    assert len({one["port"] for one in visit["stun"]}) == 1
    assert visit["stun"][0]["port"] != other["stun"][0]["port"]
    assert visit["echoUrl6"].startswith("http://[::1]:")
    end_visit(leak_responders, other)


@pytest.mark.parametrize(
    ("url", "address"), [("echoUrl", "127.0.0.1"), ("echoUrl6", "::1")]
)
def test_the_echo_tells_the_address_and_headers_that_came(
    leak_responders: RunningResponders,
    visit: dict[str, Any],
    url: str,
    address: str,
) -> None:
    answer = httpx.get(visit[url], headers={"Via": "1.1 somebody"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert (told["address"], told["family"]) == (address, 6 if ":" in address else 4)
    assert ["via", "1.1 somebody"] in [[n.lower(), v] for n, v in told["headers"]]
    sighting = seen(leak_responders, visit)["http"][0]
    assert (sighting["address"], sighting["what"]) == (address, "echo")


def test_a_header_is_not_believed_about_who_asked(visit: dict[str, Any]) -> None:
    claims = {"X-Forwarded-For": "203.0.113.5", "Forwarded": "for=203.0.113.5"}
    answer = httpx.get(visit["echoUrl"], headers=claims)
    assert answer.json()["address"] == "127.0.0.1"


def test_a_name_of_a_visit_answers_on_any_path(
    leak_responders: RunningResponders, visit: dict[str, Any]
) -> None:
    host = {"Host": f"{visit['names'][0]}:{visit['namePort']}"}
    answer = httpx.get(f"{leak_responders.url}/any/path", headers=host)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert [one["what"] for one in seen(leak_responders, visit)["http"]] == ["name"]


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_whoever_asks_for_a_name_is_noted(
    leak_responders: RunningResponders,
    visit: dict[str, Any],
    transport: str,
    host: str,
) -> None:
    wire = DNSRecord.question(visit["names"][1]).send(
        host,
        leak_responders.dns_port,
        tcp=transport == "tcp",
        timeout=5,
        ipv6=":" in host,
    )
    assert str(DNSRecord.parse(wire).short()) == "127.0.0.1"
    (sighting,) = seen(leak_responders, visit)["dns"]
    del sighting["at"]
    assert sighting == {
        "resolver": host,
        "name": visit["names"][1],
        "type": "A",
        "transport": transport,
    }


@pytest.mark.parametrize("family", [4, 6])
def test_a_stun_port_tells_the_address_and_notes_it(
    leak_responders: RunningResponders, visit: dict[str, Any], family: int
) -> None:
    (place,) = [one for one in visit["stun"] if one["family"] == family]
    answer = ask_stun(place)
    assert answer[:2] == b"\x01\x01"
    assert answer[8:20] == TRANSACTION
    (sighting,) = seen(leak_responders, visit)["stun"]
    assert (sighting["address"], sighting["family"]) == (place["host"], family)
    assert struct.unpack("!H", answer[26:28])[0] ^ COOKIE >> 16 == sighting["port"]


def test_an_ended_visit_is_gone_with_its_ports_and_names(
    leak_responders: RunningResponders,
) -> None:
    visit = open_visit(leak_responders)
    end_visit(leak_responders, visit)
    assert httpx.get(visit["echoUrl"]).status_code == 404
    assert httpx.get(visit["pageUrl"]).status_code == 404
    with pytest.raises(OSError, match="timed out"):
        ask_stun(visit["stun"][0], seconds=0.3)
    wire = DNSRecord.question(visit["names"][0]).send(
        "127.0.0.1", leak_responders.dns_port, timeout=5
    )
    assert DNSRecord.parse(wire).header.rcode == 3
    end_visit(leak_responders, visit)


def test_without_the_token_nobody_opens_or_reads_a_visit(
    leak_responders: RunningResponders, visit: dict[str, Any]
) -> None:
    wrong = {"Authorization": "Bearer wrong"}
    one = f"{leak_responders.url}/visits/{visit['id']}"
    for headers in ({}, wrong):
        refused = httpx.post(f"{leak_responders.url}/visits", headers=headers)
        assert (refused.status_code, refused.json()["error"]) == (
            401,
            "unauthenticated",
        )
        assert httpx.get(one, headers=headers).status_code == 401
        assert httpx.delete(one, headers=headers).status_code == 401
    assert "page" in httpx.get(visit["pageUrl"]).text


def test_the_page_loads_nothing_from_elsewhere(visit: dict[str, Any]) -> None:
    page = httpx.get(visit["pageUrl"])
    assert "src=" not in page.text
    assert "href=" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_a_visit_ends_by_itself_and_makes_room_for_another(tmp_path: Path) -> None:
    wishes = {"most_visits": "1", "visit_lifetime": "PT10S"}
    with running_responders(tmp_path, **wishes) as responders:
        visit = open_visit(responders)
        again = httpx.post(f"{responders.url}/visits", headers=responders.headers)
        assert (again.status_code, again.json()["error"]) == (429, "too_many_visits")
        deadline = monotonic() + 20
        while httpx.get(visit["echoUrl"]).is_success:
            assert monotonic() < deadline
            Event().wait(0.2)
        end_visit(responders, open_visit(responders))


def test_a_range_of_stun_ports_is_kept_to_and_runs_out(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    wishes = {"first_stun_port": str(port), "last_stun_port": str(port)}
    with running_responders(tmp_path, **wishes) as responders:
        visit = open_visit(responders)
        assert [one["port"] for one in visit["stun"]] == [port]
        refused = httpx.post(f"{responders.url}/visits", headers=responders.headers)
        assert (refused.status_code, refused.json()["error"]) == (503, "no_free_port")
        end_visit(responders, visit)
        end_visit(responders, open_visit(responders))


def test_a_taken_port_is_said_with_the_setting_that_changes_it(
    leak_responders: RunningResponders, tmp_path: Path
) -> None:
    taken = str(leak_responders.dns_port)
    with (
        pytest.raises(AssertionError, match="MUSTER_LEAK_RESPONDERS__DNS_PORT"),
        running_responders(tmp_path, dns_port=taken),
    ):
        pass


def test_a_signal_ends_it_at_once_even_in_the_middle_of_visits(tmp_path: Path) -> None:
    with running_responders(tmp_path) as responders:
        open_visit(responders)
        process = psutil.Process(responders.process_id)
        os.kill(responders.process_id, signal.SIGTERM)
        deadline = monotonic() + 5
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            assert monotonic() < deadline
            Event().wait(0.02)
    said = (tmp_path / "leak-responders.log").read_text()
    assert "Traceback" not in said
