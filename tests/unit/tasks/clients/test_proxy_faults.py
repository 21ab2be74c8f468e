"""Whom an answer through a proxy speaks against: the table."""

import pytest

from tasks.clients.browser_turns import blame_for
from tasks.clients.page_answers import PageAnswer, PageState, Retry
from tasks.clients.proxy_faults import is_block_page, judge_answer
from tasks.clients.proxy_supply import Blame
from tasks.clients.shown_page import BrowserTrouble

OURS = "muster; error="


@pytest.mark.parametrize(
    ("status", "headers", "blame"),
    [
        (200, {}, None),
        (301, {}, None),
        (404, {}, None),
        (410, {}, None),
        (401, {}, Blame.ACCOUNT),
        (403, {}, Blame.BLOCKED),
        (429, {}, Blame.BLOCKED),
        (451, {}, Blame.BLOCKED),
        (407, {}, Blame.PROXY),
        (500, {}, Blame.TARGET),
        (502, {}, Blame.TARGET),
        (503, {}, Blame.TARGET),
        (504, {}, Blame.TARGET),
        (502, {"Proxy-Status": f"{OURS}proxy_unreachable"}, Blame.PROXY),
        (504, {"Proxy-Status": f"{OURS}proxy_timeout"}, Blame.PROXY),
        (502, {"Proxy-Status": f"{OURS}proxy_credentials_refused"}, Blame.PROXY),
        (502, {"Proxy-Status": f"{OURS}proxy_unreadable"}, Blame.PROXY),
        (502, {"Proxy-Status": f"{OURS}target_unreachable"}, Blame.PROXY),
        (403, {"Proxy-Status": f"{OURS}target_forbidden"}, Blame.OURS),
        (503, {"Proxy-Status": f"{OURS}no_proxy"}, Blame.OURS),
        (502, {"Proxy-Status": "exit; error=proxy_internal_error"}, Blame.PROXY),
        (502, {"Proxy-Status": "exit; error=dns_timeout"}, Blame.TARGET),
        (504, {"Proxy-Status": "exit; error=connection_timeout"}, Blame.TARGET),
        (200, {"Proxy-Status": "exit; error=dns_error"}, None),
        (503, {"X-Squid-Error": "ERR_CANNOT_FORWARD 0"}, Blame.PROXY),
        (503, {"X-Squid-Error": "ERR_DNS_FAIL 0"}, Blame.TARGET),
        (403, {"X-Squid-Error": "ERR_ACCESS_DENIED 0"}, Blame.PROXY),
    ],
)
def test_an_answer_speaks_against_whom_the_table_says(
    status: int, headers: dict[str, str], blame: Blame | None
) -> None:
    fault = judge_answer(status, headers)
    assert (fault.blame if fault else None) is blame


@pytest.mark.parametrize(
    "title",
    [
        b"Just a moment...",
        b"Attention Required! | A wall",
        b"Access Denied",
        b"Are you a robot?",
        b"Please solve the CAPTCHA",
    ],
)
def test_a_page_that_blocks_is_known_by_its_title(title: bytes) -> None:
    assert is_block_page(b"<html><head><title>%s</title></head></html>" % title)


@pytest.mark.parametrize(
    "body",
    [
        b"<title>Captain Obvious</title><p>access denied, he said</p>",
        b"<p>just a moment</p>",
        b"<title>Just a moment</title>" + b"x" * 70_000,
    ],
)
def test_a_page_about_something_else_does_not_block(body: bytes) -> None:
    assert not is_block_page(body)


@pytest.mark.parametrize(
    ("outcome", "blame"),
    [
        (PageAnswer("u", PageState.FETCHED, status=200), Blame.NOBODY),
        (PageAnswer("u", PageState.GONE, status=404), Blame.NOBODY),
        (PageAnswer("u", PageState.LOST, status=403), Blame.BLOCKED),
        (PageAnswer("u", PageState.LOST), Blame.OURS),
        (Retry("slow"), Blame.TARGET),
        (Retry("wall", 429), Blame.BLOCKED),
        (Retry("broken", 502), Blame.TARGET),
        (Retry("the page broke off before its end", 200), Blame.TARGET),
        (BrowserTrouble("its proxy fails (proxy_timeout)"), Blame.PROXY),
        (BrowserTrouble("it crashed", may_be_the_page=True), Blame.OURS),
    ],
)
def test_a_browser_tells_who_is_to_blame_for_a_page(
    outcome: PageAnswer | Retry | BrowserTrouble, blame: Blame
) -> None:
    assert blame_for(outcome) is blame
