"""What is made of a page that a browser shows, as Chromium 156 was seen to show it."""

from dataclasses import replace
from typing import Any

import pytest

from tasks.clients.page_answers import PageState, Retry
from tasks.clients.shown_page import (
    BrowserTrouble,
    Ended,
    ShownPage,
    Verdict,
    judge_shown,
    read_shown,
)

HOSTS = ("site.example",)
PAGE = ShownPage(url="https://site.example/a", html="<p>", size=3, status=200)
ERROR_PAGE = ShownPage(url="chrome-error://chromewebdata/", size=250_000)


def judge(shown: ShownPage, **different: Any) -> Verdict:
    return judge_shown(replace(shown, **different), hosts=HOSTS, largest=1_000)


def test_a_whole_page_of_a_named_host_is_read() -> None:
    assert judge(PAGE) is None


def test_a_browser_that_knows_no_status_is_believed() -> None:
    assert judge(PAGE, status=None) is None


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_some_statuses_are_tried_again_with_a_body_or_without(status: int) -> None:
    for shown in (PAGE, ERROR_PAGE):
        verdict = judge(shown, status=status)
        assert isinstance(verdict, Retry)
        assert verdict.status == status


@pytest.mark.parametrize(
    ("status", "state"),
    [(403, PageState.LOST), (404, PageState.GONE), (410, PageState.GONE)],
)
def test_others_are_an_end(status: int, state: PageState) -> None:
    for shown in (PAGE, ERROR_PAGE):
        verdict = judge(shown, status=status)
        assert isinstance(verdict, Ended)
        assert (verdict.state, verdict.status) == (state, status)


def test_a_407_is_the_proxy_s_fault_and_not_the_page_s() -> None:
    for shown in (PAGE, ERROR_PAGE):
        verdict = judge(shown, status=407)
        assert isinstance(verdict, BrowserTrouble)
        assert not verdict.may_be_the_page


@pytest.mark.parametrize(
    "word",
    [
        "ERR_PROXY_CONNECTION_FAILED",
        "ERR_TUNNEL_CONNECTION_FAILED",
        "ERR_SOCKS_CONNECTION_FAILED",
    ],
)
def test_a_proxy_that_is_away_is_told_from_a_host_that_is(word: str) -> None:
    assert isinstance(judge(ERROR_PAGE, network_error=word), BrowserTrouble)
    away = judge(ERROR_PAGE, network_error="ERR_CONNECTION_REFUSED")
    assert isinstance(away, Retry)
    assert "ERR_CONNECTION_REFUSED" in away.reason


def test_our_forwarder_says_whether_proxy_or_host_is_at_fault() -> None:
    refusal = replace(PAGE, content_type="text/plain", html="", size=0, status=502)
    proxy = judge(refusal, text="it is away\nmuster; error=proxy_unreachable\n")
    host = judge(refusal, text="it is away\nmuster; error=target_unreachable\n")
    assert isinstance(proxy, BrowserTrouble)
    assert isinstance(host, Retry)


def test_what_the_browser_itself_refuses_is_not_tried_again() -> None:
    verdict = judge(ERROR_PAGE, network_error="ERR_TOO_MANY_REDIRECTS")
    assert isinstance(verdict, Ended)
    assert verdict.state is PageState.LOST


def test_a_page_that_broke_off_is_tried_again() -> None:
    verdict = judge(PAGE, is_whole=False)
    assert isinstance(verdict, Retry)
    assert "broke off" in verdict.reason


def test_an_empty_page_is_tried_again() -> None:
    assert isinstance(judge(PAGE, is_bare=True), Retry)
    assert isinstance(judge(ERROR_PAGE, status=200), Retry)


@pytest.mark.parametrize(
    "different",
    [
        {"is_new": False},
        {"content_type": "application/pdf", "html": ""},
        {"content_type": "image/png", "html": ""},
    ],
)
def test_what_is_no_page_is_said_to_be_none(different: dict[str, Any]) -> None:
    verdict = judge(PAGE, **different)
    assert isinstance(verdict, Ended)
    assert verdict.state is PageState.NOT_HTML


@pytest.mark.parametrize(
    "different",
    [{"url": "https://elsewhere.example/"}, {"size": 1_001, "html": ""}],
)
def test_a_page_elsewhere_or_too_large_is_lost(different: dict[str, Any]) -> None:
    verdict = judge(PAGE, **different)
    assert isinstance(verdict, Ended)
    assert verdict.state is PageState.LOST


def test_the_page_of_before_is_known_by_its_birth() -> None:
    told = {"url": "https://site.example/a", "bornAt": 17.5, "endedAt": 3.0}
    assert read_shown(told, born_before=None).is_new
    assert read_shown(told, born_before=16.0).is_new
    assert not read_shown(told, born_before=17.5).is_new


def test_a_body_that_was_cut_has_no_end() -> None:
    assert not read_shown({"endedAt": 0}, born_before=None).is_whole
    assert read_shown({"endedAt": 12.25}, born_before=None).is_whole
    assert read_shown({"endedAt": None}, born_before=None).is_whole


def test_the_word_on_every_error_page_says_nothing() -> None:
    told = {"networkError": "ERR_INTERNET_DISCONNECTED"}
    assert not read_shown(told, born_before=None).network_error
