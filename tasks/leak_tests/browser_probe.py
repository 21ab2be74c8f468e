"""Look from inside a browser: the page of a visit, and whom the responders saw."""

import asyncio

from config.sections.leak_tests import LeakTestsSettings
from config.vocabulary import LeakScope
from tasks.clients.leak_page import run_leak_page
from tasks.leak_tests.findings import Findings
from tasks.leak_tests.visits import (
    Stopwatch,
    open_visit,
    send_control,
    send_public_control,
)


async def probe_browser(
    webdriver_url: str,
    terms: LeakTestsSettings,
    *,
    driver_session_id: str | None = None,
) -> Findings:
    """
    Look at a browser's exit from inside of it, in a tab of its own.

    Args:
        webdriver_url: Where the browser is driven.
        terms: Whom to ask, and how long to wait.
        driver_session_id: A WebDriver session to work in; None: one is attached.

    Raises:
        BrowserDiedError: The browser does not answer, or ended meanwhile.
        UnreachableError: The responders do not answer, or the browser cannot reach
            them.
        NoResponderError: None are set, and no public echo either.
    """
    if not terms.responder_url and terms.echo_urls:
        return await _probe_by_public_pages(webdriver_url, terms, driver_session_id)
    watch = Stopwatch()
    async with open_visit(terms) as (responders, visit):
        page, control = await asyncio.gather(
            run_leak_page(
                webdriver_url,
                visit.page_url,
                within=terms.browser_timeout,
                driver_session_id=driver_session_id,
            ),
            send_control(visit),
        )
        watch.note("page")
        log = await responders.read_log(visit.id)
    echoes = tuple(one for one in (page.echo, page.echo6) if one is not None)
    return Findings(
        scope=LeakScope.BROWSER,
        echoes=echoes,
        log=log,
        page=page,
        control=control,
        names_asked=page.names_asked,
        took_ms={**page.took_ms, **watch.took_ms},
    )


async def _probe_by_public_pages(
    webdriver_url: str, terms: LeakTestsSettings, driver_session_id: str | None
) -> Findings:
    """Look by a public echo and public STUN servers; who asked for names stays open."""
    watch = Stopwatch()
    page, control = await asyncio.gather(
        run_leak_page(
            webdriver_url,
            terms.echo_urls[0],
            within=terms.browser_timeout,
            driver_session_id=driver_session_id,
            stun_servers=terms.stun_servers,
        ),
        send_public_control(terms.stun_servers),
    )
    watch.note("page")
    return Findings(
        scope=LeakScope.BROWSER,
        echoes=(page.echo,) if page.echo else (),
        page=page,
        control=control,
        took_ms={**page.took_ms, **watch.took_ms},
    )
