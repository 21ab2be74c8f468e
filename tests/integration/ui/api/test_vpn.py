"""Tunnels over HTTP: status, connect, disconnect, and what is refused; by a gluetun."""

import httpx
import pytest
from sqlalchemy import text

from config.vocabulary import Role
from deployments.standins.gluetun import EXIT, RUNNING, STOPPED
from tasks.database import transaction
from tests.fixtures.api import SignedIn
from tests.fixtures.gluetun import GluetunBeside
from tests.fixtures.prefect import wait_for

pytestmark = pytest.mark.usefixtures("deployed_samples")


@pytest.fixture
def operator(
    visitor: httpx.Client, gluetun: GluetunBeside, signed_in: SignedIn
) -> httpx.Client:
    """Return the API as an operator reaches it, with a gluetun beside it."""
    assert visitor
    assert gluetun
    client = signed_in(Role.OPERATOR)
    client.timeout = httpx.Timeout(60)
    return client


def connect(client: httpx.Client, **asked: str) -> httpx.Response:
    return client.post("/cloak/vpn/connect", json={"location": "nl", **asked})


def test_a_tunnel_is_connected_looked_at_used_and_disconnected(
    operator: httpx.Client, gluetun: GluetunBeside
) -> None:
    before = operator.get("/api/v1/cloak/status").json()
    assert (before["connected"], before["exitIp"]) == (False, None)
    assert before["locations"] == [
        {"location": "nl", "protocols": ["gluetun"], "problem": None}
    ]
    assert before["abilities"]["gluetun"] == {"available": True, "missing": []}
    answer = connect(operator, protocol="gluetun")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["connected"], told["exitIp"]) == (True, EXIT)
    assert told["tunnel"]["state"] == "connected"
    assert gluetun.state() == RUNNING
    assert operator.get("/cloak/status").json()["exitIp"] == EXIT
    proxy = told["tunnel"]["proxyUrl"].replace("socks5", "http")
    with httpx.Client(proxy=proxy, trust_env=False) as leaving:
        reached = leaving.get(f"{gluetun.control_url}/v1/version")
        assert reached.status_code == 401  # it was reached, and asks who we are
    gone = operator.post("/cloak/vpn/disconnect", json={"location": "nl"})
    assert gone.status_code == 200, gone.text
    assert not gone.json()["connected"]
    assert gone.json()["tunnels"][0]["state"] == "disconnected"
    assert gluetun.state() == STOPPED
    assert " ".join(states_told()) == (
        "connecting verifying connected disconnecting disconnected"
    )


def test_disconnecting_what_is_not_connected_is_a_success(
    operator: httpx.Client,
) -> None:
    gone = operator.post("/cloak/vpn/disconnect")
    assert (gone.status_code, gone.json()) == (200, {"connected": False, "tunnels": []})


def test_connecting_twice_is_one_connection(operator: httpx.Client) -> None:
    first, second = connect(operator).json(), connect(operator).json()
    assert first["tunnel"]["since"] == second["tunnel"]["since"]


def test_an_unknown_location_is_not_found(operator: httpx.Client) -> None:
    for asked in ({"location": "atlantis"}, {"protocol": "wireguard"}):
        answer = connect(operator, **asked)
        assert answer.status_code == 404, answer.text
        assert answer.json()["error"] == "location_not_found"


def test_a_name_that_leads_elsewhere_is_invalid(operator: httpx.Client) -> None:
    for location in ("../nl", "", "a" * 41, "nl.conf"):
        assert connect(operator, location=location).status_code == 422


def test_a_forbidden_directive_is_told_with_its_line(
    operator: httpx.Client, gluetun: GluetunBeside
) -> None:
    gluetun.put("de.ovpn", "client\nremote vpn.example 1194\nup /bin/true\n")
    answer = connect(operator, location="de")
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"] == "vpn_configuration_refused"
    assert answer.json()["message"].startswith("line 3: `up`")
    assert answer.json()["details"]["line"] == 3
    german = operator.get("/cloak/status").json()["locations"][0]
    assert german["problem"].startswith("de.ovpn: line 3")


def test_wrong_credentials_are_told_and_leave_nothing(
    operator: httpx.Client, gluetun: GluetunBeside
) -> None:
    gluetun.put("nl.credentials", "not the key")
    answer = connect(operator)
    assert answer.status_code == 502, answer.text
    assert answer.json()["error"] == "vpn_credentials_refused"
    status = operator.get("/cloak/status").json()
    assert status["tunnels"][0]["state"] == "failed"
    assert status["tunnels"][0]["proxyUrl"] is None
    assert "not the key" not in answer.text + str(status)


def test_a_vpn_that_crashes_is_brought_back(
    operator: httpx.Client, gluetun: GluetunBeside
) -> None:
    assert connect(operator).status_code == 200
    gluetun.crash()
    wait_for(lambda: "reconnecting" in states_told())
    wait_for(lambda: states_told()[-1] == "connected")
    assert gluetun.state() == RUNNING


def test_reviewers_neither_see_nor_change_tunnels(
    operator: httpx.Client, signed_in: SignedIn
) -> None:
    assert operator
    reviewer = signed_in(Role.REVIEWER)
    assert reviewer.get("/cloak/status").status_code == 403
    assert connect(reviewer).status_code == 403
    assert reviewer.post("/cloak/vpn/disconnect").status_code == 403


def states_told() -> list[str]:
    with transaction() as session:
        query = "SELECT data->>'state' FROM tracking_events WHERE type = 'cloak'"
        return list(session.scalars(text(f"{query} ORDER BY number")))
