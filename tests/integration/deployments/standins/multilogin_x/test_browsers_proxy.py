"""A browser behind a proxy with a password reaches everything by it, or nothing."""

from pathlib import Path
from typing import Any

import pytest

from deployments.standins.multilogin_x.browsers import (
    BrowserOrder,
    ProxyUnreachableError,
    start_browser,
)
from tasks.clients.proxy_forwarder_dialing import CHECK_HOST, Scheme
from tests.fixtures.local_browsers import (
    Driver,
    drive,
    none_left,
    open_browser,
    play,
)
from tests.fixtures.raw_site import open_raw_site
from tests.fixtures.upstream_proxies import PASSWORD, Upstream, open_upstream

NAME = "site.example"
SCHEMES: tuple[Scheme, ...] = ("http", "socks5")
STATUS = "return performance.getEntriesByType('navigation')[0].responseStatus"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_page_comes_through_a_proxy_with_a_password(
    tmp_path: Path, scheme: Scheme
) -> None:
    async def steps() -> None:
        async with open_raw_site() as site:
            upstream = Upstream(scheme, {NAME: site.port})
            async with (
                open_upstream(upstream),
                open_browser(tmp_path, {"proxy": upstream.parameters()}) as browser,
            ):

                def visit(driver: Driver) -> str:
                    driver.get(f"http://{NAME}/page")
                    return driver.title

                def visit_this_machine(driver: Driver) -> Any:
                    driver.get(site.url)
                    return driver.execute_script(STATUS)

                assert await drive(browser, visit) == "Site"
                assert browser.traffic is not None
                assert browser.traffic.received_bytes > 0
                # No host of the vendor was asked for, neither let through nor refused.
                assert {host for host, _ in upstream.targets} - {CHECK_HOST} == {NAME}
                assert browser.traffic.errors == {}
                assert await drive(browser, visit_this_machine) == 403
        assert PASSWORD not in (tmp_path / "browser.log").read_text()

    play(steps)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_local_pages_go_by_the_proxy_too_where_they_may(
    tmp_path: Path, scheme: Scheme
) -> None:
    async def steps() -> None:
        async with open_raw_site() as site, open_upstream(Upstream(scheme)) as upstream:
            wishes = {"proxy": upstream.parameters()}
            async with open_browser(tmp_path, wishes, allow_local=True) as browser:

                def visit(driver: Driver) -> str:
                    driver.get(site.url)
                    return driver.title

                assert await drive(browser, visit) == "Site"
            assert ("127.0.0.1", site.port) in upstream.targets

    play(steps)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_proxy_that_does_not_let_us_in_is_told_before_the_start(
    tmp_path: Path, scheme: Scheme
) -> None:
    async def steps() -> None:
        async with open_upstream(Upstream(scheme)) as upstream:
            for wrong in (
                upstream.parameters(password="wrong"),
                {**upstream.parameters(), "port": 1},
            ):
                order = BrowserOrder("of-tests", tmp_path, parameters={"proxy": wrong})
                with pytest.raises(ProxyUnreachableError) as refusal:
                    await start_browser(order)
                assert "wrong" not in refusal.value.message
        assert await none_left(tmp_path)

    play(steps)


def test_a_proxy_that_dies_shows_nothing_of_the_site(tmp_path: Path) -> None:
    async def steps() -> None:
        async with open_raw_site() as site:
            upstream = Upstream("http", {NAME: site.port})
            async with open_upstream(upstream):
                opened = open_browser(tmp_path, {"proxy": upstream.parameters()})
                browser = await opened.__aenter__()

            def visit(driver: Driver) -> Any:
                driver.get(f"http://{NAME}/page")
                return driver.execute_script(STATUS)

            assert await drive(browser, visit) == 502
            async with open_upstream(upstream):
                assert await drive(browser, visit) == 200
            await opened.__aexit__(None, None, None)

    play(steps)
