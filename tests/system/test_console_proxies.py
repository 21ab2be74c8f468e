"""The pool of proxies at the console in a real browser, on the whole stack."""

from collections.abc import Iterator
from threading import Event
from time import monotonic
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from deployments.stack.ports import LEAK_RESPONDERS, LEAK_RESPONDERS_DNS
from deployments.standins.proxies.running import StandinProxy, running_proxies
from tests.fixtures.console import ConsoleBrowser, console_browser, person
from tests.fixtures.elsewhere_proxy import ElsewhereProxy, elsewhere_proxy
from tests.fixtures.leak_responders import RunningResponders
from tests.fixtures.stack import RunningStack
from tests.system.test_console_cloak import choose, fill, look_at

__all__ = ["console_browser", "person"]

SECONDS_TO_TEST = 90
SECONDS_TO_READ = 90
COOKIE = "a cookie nobody may read"
FETCH = """
const [address, done] = arguments;
fetch(address).then(async (answer) => done([answer.status, await answer.text()]));
"""


@pytest.fixture
def pool(api: httpx.Client) -> Iterator[httpx.Client]:
    """Return the API; the pool is empty before and afterwards."""
    api.timeout = httpx.Timeout(SECONDS_TO_TEST)
    empty(api)
    yield api
    empty(api)


@pytest.fixture
def proxy(stack: RunningStack) -> Iterator[ElsewhereProxy]:
    """Serve a proxy that leaves by another address."""
    responders = RunningResponders(
        host="127.0.0.1",
        http_port=int(stack.environment[LEAK_RESPONDERS]),
        dns_port=int(stack.environment[LEAK_RESPONDERS_DNS]),
        process_id=0,
    )
    with elsewhere_proxy(responders) as serving:
        yield serving


def empty(api: httpx.Client) -> None:
    for one in api.get("/proxies").json():
        assert api.delete(f"/proxies/{one['id']}").status_code == 204


def add(pool: httpx.Client, text: str, **labels: Any) -> list[int]:
    answer = pool.post("/proxies/import", json={"text": text, **labels})
    assert answer.status_code == 200, answer.text
    ids: list[int] = answer.json()["added"]
    return ids


def add_served(pool: httpx.Client, proxy: ElsewhereProxy, **labels: Any) -> int:
    """Add the proxy that is served, with an account session; return its id."""
    given = proxy.parameters()
    wish = {
        "ip": given["host"],
        "port": given["port"],
        "protocol": given["type"],
        "username": given["username"],
        "password": given["password"],
        "session": COOKIE,
        **labels,
    }
    answer = pool.post("/proxies", json=wish)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def state_of(pool: httpx.Client, proxy_id: int) -> str:
    return str(pool.get(f"/proxies/{proxy_id}").json()["state"])


def test_a_list_is_pasted_into_an_empty_pool_and_given_out_again(
    stack: RunningStack, person: ConsoleBrowser, pool: httpx.Client
) -> None:
    person.driver.find_element(
        By.CSS_SELECTOR, "[data-testid=stSidebarNavLink][href$=proxies]"
    ).click()
    person.wait_for_text("No proxies yet")
    look_at(stack, person, "proxies-empty")
    person.click("way_list")
    person.wait_for_text("What a line does not say itself")
    lines = "192.0.2.1:3128:me:secret\n192.0.2.2:8080\nnot a proxy"
    person.find("proxy_form_text_0", "textarea").send_keys(lines, Keys.TAB)
    person.wait_until_ready()
    fill(person, "proxy_form_country", "pt")
    person.click("send_proxies")
    person.wait_for_text("2 proxies added, 1 line refused")
    assert "Line 3" in person.text()
    person.take_picture(stack.screenshots, "proxies-imported")
    person.open(f"{stack.url}/console/proxies?country=pt&sort=-id")
    person.wait_for_text("2 in use")
    person.click("export")
    person.wait_for_text("Passwords are in it")
    person.take_picture(stack.screenshots, "proxies-export")
    link = person.find("export_lines", "a").get_attribute("href") or ""
    assert urlsplit(link).netloc == urlsplit(stack.url).netloc
    status, text = person.driver.execute_async_script(FETCH, link)
    assert (status, text.splitlines()[0]) == (200, "192.0.2.1:3128:me:secret")
    assert len(pool.get("/proxies").json()) == 2


