"""Starting and stopping over HTTP: ports, states, refusals, faults, restarts."""

import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest
from selenium import webdriver

from tests.fixtures.multilogin import running_multilogin_x
from tests.fixtures.multilogin_raw import (
    OWN_FLAGS,
    RawMultilogin,
    problem_of,
    raw_multilogin,
)

QUICK = {
    "browser_type": "mimic",
    "os_type": "linux",
    "is_headless": True,
    "automation": "puppeteer",
    "parameters": {"flags": OWN_FLAGS, "fingerprint": {}},
}


def answers_devtools(port: int | str) -> bool:
    address = f"http://127.0.0.1:{port}/json/version"
    try:
        return "webSocketDebuggerUrl" in httpx.get(address).json()
    except httpx.TransportError:
        return False


def test_version_2_gives_the_port_as_text_in_data(raw: RawMultilogin) -> None:
    made = raw.create()
    told = raw.start(made)
    assert problem_of(told) == (200, "", "Profile started successfully")
    data = told.json()["data"]
    assert set(data) == {"browser_type", "core_version", "id", "is_quick", "port"}
    assert isinstance(data["core_version"], int)
    assert isinstance(data["port"], str)
    assert (data["id"], data["is_quick"]) == (made, False)
    assert answers_devtools(data["port"])


def test_version_1_gives_the_port_as_the_message_and_no_data(
    raw: RawMultilogin,
) -> None:
    told = raw.start(raw.create(), version="v1")
    assert "data" not in told.json()
    assert answers_devtools(told.json()["status"]["message"])


def test_selenium_attaches_to_the_browser_that_is_open(raw: RawMultilogin) -> None:
    made = raw.create()
    port = raw.port(made, automation="selenium")
    driver = webdriver.Remote(
        f"http://127.0.0.1:{port}", options=webdriver.ChromeOptions()
    )
    driver.get(f"{raw.here.launcher}/api/v1/version")
    assert "1.11.1" in driver.page_source
    driver.quit()
    assert raw.state(made)["status"] == "browser_running"
    assert raw.stop(made).is_success


def test_a_second_start_is_refused_and_the_state_tells_the_port(
    raw: RawMultilogin,
) -> None:
    made = raw.create()
    port = raw.port(made)
    again = raw.start(made)
    expected = (400, "PROFILE_ALREADY_RUNNING", "browser process is running")
    assert problem_of(again) == expected
    known = raw.state(made)
    assert (known["status"], known["message"]) == ("browser_running", port)


def test_a_second_stop_is_500_with_a_message_and_the_first_has_no_data(
    raw: RawMultilogin,
) -> None:
    made = raw.create()
    port = raw.port(made)
    first = raw.stop(made)
    assert first.json() == {
        "status": {"error_code": "", "http_code": 200, "message": ""}
    }
    assert not answers_devtools(port)
    assert problem_of(raw.stop(made))[0::2] == (500, "profile already stopped")


def test_the_state_is_the_newer_superset_and_says_what_is_not_supported(
    raw: RawMultilogin,
) -> None:
    made = raw.create("told")
    raw.start(made)
    known = raw.state(made)
    expected = {"browser_type", "core_version", "folder_id", "in_use_by", "is_quick"}
    expected |= {"last_launched_at", "last_launched_by", "last_launched_on"}
    expected |= {"message", "name", "profile_id", "status", "timestamp"}
    assert set(known) == expected | {"workspace_id", "unsupported"}
    assert len(known["last_launched_on"]) == 64
    flags = {one["flag"] for one in known["unsupported"]}
    assert {"graphics_masking", "canvas_noise"} <= flags
    row = raw.search(search_text="told")[0]
    assert row["in_use_by"] == row["locked_by"] != ""
    raw.stop(made)
    assert raw.search(search_text="told")[0]["in_use_by"] == ""
    assert raw.state(made)["status"] == "stopped"


