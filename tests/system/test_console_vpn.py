"""The VPN at the console in a real browser, with a gluetun on the whole stack."""

import json
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import quote

import httpx
import pytest
from selenium.webdriver.common.keys import Keys
from typing_extensions import override

from deployments.stack.ports import (
    LEAK_RESPONDERS,
    LEAK_RESPONDERS_DNS,
    LOOPBACK,
    free_ports,
)
from tests.fixtures.console import ConsoleBrowser, console_browser, person
from tests.fixtures.elsewhere_proxy import EXIT, ElsewhereProxy, elsewhere_proxy
from tests.fixtures.leak_responders import RunningResponders
from tests.fixtures.stack import RunningStack
from tests.fixtures.upstream_proxies import PASSWORD, USERNAME

__all__ = ["console_browser", "person"]

SECONDS_TO_CONNECT = 60
FORBIDDEN = 'client\ndev tun\nremote 192.0.2.1 1194\nup "/bin/sh -c id"\n'


class GluetunControl(BaseHTTPRequestHandler):
    """What gluetun's control server answers of its VPN."""

    state = "stopped"

    def do_GET(self) -> None:
        is_up = type(self).state == "running"
        told = (
            {"public_ip": EXIT if is_up else ""}
            if self.path == "/v1/publicip/ip"
            else {"status": type(self).state}
        )
        self._tell(told)

    def do_PUT(self) -> None:
        length = int(self.headers["Content-Length"])
        type(self).state = json.loads(self.rfile.read(length))["status"]
        self._tell({"outcome": type(self).state})

    @override
    def log_message(self, format: str, *args: object) -> None:
        return

    def _tell(self, told: dict[str, str]) -> None:
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def proxy(stack: RunningStack) -> Iterator[ElsewhereProxy]:
    """Serve a proxy that leaves by another address, as gluetun's own does."""
    responders = RunningResponders(
        host=LOOPBACK,
        http_port=int(stack.environment[LEAK_RESPONDERS]),
        dns_port=int(stack.environment[LEAK_RESPONDERS_DNS]),
        process_id=0,
    )
    with elsewhere_proxy(responders) as serving:
        yield serving


@pytest.fixture
def locations(
    stack: RunningStack, api: httpx.Client, proxy: ElsewhereProxy
) -> Iterator[Path]:
    """Lay out one location that works, one that is away, one with a forbidden line."""
    control = ThreadingHTTPServer((LOOPBACK, 0), GluetunControl)
    thread = Thread(target=control.serve_forever, daemon=True)
    thread.start()
    way = f"http://{quote(USERNAME)}:{quote(PASSWORD, safe='')}@{LOOPBACK}:{proxy.port}"
    folder = stack.home / "vpn"
    folder.mkdir(exist_ok=True)
    for name, port in (("lisbon", control.server_port), ("oslo", free_ports(1)[0])):
        text = f"control = http://{LOOPBACK}:{port}\nproxy = {way}\n"
        (folder / f"{name}.gluetun").write_text(text)
    (folder / "porto.ovpn").write_text(FORBIDDEN)
    try:
        yield folder
    finally:
        api.timeout = httpx.Timeout(SECONDS_TO_CONNECT)
        assert api.post("/cloak/vpn/disconnect", json={}).is_success
        for file in folder.iterdir():
            with suppress(FileNotFoundError):
                file.unlink()
        control.shutdown()
        control.server_close()
        thread.join()


def choose_location(person: ConsoleBrowser, name: str) -> None:
    person.wait_for(
        lambda: person.find("vpn_location", "input").send_keys(name, Keys.ENTER) is None
    )
    person.wait_until_ready()


def test_a_tunnel_is_connected_tested_and_disconnected(
    stack: RunningStack, person: ConsoleBrowser, locations: Path
) -> None:
    assert locations.is_dir()
    person.open(f"{stack.url}/console/cloak")
    person.wait_for_text("1 location with a problem")
    choose_location(person, "lisbon")
    person.click("vpn_connect")
    person.wait_for(
        lambda: f"lisbon, exit {EXIT}" in person.text(), seconds=SECONDS_TO_CONNECT
    )
    person.wait_for(lambda: "Connecting" not in person.text())
    person.wait_until_ready()
    for look in ("light", "dark", "phone"):
        person.look_as(look)
        person.wait_until_ready()
        person.take_picture(stack.screenshots, f"cloak-vpn-{look}")
        assert not person.is_wider_than_screen(), look
    part = "[class*='st-key-leak_form_kind'] button:nth-of-type(3)"
    person.wait_for(
        lambda: person.driver.execute_script(
            "document.querySelector(arguments[0]).click(); return true;", part
        )
    )
    person.wait_until_ready()
    person.click("run_leak_test")
    person.wait_for(
        lambda: "VPN lisbon, exit" in person.text(), seconds=SECONDS_TO_CONNECT
    )
    person.click("disconnect_lisbon")
    person.wait_for_text("No tunnel is connected")
    assert GluetunControl.state == "stopped"


def test_a_tunnel_that_does_not_come_up_says_why(
    stack: RunningStack, person: ConsoleBrowser, locations: Path
) -> None:
    assert locations.is_dir()
    person.open(f"{stack.url}/console/cloak")
    person.click_on("vpn_missing", "summary")
    person.wait_for_text("porto.ovpn")
    choose_location(person, "oslo")
    person.click("vpn_connect")
    why = "control server does not answer"
    person.wait_for(
        lambda: "Failed" in person.text() and why in person.text(),
        seconds=SECONDS_TO_CONNECT,
    )
    person.wait_for(lambda: "Connecting" not in person.text())
    person.wait_until_ready()
    person.take_picture(stack.screenshots, "cloak-vpn-failed")
    assert person.text().count(why) == 1, "what went wrong is said once"
    person.click("hide_oslo")
    person.wait_for(lambda: why not in person.text())
    person.wait_for_text("No tunnel is connected")