def test_a_proxy_is_tested_through_its_real_exit_and_taken_out_and_back(
    stack: RunningStack,
    person: ConsoleBrowser,
    pool: httpx.Client,
    proxy: ElsewhereProxy,
) -> None:
    served = add_served(pool, proxy)
    (dead,) = add(pool, "127.0.0.1:1")
    person.open(f"{stack.url}/console/proxies")
    person.click(f"open_proxy_{served}")
    person.wait_for_text("What is known")
    person.find("test_proxy", "button").send_keys(Keys.ENTER)
    person.wait_for_text("Testing")
    person.wait_for(lambda: "and answered in" in person.text(), seconds=SECONDS_TO_TEST)
    assert proxy.connections > 0
    person.click("drain_proxy")
    person.wait_for_text("is given to nobody new")
    assert state_of(pool, served) == "draining"
    person.take_picture(stack.screenshots, "proxy-draining")
    person.click("undo_proxy")
    person.wait_for_text("is in use.")
    assert state_of(pool, served) == "active"
    person.open(f"{stack.url}/console/proxy?id={dead}")
    person.click("test_proxy")
    person.wait_for(lambda: "It does not work" in person.text(), seconds=60)
    person.take_picture(stack.screenshots, "proxy-dead")
    person.click("remove_proxy")
    person.wait_for_text("for good?")
    person.take_picture(stack.screenshots, "proxy-remove")
    person.click(f"yes_remove_proxy_{dead}")
    person.wait_for_text("1 in use")
    assert pool.get(f"/proxies/{dead}").status_code == 404


def test_what_happens_elsewhere_is_seen_without_reloading(
    stack: RunningStack, person: ConsoleBrowser, pool: httpx.Client
) -> None:
    one, spare = add(pool, "192.0.2.1:3128\n192.0.2.2:3128")
    person.open(f"{stack.url}/console/proxies")
    person.wait_for_text("2 in use")
    person.driver.execute_script("window.isTheSameDocument = true;")
    assert pool.post(f"/proxies/{one}/retire").is_success

    def is_seen() -> bool:
        """Change another one: events from before the stream stood are not told."""
        for verb in ("drain", "undo"):
            assert pool.post(f"/proxies/{spare}/{verb}").is_success
        return "1 retired" in person.text()

    person.wait_for(is_seen)
    choose(person, "pool_state", "In use")
    person.wait_until_gone(f"open_proxy_{one}")
    assert "state=active" in person.driver.current_url
    assert person.driver.execute_script("return window.isTheSameDocument;")


def test_an_account_session_is_pinned_and_moved(
    stack: RunningStack,
    person: ConsoleBrowser,
    pool: httpx.Client,
    proxy: ElsewhereProxy,
) -> None:
    served = add_served(pool, proxy)
    (other,) = add(pool, "192.0.2.9:3128", country="PT")
    (owner,) = pool.get(f"/proxies/{served}").json()["sessions"]
    person.open(f"{stack.url}/console/proxy?id={served}")
    person.click(f"pin_{owner['id']}")
    person.wait_for_text("Who moves it")
    person.take_picture(stack.screenshots, "proxy-pin")
    person.click(f"pin_form_{owner['id']}_save")
    person.wait_for_text("is pinned to this proxy")
    person.click(f"move_{owner['id']}")
    person.wait_for_text("move together")
    person.click(f"move_form_{owner['id']}_save")
    person.wait_for(lambda: "from now on" in person.text(), seconds=SECONDS_TO_TEST)
    assert pool.get(f"/proxies/pins/{owner['id']}").json()["proxy_id"] == other
    assert COOKIE not in person.text()


