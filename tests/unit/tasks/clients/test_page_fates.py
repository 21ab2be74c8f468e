"""What a page comes to that was not had."""

import pytest

from config.vocabulary import Fate
from tasks.clients.page_answers import PageAnswer, PageState, Retry, fate_of
from tasks.clients.page_endings import RetryLater, excluded
from tasks.clients.proxy_supply import Blame


@pytest.mark.parametrize(
    ("answer", "fate"),
    [
        (PageAnswer("u", PageState.GONE, status=404), Fate.GONE),
        (PageAnswer("u", PageState.REFUSED_BY_ROBOTS), Fate.EXCLUDED),
        (PageAnswer("u", PageState.NOT_HTML, status=200), Fate.NO_PROFILE),
        (PageAnswer("u", PageState.LOST, status=401), Fate.BLOCKED),
        (PageAnswer("u", PageState.LOST, status=403), Fate.BLOCKED),
        (PageAnswer("u", PageState.LOST, status=429), Fate.RATE_LIMITED),
        (PageAnswer("u", PageState.LOST, status=451), Fate.BLOCKED),
        (PageAnswer("u", PageState.LOST, status=503), Fate.LOST),
        (PageAnswer("u", PageState.LOST), Fate.LOST),
        (PageAnswer("u", PageState.LOST, lost_as=Fate.EXCLUDED), Fate.EXCLUDED),
        (
            PageAnswer("u", PageState.LOST, status=429, lost_as=Fate.BLOCKED),
            Fate.RATE_LIMITED,
        ),
    ],
)
def test_a_page_that_was_not_had_has_one_fate(answer: PageAnswer, fate: Fate) -> None:
    assert fate_of(answer) is fate


def test_who_is_blocked_through_a_proxy_is_not_lost() -> None:
    later = RetryLater(Retry("the host refuses this proxy (403)"), Blame.BLOCKED)
    assert later.retry.lost_as is Fate.BLOCKED
    assert RetryLater(Retry("no answer"), Blame.PROXY).retry.lost_as is None


def test_what_a_rule_of_ours_forbids_is_excluded() -> None:
    ended = excluded("it is larger than 9 bytes", 200).answer("u", tries=1)
    assert fate_of(ended) is Fate.EXCLUDED
    assert (ended.status, ended.tries) == (200, 1)
