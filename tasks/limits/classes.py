"""Pure: which class of limit a request counts to, by its method and path."""

import re
from typing import NamedTuple

from config.vocabulary import LimitClass

READING = frozenset({"GET", "HEAD"})
WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Rule(NamedTuple):
    """Requests with one of these methods, and a path that is wholly of this form."""

    methods: frozenset[str]
    path: re.Pattern[str]
    limit_class: LimitClass | None


def _rule(methods: frozenset[str], path: str, limit_class: LimitClass | None) -> Rule:
    return Rule(methods, re.compile(path), limit_class)


RULES = (
    # Whoever asks whether we are alive must not be told that they asked too often.
    _rule(READING, r"/health", None),
    # A sign-in that stays signed in, and a PIN that is waited for, prove nothing new.
    _rule(READING, r"/auth/.+", LimitClass.INTERACTIVE),
    _rule(WRITING, r"/auth/(refresh|logout|logins/.+)", LimitClass.INTERACTIVE),
    _rule(WRITING, r"/auth/.+", LimitClass.AUTH),
    _rule(READING | WRITING, r"/admin/.+", LimitClass.ADMIN),
    _rule(frozenset({"POST"}), r"/(youtube|videos)/.+", LimitClass.DOWNLOAD),
    # What makes a campaign, or reads a source for one, is more than working with it.
    _rule(WRITING, r"/campaigns/(tables|preview)", LimitClass.GENERAL),
    _rule(WRITING, r"/campaigns/.+", LimitClass.INTERACTIVE),
    # Generated proxies are paid for.
    _rule(WRITING, r"/proxies/generate", LimitClass.GENERAL),
    _rule(
        READING | WRITING,
        r"/(profiles|tracking|analytics|browser-profiles|cloak|proxies|secrets)(/.+)?",
        LimitClass.INTERACTIVE,
    ),
    _rule(
        READING,
        r"/(campaigns|recipes|media|youtube|videos|health|metrics)(/.+)?",
        LimitClass.INTERACTIVE,
    ),
    # Pages, and what a browser asks for by itself beside them.
    _rule(
        READING,
        r"/|/(login|invitation|password-reset|favicon\.ico|robots\.txt|openapi\.json)",
        LimitClass.INTERACTIVE,
    ),
    _rule(READING, r"/_stcore/.+|/apple-touch-icon.*", LimitClass.INTERACTIVE),
)
"""The first that fits holds; a request that none fits is general."""


def classify(method: str, path: str) -> LimitClass | None:
    """
    Return the class a request counts to, or None if it is never counted.

    Args:
        method: As in HTTP; a WebSocket is opened by a GET.
        path: Without `/api/v1` in front.
    """
    for rule in RULES:
        if method in rule.methods and rule.path.fullmatch(path):
            return rule.limit_class
    return LimitClass.GENERAL
