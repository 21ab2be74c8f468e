"""Generated proxies that lead somewhere, cookies in and out, profiles as files."""

import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import httpx
import pytest
from selenium import webdriver

from tests.fixtures.multilogin_raw import OWN_FLAGS, RawMultilogin, problem_of


class Echo(BaseHTTPRequestHandler):
    """Tells each visitor the address and the cookies they came with."""

    def do_GET(self) -> None:
        """Answer."""
        text = f"{self.client_address[0]} {self.headers.get('Cookie', '')}"
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_words: Any) -> None:
        """Say nothing."""


@pytest.fixture
def echo() -> Iterator[str]:
    """Serve an echo; its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def generate(raw: RawMultilogin, **wanted: Any) -> str:
    told = raw.ask("POST", "proxy", "/v1/proxy/connection_url", wanted)
    assert told.status_code == 201
    assert told.json()["status"] == 200
    data: str = told.json()["data"]
    return data


def through(proxy: str, address: str) -> httpx.Response:
    host, port, user, password = proxy.split(":", 3)
    return httpx.get(address, proxy=f"http://{user}:{password}@{host}:{port}")


def as_parameter(proxy: str, kind: str) -> dict[str, Any]:
    host, port, user, password = proxy.split(":", 3)
    return {
        "type": kind,
        "host": host,
        "port": int(port),
        "username": user,
        "password": password,
    }


def test_a_proxy_is_text_and_with_count_a_list(raw: RawMultilogin) -> None:
    proxy = generate(raw, country="US", region="california", city="san_diego")
    host, port, user, password = proxy.split(":", 3)
    assert (host, port.isdigit(), bool(password)) == ("127.0.0.1", True, True)
    assert "_multilogin_com-country-us-region-california-city-san_diego-sid-" in user
    many = generate(raw, count=3)
    assert isinstance(many, list)
    assert len({one.split(":")[2] for one in many}) == 3
    assert {one.split(":", 3)[3] for one in many} == {password}
    assert isinstance(generate(raw, count=1), list)


@pytest.mark.parametrize(
    "wrong",
    [
        {"country": "Switzerland"},
        {"protocol": "ftp"},
        {"sessionType": "glued"},
        {"IPTTL": 86_401},
        {"count": 0},
        {"city": "San Diego"},
    ],
)
def test_the_proxy_host_refuses_in_its_frameworks_form(
    raw: RawMultilogin, wrong: dict[str, Any]
) -> None:
    told = raw.ask("POST", "proxy", "/v1/proxy/connection_url", wrong)
    assert told.status_code == 400
    assert set(told.json()) == {"statusCode", "message", "error"}
    assert told.json()["error"] == "Bad Request"


def test_strict_mode_of_the_proxy_host_asks_for_three_members(
    raw: RawMultilogin,
) -> None:
    body = {"country": "ch", "sessionType": "sticky", "protocol": "http"}
    path = "/v1/proxy/connection_url"
    assert raw.ask("POST", "proxy", path, body, strict=True).status_code == 201
    for name in body:
        less = {member: value for member, value in body.items() if member != name}
        assert raw.ask("POST", "proxy", path, less, strict=True).status_code == 400


def test_who_is_not_signed_in_gets_no_proxy(raw: RawMultilogin) -> None:
    nobody = RawMultilogin(raw.here, "nobody")
    told = nobody.ask("POST", "proxy", "/v1/proxy/connection_url", {})
    assert told.json() == {"statusCode": 401, "message": "Wrong JWT token"}


def test_traffic_is_told_without_an_envelope_and_grows(
    raw: RawMultilogin, echo: str
) -> None:
    before = raw.ask("GET", "proxy", "/v1/user").json()
    assert set(before) == {"traffic", "billingId"}
    assert before["billingId"].isdigit()
    through(generate(raw), echo)
    assert raw.ask("GET", "proxy", "/v1/user").json()["traffic"] > before["traffic"]


def test_each_exit_shows_an_address_of_its_own_and_a_sticky_one_keeps_it(
    raw: RawMultilogin, echo: str
) -> None:
    one, other = generate(raw), generate(raw)
    first = through(one, echo).text
    assert first == through(one, echo).text
    assert first != through(other, echo).text
    assert first.startswith("127.")
    assert not first.startswith("127.0.0.1 ")


def test_a_rotating_exit_changes_its_address(raw: RawMultilogin, echo: str) -> None:
    proxy = generate(raw, sessionType="rotating", IPTTL=1)
    seen = {through(proxy, echo).text}
    deadline = time.monotonic() + 10
    while len(seen) < 2 and time.monotonic() < deadline:
        Event().wait(0.2)
        seen.add(through(proxy, echo).text)
    assert len(seen) == 2


def test_the_gateway_wants_the_accounts_password_and_reaches_loopback_only(
    raw: RawMultilogin, echo: str
) -> None:
    proxy = generate(raw)
    assert through(f"{proxy}x", echo).status_code == 407
    assert through(proxy, "http://192.0.2.1/").status_code == 403
    for kind in ("http", "socks5"):
        right = as_parameter(proxy, kind)
        told = raw.post("/api/v1/proxy/validate", right, host="launcher")
        known = {"accuracy", "altitude", "country_code", "ip", "latitude"}
        assert set(told) == known | {"longitude", "timezone"}
        wrong = right | {"password": "wrong"}
        refused = raw.ask("POST", "launcher", "/api/v1/proxy/validate", wrong)
        assert problem_of(refused)[1] == "GET_PROXY_CONNECTION_IP_ERROR"


@pytest.mark.parametrize("kind", ["http", "socks5"])
def test_a_browser_with_a_generated_proxy_really_goes_through_it(
    raw: RawMultilogin, echo: str, kind: str
) -> None:
    proxy = generate(raw, country="ch", protocol=kind)
    made = raw.create(parameters={"proxy": as_parameter(proxy, kind)})
    port = raw.port(made, automation="selenium")
    driver = webdriver.Remote(
        f"http://127.0.0.1:{port}", options=webdriver.ChromeOptions()
    )
    driver.get(echo)
    shown = driver.find_element("tag name", "body").text
    driver.quit()
    assert shown.strip() == through(proxy, echo).text.strip() != ""
    assert not shown.startswith("127.0.0.1")


def test_places_are_listed_for_a_country_and_a_region(raw: RawMultilogin) -> None:
    regions = raw.get("/proxynm/locations/regions?country_code=us")["regions"]
    assert "california" in {one["code"] for one in regions}
    cities = raw.get("/proxynm/locations/cities?region_code=california")["cities"]
    assert {one["code"] for one in cities} == {"los_angeles", "san_diego"}


def cookie(name: str, **more: Any) -> dict[str, Any]:
    whole = {"name": name, "value": name, "domain": "127.0.0.1", "path": "/"}
    lasting = {"expirationDate": time.time() + 3600, "sameSite": "lax"}
    return {**whole, "hostOnly": True, "secure": False, **lasting, **more}


def export_cookies(raw: RawMultilogin, made: str) -> dict[str, Any]:
    body = {"profile_id": made, "folder_id": raw.folder_id()}
    told = raw.ask("POST", "launcher", "/api/v1/cookie_export", body)
    assert problem_of(told) == (200, "", "Cookies downloaded successfully.")
    assert set(told.json()["data"]) == {"cookies", "profile_id", "timestamp"}
    listed = json.loads(told.json()["data"]["cookies"])
    return {one["name"]: one for one in listed}


def import_cookies(raw: RawMultilogin, made: str, *cookies: Any, **more: Any) -> None:
    body = {"profile_id": made, "folder_id": raw.folder_id(), **more}
    body |= {"cookies": json.dumps(cookies), "import_advanced_cookies": False} | more
    told = raw.ask("POST", "launcher", "/api/v1/cookie_import", body)
    assert problem_of(told) == (200, "", "Cookies successfully imported")


def test_cookies_go_in_and_out_of_a_stopped_browser_profile_and_pages_get_them(
    raw: RawMultilogin, echo: str
) -> None:
    made = raw.create(parameters={"flags": OWN_FLAGS})
    passing = cookie("passing", session=True)
    del passing["expirationDate"]
    import_cookies(raw, made, cookie("lasting"), passing)
    assert set(export_cookies(raw, made)) == {"lasting", "passing"}
    assert raw.state(made)["status"] == "stopped"
    port = raw.port(made, automation="selenium")
    driver = webdriver.Remote(
        f"http://127.0.0.1:{port}", options=webdriver.ChromeOptions()
    )
    driver.get(echo)
    shown = driver.find_element("tag name", "body").text
    driver.quit()
    assert "lasting=lasting" in shown
    assert "passing=passing" in shown


def test_cookies_go_in_and_out_of_a_running_browser(raw: RawMultilogin) -> None:
    made = raw.create()
    raw.start(made)
    wide = cookie("wide", domain=".shop.example", hostOnly=False, sameSite="strict")
    import_cookies(raw, made, cookie("narrow", secure=True), wide)
    found = export_cookies(raw, made)
    assert found["narrow"]["hostOnly"] is True
    assert found["narrow"]["domain"] == "127.0.0.1"
    assert found["narrow"]["secure"] is True
    assert found["wide"]["domain"] == ".shop.example"
    assert found["wide"]["sameSite"] == "strict"
    assert isinstance(found["wide"]["expirationDate"], float)
    body = {"profile_id": made, "folder_id": raw.folder_id(), "cookies": "[1]"}
    told = raw.ask("POST", "launcher", "/api/v1/cookie_import", body)
    assert told.status_code == 400


def test_ready_cookies_are_chosen_once_and_imported_with_the_others(
    raw: RawMultilogin,
) -> None:
    path = "/api/v1/cookies/metadata"
    sites = raw.get(f"{path}/websites", host="cookies")
    assert {"key", "value"} == set(sites[0])
    made = raw.create()
    body = {"profile_id": made, "target_website": "shop"}
    assert raw.ask("POST", "cookies", path, body).status_code == 201
    again = raw.ask("POST", "cookies", path, body)
    assert problem_of(again)[0::2] == (409, "metadata already exists")
    assert raw.ask("PUT", "cookies", path, body | {"target_website": "news"}).is_success
    bundles = raw.get(f"/api/v1/cookies/{made}", host="cookies")["cookies"]
    assert bundles[0]["data"][0]["domain"] == ".news.example"
    import_cookies(raw, made, import_advanced_cookies=True)
    assert "visitor" in export_cookies(raw, made)


def wait_for_transfer(raw: RawMultilogin, path: str) -> dict[str, Any]:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        told: dict[str, Any] = raw.get(path, host="launcher")
        if told["status"] != "running":
            return told
        Event().wait(0.05)
    raise TimeoutError(path)


def test_a_browser_profile_goes_out_as_a_file_and_comes_back_with_its_data(
    raw: RawMultilogin,
) -> None:
    made = raw.create("travelling", parameters={"flags": OWN_FLAGS})
    import_cookies(raw, made, cookie("kept"))
    begun = raw.post(f"/api/v1/profile/{made}/export", {}, host="launcher")
    assert begun["status"] == "running"
    path = f"/api/v1/profile/exports/{begun['export_id']}/status"
    done = wait_for_transfer(raw, path)
    assert done["status"] == "done"
    assert f"{done['export_path']}.zip" == begun["export_path"]
    listed = raw.get("/api/v1/profile/exports/statuses", host="launcher")["statuses"]
    assert done in listed
    body = {"import_path": begun["export_path"], "is_local": True}
    coming = raw.post("/api/v1/profile/import", body, host="launcher")
    path = f"/api/v1/profile/imports/{coming['import_id']}/status"
    assert wait_for_transfer(raw, path)["status"] == "done"
    copy = coming["new_profile_id"]
    assert copy != made
    assert raw.meta(copy)["name"] == "travelling"
    assert "kept" in export_cookies(raw, copy)


def test_a_file_that_is_no_browser_profile_is_not_imported(raw: RawMultilogin) -> None:
    body = {"import_path": "/nowhere/at_all.zip", "is_local": True}
    told = raw.ask("POST", "launcher", "/api/v1/profile/import", body)
    assert problem_of(told)[0] == 400


def test_a_browser_profile_is_made_local_or_not(raw: RawMultilogin) -> None:
    made = raw.create()
    workspace = raw.meta(made)["workspace_id"]
    body = {"workspace_id": workspace, "convert_to_local": False}
    raw.post(f"/api/v1/profile/{made}/convert", body, host="launcher")
    assert raw.meta(made)["parameters"]["storage"]["is_local"] is False
