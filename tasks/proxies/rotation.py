"""Rotation as a pure matter: choose, take, record. Its parts are read from here."""

from tasks.proxies.rotation_choice import choose, choose_pinned, score_pair, take
from tasks.proxies.rotation_record import Ending, record
from tasks.proxies.rotation_state import (
    Attempt,
    Changes,
    Choice,
    HostState,
    PairState,
    PoolState,
    Wait,
    budget_left,
    budget_left_this_hour,
)
from tasks.proxies.rotation_terms import (
    DEFAULT_TERMS,
    Outcome,
    Terms,
    WaitReason,
    change_terms,
    read_terms,
)

__all__ = [
    "DEFAULT_TERMS",
    "Attempt",
    "Changes",
    "Choice",
    "Ending",
    "HostState",
    "Outcome",
    "PairState",
    "PoolState",
    "Terms",
    "Wait",
    "WaitReason",
    "budget_left",
    "budget_left_this_hour",
    "change_terms",
    "choose",
    "choose_pinned",
    "read_terms",
    "record",
    "score_pair",
    "take",
]
