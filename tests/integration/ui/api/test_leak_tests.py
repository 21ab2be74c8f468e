"""Leak tests over HTTP, with the real responders and real browsers."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import psutil
import pytest
from sqlalchemy import text

from config.settings import settings
from config.vocabulary import Role
from flows.leak_test_watch import forget_old_leak_tests, run_due_leak_tests
from tasks.database import transaction
from tests.fixtures.api import SignedIn
from tests.fixtures.database import read_settings_again
from tests.fixtures.elsewhere_proxy import (
    EXIT,
    RESOLVER,
    ElsewhereProxy,
    elsewhere_proxy,
)
from tests.fixtures.leak_responders import RunningResponders
from tests.fixtures.multilogin import MultiloginX
from tests.fixtures.upstream_proxies import PASSWORD

EXPECTED = {"exitAddresses": [EXIT], "resolvers": [RESOLVER]}
UNKNOWN = {"ipLeak": None, "dnsLeak": None, "webrtcLeak": None}


@pytest.fixture
def responders(
    leak_responders: RunningResponders, environment: pytest.MonkeyPatch
) -> RunningResponders:
    """Have Muster know the responders."""
    environment.setenv("MUSTER_LEAK_TESTS__RESPONDER_URL", leak_responders.url)
    environment.setenv("MUSTER_LEAK_TESTS__RESPONDER_TOKEN", leak_responders.token)
    read_settings_again()
    return leak_responders


@pytest.fixture
def operator(
    deployed_samples: Any,
    multilogin: MultiloginX,
    responders: RunningResponders,
    signed_in: SignedIn,
) -> Iterator[httpx.Client]:
    """Return the API as an operator reaches it; close every browser afterwards."""
    assert deployed_samples.api_url
    assert responders.url
    read_settings_again()
    client = signed_in(Role.OPERATOR)
    client.timeout = httpx.Timeout(120)
    yield client
    multilogin.stop_all()


@pytest.fixture
def proxy(responders: RunningResponders) -> Iterator[ElsewhereProxy]:
    with elsewhere_proxy(responders) as serving:
        yield serving


def make(operator: httpx.Client, **values: Any) -> dict[str, Any]:
    asked = {"name": f"Sample {uuid4().hex[:8]}", "template": "natural", **values}
    answer = operator.post("/browser-profiles", json=asked)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def leak_test_of(operator: httpx.Client, **asked: Any) -> dict[str, Any]:
    answer = operator.post("/cloak/leak-test", json=asked)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def shown(told: dict[str, Any]) -> dict[str, bool | None]:
    return {kind: told[kind] for kind in ("ipLeak", "dnsLeak", "webrtcLeak")}


def prefect_records() -> str:
    section = settings().prefect
    user, _, password = section.auth_string.get_secret_value().partition(":")
    answer = httpx.post(
        f"{section.api_url}/flow_runs/filter",
        json={"flows": {"name": {"any_": ["leak-test"]}}},
        auth=(user, password),
    )
    assert answer.is_success
    assert "127.0.0.1" in answer.text
    return answer.text


def events() -> list[dict[str, Any]]:
    query = text("SELECT data FROM tracking_events WHERE type = 'cloak'")
    with transaction() as session:
        return list(session.execute(query).scalars())


def codes(told: dict[str, Any], kind: str) -> list[str]:
    (finding,) = (one for one in told["findings"] if one["kind"] == kind)
    return [one["code"] for one in finding["reasons"]]


def test_a_browser_behind_a_proxy_leaks_by_webrtc_and_is_put_right(
    operator: httpx.Client, proxy: ElsewhereProxy
) -> None:
    made = make(operator, proxy=proxy.parameters())
    told = leak_test_of(operator, browserProfileId=made["id"], expected=EXPECTED)
    assert shown(told) == {"ipLeak": False, "dnsLeak": False, "webrtcLeak": True}
    assert told["scope"] == "browser"
    assert told["fix"] == ["webrtc"]
    assert told["exitAddress"] == EXIT
    assert told["problem"] is None
    assert told["subject"] == {
        "kind": "browser_profile",
        "id": made["id"],
        "name": made["name"],
    }
    assert "home_address_shown" in codes(told, "webrtc")
    looked = operator.get(f"/browser-profiles/{made['id']}").json()
    assert looked["state"] == "stopped"
    assert looked["lastLeakTest"]["id"] == told["id"]
    assert looked["lastLeakTest"]["webrtcLeak"] is True
    fixed = operator.post(f"/cloak/leak-tests/{told['id']}/fix-webrtc")
    assert fixed.status_code == 200, fixed.text
    assert fixed.json()["changed"] == {"webrtc_masking": ["natural", "disabled"]}
    assert fixed.json()["before"]["id"] == told["id"]
    after = fixed.json()["after"]
    assert shown(after) == dict.fromkeys(UNKNOWN, False)
    assert after["passed"] is True
    assert codes(after, "webrtc") == ["blocked_by_policy"]
    looked = operator.get(f"/browser-profiles/{made['id']}").json()
    assert looked["parameters"]["flags"]["webrtc_masking"] == "disabled"
    assert looked["lastLeakTest"]["id"] == after["id"]
    again = operator.post(f"/cloak/leak-tests/{after['id']}/fix-webrtc")
    assert (again.status_code, again.json()["error"]) == (409, "nothing_to_fix")


def test_a_browser_that_a_person_has_open_stays_as_it_is(
    operator: httpx.Client,
) -> None:
    made = make(operator)
    opened = operator.post(f"/browser-profiles/{made['id']}/start").json()
    driver = httpx.Client(base_url=opened["seleniumUrl"], timeout=20)
    attach: dict[str, Any] = {"capabilities": {"alwaysMatch": {}}}
    path = (
        f"/session/{driver.post('/session', json=attach).json()['value']['sessionId']}"
    )
    before = driver.get(f"{path}/window/handles").json()["value"]
    told = leak_test_of(operator, browserProfileId=made["id"])
    assert driver.get(f"{path}/window/handles").json()["value"] == before
    driver.close()
    assert told["ipLeak"] is None
    assert codes(told, "ip") == ["nothing_expected"]
    assert told["webrtcLeak"] is False
    assert told["passed"] is False
    looked = operator.get(f"/browser-profiles/{made['id']}").json()
    assert looked["state"] == "running"


def test_an_open_browser_is_started_anew_when_its_webrtc_is_put_right(
    operator: httpx.Client, proxy: ElsewhereProxy
) -> None:
    made = make(operator, proxy=proxy.parameters())
    path = f"/browser-profiles/{made['id']}"
    opened = operator.post(f"{path}/start").json()
    told = leak_test_of(operator, browserProfileId=made["id"], expected=EXPECTED)
    assert told["webrtcLeak"] is True
    fixed = operator.post(f"/cloak/leak-tests/{told['id']}/fix-webrtc").json()
    assert fixed["after"]["webrtcLeak"] is False
    looked = operator.get(path).json()
    assert looked["state"] == "running"
    assert looked["browser"]["startedAt"] > opened["startedAt"]


def test_a_browser_that_is_gone_ends_the_test_with_its_reason(
    operator: httpx.Client,
) -> None:
    made = make(operator)
    operator.post(f"/browser-profiles/{made['id']}/start")
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        is_main = not any(one.startswith("--type=") for one in words)
        if is_main and any(
            one.startswith("--user-data-dir=") and made["id"] in one for one in words
        ):
            process.kill()
    told = leak_test_of(operator, browserProfileId=made["id"])
    assert shown(told) == UNKNOWN
    assert told["problem"]["error"] == "browser_silent"
    assert codes(told, "webrtc") == ["browser_silent"]
    looked = operator.get(f"/browser-profiles/{made['id']}").json()
    assert looked["lastLeakTest"] is None  # it says nothing


@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_a_bare_proxy_is_tested_without_a_browser(
    operator: httpx.Client, responders: RunningResponders, scheme: str
) -> None:
    with elsewhere_proxy(responders, scheme) as proxy:
        asked = proxy.parameters()
        told = leak_test_of(operator, proxy=asked, expected=EXPECTED)
        wrong = leak_test_of(operator, proxy={**asked, "password": "wrong"})
    assert shown(told) == {"ipLeak": False, "dnsLeak": False, "webrtcLeak": None}
    assert told["scope"] == "network"
    assert told["passed"] is True
    assert codes(told, "webrtc") == ["browser_only", "udp_leaves_beside"]
    assert codes(told, "timezone") == ["browser_only"]
    assert told["subject"]["name"] == f"{scheme}://127.0.0.1:{proxy.port}"
    assert shown(wrong) == UNKNOWN
    assert wrong["problem"]["error"] == "proxy_credentials_refused"
    assert PASSWORD not in str(told)
    with transaction() as session:
        kept = session.execute(text("SELECT t::text FROM leak_tests t")).scalars()
        assert PASSWORD not in "".join(kept)
    assert PASSWORD not in prefect_records()


def test_a_proxy_that_leaves_by_our_own_address_is_a_leak(
    operator: httpx.Client, proxy: ElsewhereProxy
) -> None:
    told = leak_test_of(operator, proxy=proxy.parameters())
    assert told["ipLeak"] is False
    assert codes(told, "ip") == ["not_home"]
    assert told["dnsLeak"] is None
    unexpected = {"exitAddresses": ["203.0.113.0/24"], "resolvers": ["203.0.113.53"]}
    told = leak_test_of(operator, proxy=proxy.parameters(), expected=unexpected)
    assert shown(told) == {"ipLeak": True, "dnsLeak": True, "webrtcLeak": None}
    assert codes(told, "ip") == ["unexpected_address"]
    assert codes(told, "dns") == ["unexpected_resolver"]


def test_this_machine_itself_is_tested_by_the_documented_request(
    operator: httpx.Client,
) -> None:
    answer = operator.post("/api/v1/cloak/leak-test")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert shown(told) == UNKNOWN
    assert told["subject"] == {"kind": "direct", "id": None, "name": None}
    assert codes(told, "ip") == ["nothing_expected"]
    assert codes(told, "dns") == ["nobody_asked"]
    assert (
        leak_test_of(operator, expected={"exitAddresses": ["192.0.2.1"]})["ipLeak"]
        is True
    )
    known = {"exitAddresses": ["127.0.0.1", "::1"]}
    assert leak_test_of(operator, expected=known)["ipLeak"] is False


def test_a_responder_that_is_away_is_told_and_is_never_clean(
    operator: httpx.Client, environment: pytest.MonkeyPatch, proxy: ElsewhereProxy
) -> None:
    environment.setenv("MUSTER_LEAK_TESTS__RESPONDER_URL", "http://127.0.0.1:9")
    read_settings_again()
    told = leak_test_of(operator, proxy=proxy.parameters())
    assert shown(told) == UNKNOWN
    assert told["problem"]["error"] == "leak_responder_unreachable"
    assert "RESPONDER_URL" in told["problem"]["message"]
    assert operator.get(f"/cloak/leak-tests/{told['id']}").json() == told
    environment.delenv("MUSTER_LEAK_TESTS__RESPONDER_URL")
    environment.setenv("MUSTER_LEAK_TESTS__RESPONDER_URL", "")
    read_settings_again()
    refused = operator.post("/cloak/leak-test", json={})
    assert refused.status_code >= 500
    assert refused.json()["error"] == "no_leak_responder"


def test_what_cannot_be_tested_is_refused(operator: httpx.Client) -> None:
    nowhere = str(uuid4())
    for asked, status in (
        ({"browserProfileId": nowhere, "vpn": "US"}, 422),
        ({"expected": {"exitAddresses": ["somewhere"]}}, 422),
        ({"proxy": {"type": "ftp", "host": "h", "port": 1}}, 422),
        ({"browserProfileId": nowhere}, 404),
        ({"vpn": "nowhere"}, 409),
        ({"vpn": True}, 409),
    ):
        answer = operator.post("/cloak/leak-test", json=asked)
        assert answer.status_code == status, (asked, answer.text)
    assert operator.get(f"/cloak/leak-tests/{nowhere}").status_code == 404
    fix = operator.post(f"/cloak/leak-tests/{nowhere}/fix-webrtc")
    assert fix.status_code == 404


def test_leak_tests_are_listed_by_subject_and_verdict(
    operator: httpx.Client, proxy: ElsewhereProxy
) -> None:
    first = leak_test_of(operator, proxy=proxy.parameters(), expected=EXPECTED)
    second = leak_test_of(operator, expected={"exitAddresses": ["192.0.2.1"]})

    def ids(**params: str) -> list[str]:
        answer = operator.get("/cloak/leak-tests", params=params)
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()["items"]]

    assert ids() == [second["id"], first["id"]]
    told = {one["leakTestId"]: one for one in events()}
    assert set(told) == {first["id"], second["id"]}
    assert told[second["id"]]["ipLeak"] is True
    assert told[second["id"]]["verdict"] == "leak"
    assert "webrtcLeak" not in told[first["id"]]  # nobody could know
    assert ids(verdict="leak") == [second["id"]]
    assert ids(subjectKind="proxy") == [first["id"]]
    assert ids(subjectId=first["subject"]["name"]) == [first["id"]]
    assert ids(subjectId=str(uuid4())) == []
    assert ids(limit="1") == [second["id"]]
    with transaction() as session:
        session.execute(
            text(
                "UPDATE leak_tests SET created_at = now() - interval '91 days' "
                "WHERE id = :id"
            ),
            {"id": UUID(first["id"])},
        )
    assert forget_old_leak_tests() == 1
    assert ids() == [second["id"]]


def test_a_leak_test_is_repeated_until_its_schedule_ends(
    operator: httpx.Client, proxy: ElsewhereProxy
) -> None:
    asked = {"proxy": proxy.parameters(), "everyMinutes": 5}
    refused = operator.post("/cloak/leak-test-schedules", json=asked)
    assert refused.status_code == 422
    assert "keeps no password" in refused.text
    made = operator.post(
        "/cloak/leak-test-schedules",
        json={"everyMinutes": 5, "expected": {"exitAddresses": ["127.0.0.0/8", "::1"]}},
    )
    assert made.status_code == 201, made.text
    assert run_due_leak_tests() == 1
    assert run_due_leak_tests() == 0
    (schedule,) = operator.get("/cloak/leak-test-schedules").json()["items"]
    test = operator.get(f"/cloak/leak-tests/{schedule['lastTestId']}").json()
    assert test["ipLeak"] is False
    assert schedule["problem"] is None
    path = f"/cloak/leak-test-schedules/{schedule['id']}"
    assert operator.delete(path).status_code == 204
    assert operator.delete(path).status_code == 404
    vpn = {"vpn": "US", "everyMinutes": 60}
    made = operator.post("/cloak/leak-test-schedules", json=vpn)
    assert made.status_code == 201
    assert run_due_leak_tests() == 1
    (schedule,) = operator.get("/cloak/leak-test-schedules").json()["items"]
    assert schedule["problem"]["error"] == "tunnel_not_connected"


def test_a_reviewer_neither_tests_nor_looks(signed_in: SignedIn) -> None:
    reviewer = signed_in(Role.REVIEWER)
    assert reviewer.post("/cloak/leak-test").status_code == 403
    assert reviewer.get("/cloak/leak-tests").status_code == 403
    assert reviewer.get("/cloak/leak-test-schedules").status_code == 403