def test_a_campaign_through_proxies_tells_why_each_was_taken(
    stack: RunningStack, person: ConsoleBrowser, pool: httpx.Client
) -> None:
    with running_proxies() as running:
        add(pool, "\n".join(address_of(one) for one in running.members), tags=["odd"])
        read_people(stack, pool, wanted=40)
    (first, *_) = pool.get("/proxies/attempts").json()["items"]
    for look in ("light", "dark", "phone"):
        person.look_as(look)
        person.open(f"{stack.url}/console/proxies?show=why")
        person.click(f"why_{first['id']}")
        person.wait_for_text("drawn")
        look_at(stack, person, f"proxies-why-{look}")
        person.open(f"{stack.url}/console/proxy?id={first['proxy_id']}")
        person.wait_for_text("Requests and failures")
        look_at(stack, person, f"proxy-history-{look}")
        person.open(f"{stack.url}/console/proxies?show=settings")
        person.wait_for_text("Proxies drawn for each request")
        field = person.find("rotation_form_candidates", "input")
        field.send_keys(Keys.CONTROL, "a", Keys.NULL, "2", Keys.TAB)
        person.wait_for_text("Not saved yet")
        person.click("rotation_effect")
        person.wait_for_text("Effect on the recorded requests")
        look_at(stack, person, f"proxies-settings-{look}")
        person.click("rotation_discard")
        person.wait_for_text("All settings have their usual values")


def address_of(proxy: StandinProxy) -> str:
    """Return a proxy as a list names it."""
    signed_in = f"{quote(proxy.username, safe='')}:{quote(proxy.password, safe='')}"
    return f"{proxy.protocol}://{signed_in}@{proxy.host}:{proxy.port}"


def read_people(stack: RunningStack, pool: httpx.Client, *, wanted: int) -> None:
    """Have a campaign read people of the demo site through the pool, to its end."""
    source = {
        "kind": "html_pages",
        "listingUrl": f"{stack.demo_site_url}/people",
        "recipe": "demo-people",
        "proxies": {"tags": ["odd"]},
    }
    wish = {"name": "Through proxies", "source": source, "wanted": wanted}
    made = pool.post("/campaigns", json={**wish, "criteria": {}, "threshold": 50})
    assert made.status_code == 201, made.text
    path = f"/campaigns/{made.json()['id']}"
    assert pool.post(f"{path}/start").is_success
    ends_at = monotonic() + SECONDS_TO_READ
    while (now := pool.get(path).json())["status"] == "active":
        assert monotonic() < ends_at, now
        Event().wait(0.5)
    assert now["status"] == "completed", now
    assert now["run"]["acquired"] == wanted, now


@pytest.mark.parametrize("look", ["light", "dark", "phone"])
def test_each_screen_is_whole(
    stack: RunningStack,
    person: ConsoleBrowser,
    pool: httpx.Client,
    proxy: ElsewhereProxy,
    look: str,
) -> None:
    labels = {"country": "PT", "city": "Lisbon", "tags": ["may"]}
    served = add_served(pool, proxy, **labels)
    (owner,) = pool.get(f"/proxies/{served}").json()["sessions"]
    assert pool.put(f"/proxies/pins/{owner['id']}", json={}).is_success
    assert pool.post(f"/proxies/{served}/test").is_success
    draining, disabled, _ = add(
        pool, "socks5://[2001:db8::7]:1080\n192.0.2.2:3128\n192.0.2.3:80", country="DE"
    )
    assert pool.post(f"/proxies/{draining}/drain").is_success
    asked = {"status": "disabled"}
    assert pool.patch(f"/proxies/{disabled}/status", json=asked).is_success
    person.look_as(look)
    person.open(f"{stack.url}/console/proxies?host=people.example")
    person.wait_for_text("chance")
    look_at(stack, person, f"proxies-pool-{look}")
    person.open(f"{stack.url}/console/proxy?id={served}")
    person.wait_for_text("Last requests")
    look_at(stack, person, f"proxy-{look}")
    for way in ("list", "one", "generate"):
        person.open(f"{stack.url}/console/add-proxies?show={way}")
        person.wait_for_text("Tags")
        look_at(stack, person, f"proxies-add-{way}-{look}")