def test_running_browsers_are_counted_by_where_their_data_is(
    raw: RawMultilogin,
) -> None:
    local = raw.create()
    cloud = raw.create(parameters={"storage": {"is_local": False}})
    for made in (local, cloud):
        assert raw.start(made).is_success
    told = raw.get("/api/v1/profile/statuses", host="launcher")
    assert told["active_counter"] == {"cloud": 1, "local": 1, "quick": 0}
    assert told["states"][local]["status"] == "browser_running"
    raw.get("/api/v1/profile/stop_all?type=quick", host="launcher")
    assert raw.state(local)["status"] == "browser_running"
    raw.get("/api/v1/profile/stop_all?type=regular", host="launcher")
    assert raw.state(local)["status"] == "stopped"


@pytest.mark.parametrize("version", ["v2", "v3"])
def test_a_quick_browser_profile_is_gone_once_it_is_stopped(
    raw: RawMultilogin, version: str
) -> None:
    path = f"/api/{version}/profile/quick"
    told = raw.ask("POST", "launcher", path, QUICK, strict=version == "v2")
    if version == "v2":  # strict mode asks for where the data is kept as well
        assert told.status_code == 400
        told = raw.ask("POST", "launcher", path, QUICK)
    assert problem_of(told)[2] == "Quick profile started successfully"
    data = told.json()["data"]
    assert data["is_quick"] is True
    assert uuid.UUID(data["id"]).version == 1
    states = raw.get("/api/v1/profile/quick/statuses", host="launcher")
    assert states["active_counter"] == 1
    assert states["states"][data["id"]]["status"] == "browser_running"
    assert raw.stop(data["id"]).is_success
    gone = raw.ask("POST", "cloud", "/profile/metas", {"ids": [data["id"]]})
    assert gone.status_code == 404


def test_a_quick_browser_profile_can_be_saved(raw: RawMultilogin) -> None:
    made = raw.post("/api/v3/profile/quick", QUICK, host="launcher")["id"]
    body = {"data": [{"profile_id": made}]}
    raw.post("/api/v1/profile/quick/save", body, host="launcher")
    raw.stop(made)
    assert raw.meta(made)["parameters"]["storage"]["is_local"] is True
    assert raw.start(made).is_success


def test_a_lock_of_another_machine_refuses_the_start_until_it_is_taken_off(
    raw: RawMultilogin,
) -> None:
    made = raw.create()
    raw.here.put_fault("lock", error_code="LOCK_PROFILE_ERROR", profile_id=made)
    refused = problem_of(raw.start(made))
    assert refused == (500, "LOCK_PROFILE_ERROR", "can't lock profile")
    assert raw.get("/bpds/profile/locked_profile_ids")["ids"] == [made]
    # Without ids only one's own locks go, and this one is somebody else's.
    raw.get("/bpds/profile/unlock_profiles")
    assert raw.start(made).status_code == 500
    raw.get(f"/bpds/profile/unlock_profiles?ids={made}")
    assert raw.start(made).is_success


def test_a_lock_is_deleted_once(raw: RawMultilogin) -> None:
    made = raw.create()
    raw.here.put_fault("lock", error_code="LOCK_PROFILE_ERROR", profile_id=made)
    body = {"profile_id": made, "folder_id": raw.folder_id()}
    path = "/bpds/profile/lock"
    assert raw.ask("DELETE", "cloud", path, body).status_code == 200
    assert raw.ask("DELETE", "cloud", path, body).status_code == 404


def test_a_core_that_is_missing_is_downloaded_while_the_states_are_asked_for(
    raw: RawMultilogin,
) -> None:
    made = raw.create()
    raw.here.put_fault("core", error_code="CORE_DOWNLOADING_STARTED", polls=2)
    assert problem_of(raw.start(made))[:2] == (500, "CORE_DOWNLOADING_STARTED")
    second = problem_of(raw.start(made))[1]
    assert second == "CORE_DOWNLOADING_ALREADY_STARTED"
    loading = raw.ask("GET", "launcher", "/api/v1/load_browser_core")
    expected = "Failed to download core: downloading of core already started"
    assert problem_of(loading)[2] == expected
    seen = []
    for _ in range(3):
        states = raw.get("/api/v1/profile/statuses", host="launcher")["states"]
        seen += [
            one["status"] for name, one in states.items() if name.startswith("mimic_")
        ]
    assert seen == ["download_browser_core"] * 2 + ["download_finished"]
    assert raw.start(made).is_success


def test_cores_are_an_array_and_can_be_deleted(raw: RawMultilogin) -> None:
    def loaded() -> list[str]:
        rows: list[dict[str, Any]] = raw.get(
            "/api/v1/loaded_browser_cores", host="launcher"
        )
        assert all(isinstance(one["latest_version"], str) for one in rows)
        return [one["type"] for one in rows]

    assert loaded() == ["mimic", "stealthfox"]
    path = "/api/v1/delete_browser_core?browser_type=stealthfox"
    assert raw.ask("DELETE", "launcher", path).is_success
    assert loaded() == ["mimic"]
    path = "/api/v1/load_browser_core?browser_type=stealthfox"
    told = raw.ask("GET", "launcher", path)
    assert problem_of(told) == (200, "", "Download started")
    while "stealthfox" not in loaded():
        raw.get("/api/v1/profile/statuses", host="launcher")


def test_a_proxy_that_does_not_answer_is_named(raw: RawMultilogin) -> None:
    dead = {"type": "http", "host": "127.0.0.1", "port": 9}
    made = raw.create(parameters={"proxy": dead})
    told = problem_of(raw.start(made))
    expected = "couldn't get proxy connection ip data"
    assert told == (500, "GET_PROXY_CONNECTION_IP_ERROR", expected)
    assert raw.state(made)["status"] == "validate_proxy_error"
    assert raw.get("/bpds/profile/locked_profile_ids")["ids"] == []


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"error_code": "GET_PROXY_CONNECTION_IP_ERROR"}, 500),
        ({"error_code": "LOCK_PROFILE_ERROR"}, 500),
        ({"error_code": "CORE_DOWNLOADING_STARTED"}, 500),
        ({"http": 429}, 429),
        ({"http": 501}, 501),
    ],
)
def test_a_fault_is_answered_as_often_as_asked_and_not_once_more(
    raw: RawMultilogin, fault: dict[str, Any], expected: int
) -> None:
    raw.here.put_fault("cloud/user/workspaces", times=2, **fault)
    for _ in range(2):
        told = raw.ask("GET", "cloud", "/user/workspaces")
        assert problem_of(told)[0] == expected
    if expected == 429:
        message = "Too many requests! Wait or upgrade for higher limits."
        assert problem_of(told)[1:] == ("TOO_MANY_REQUESTS", message)
    assert raw.get("/user/workspaces")


def test_a_fault_can_wait_before_or_after_the_work_is_done(raw: RawMultilogin) -> None:
    raw.here.put_fault("cloud/profile/create", seconds=30, after=True)
    body = {"name": "done all the same", "folder_id": raw.folder_id()}
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(
            f"{raw.here.cloud}/profile/create",
            json=body,
            headers={"Authorization": f"Bearer {raw.token}"},
            timeout=0.5,
        )
    assert len(raw.search(search_text="done all the same")) == 1


def test_what_does_not_exist_is_not_found_and_stealthfox_does_not_start(
    raw: RawMultilogin,
) -> None:
    nobody = str(uuid.uuid4())
    path = f"/api/v2/profile/f/{raw.folder_id()}/p/{nobody}/start"
    assert raw.ask("GET", "launcher", path).status_code == 404
    made = raw.create()
    path = f"/api/v2/profile/f/{nobody}/p/{made}/start"
    assert raw.ask("GET", "launcher", path).status_code == 404
    fox = raw.create(browser_type="stealthfox")
    refused = problem_of(raw.start(fox, automation="selenium"))
    assert refused[0] == 500
    assert "failed to start" in refused[2]


def test_a_restart_forgets_what_ran_and_keeps_what_was_created(tmp_path: Path) -> None:
    with running_multilogin_x(tmp_path) as here:
        before = raw_multilogin(here)
        made = before.create("kept")
        port = before.port(made)
    assert not answers_devtools(port)
    with running_multilogin_x(tmp_path) as here:
        after = raw_multilogin(here)
        told = after.get("/api/v1/profile/statuses", host="launcher")
        assert told["states"] == {}
        assert after.search(search_text="kept")[0]["in_use_by"] == ""
        assert after.start(made).is_success
