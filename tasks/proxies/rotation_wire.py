"""How rotation is written in Redis: keys, arguments and answers of its two scripts."""

import random
import secrets
import struct
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from tasks.proxies.rotation_choice import draw_seed, name_parts
from tasks.proxies.rotation_record import Ending
from tasks.proxies.rotation_state import Changes, PairState, PoolState, Wait
from tasks.proxies.rotation_terms import Terms, WaitReason

PREFIX = "rotation:{rotation}"
"""The braces keep all keys in one slot of a cluster."""

MARK = f"{PREFIX}:restored"
"""
Set once what is in Redis is whole; gone when Redis forgot.

Its value is a stamp below which no budget stands.
"""

RESTORING = f"{PREFIX}:restoring"
BUDGETS = f"{PREFIX}:budgets"

_PAIR = struct.Struct("<17d")
_TERMS = (
    "half_life",
    "latency_memory",
    "first_latency",
    "failed_try_cost",
    "candidates",
    "trial_share",
    "most_out",
    "budget_gap",
    "burst_ahead",
    "failures_in_row",
    "failure_share",
    "first_cool_down",
    "longest_cool_down",
    "common_window",
    "common_share",
    "slow_gap",
    "retry_share",
    "lease_lifetime",
)
"""In the order in which the scripts read them."""


@dataclass(frozen=True, slots=True)
class LeasedProxy:
    """A proxy given out; it is to be given back, and is free again by itself later."""

    lease_id: str
    proxy_id: int
    host: str
    trial: bool
    why: dict[str, Any]
    """Score, its parts and the candidates, to be kept with the attempt."""


@dataclass(frozen=True, slots=True)
class HostKeys:
    """The keys of one host."""

    pairs: str
    out: str
    host: str
    leases: str
    recent: str


@cache
def script(name: str) -> str:
    """Return one of the two scripts, whole."""
    folder = files("tasks.proxies")
    return "\n".join(
        (folder / f"rotation_{part}.lua").read_text("utf-8") for part in ("pair", name)
    )


def keys_of(host: str) -> HostKeys:
    """Return the keys of a host."""
    own = f"{PREFIX}:{host}"
    return HostKeys(*(f"{own}:{part}" for part in HostKeys.__slots__))


def lease_call(
    candidates: Sequence[int],
    host: str,
    *,
    exclude: Collection[int],
    pin: int | None,
    terms: Terms,
    draw: random.Random,
) -> tuple[list[str], list[bytes | str | int]]:
    """Return keys and arguments of the script that leases; time is Redis' own."""
    own = keys_of(host)
    return (
        [MARK, BUDGETS, own.pairs, own.out, own.host, own.leases],
        [
            pack_terms(terms),
            "",
            _pack_ids(sorted(candidates)),
            _pack_ids(exclude),
            "" if pin is None else pin,
            draw_seed(draw),
            secrets.token_hex(8),
        ],
    )


def read_lease(answer: Sequence[bytes], host: str) -> LeasedProxy | Wait | None:
    """Return what the script says; None: Redis has forgotten what was known."""
    kind = answer[0]
    if kind == b"cold":
        return None
    if kind == b"wait":
        return Wait(float(answer[2]), WaitReason(answer[1].decode()))
    figures = struct.unpack(f"<{len(answer[2]) // 8}d", answer[2])
    proxy_id, score, latency, chance, in_flight, trial = figures[:6]
    drawn = [
        {"proxy_id": int(one), "score": value}
        for one, value in zip(figures[6::2], figures[7::2], strict=True)
    ]
    return LeasedProxy(
        lease_id=answer[1].decode(),
        proxy_id=int(proxy_id),
        host=host,
        trial=bool(trial),
        why={
            "score": score,
            "parts": name_parts(score, latency, chance, int(in_flight)),
            "trial": bool(trial),
            "candidates": drawn,
        },
    )


def give_back_call(
    lease: LeasedProxy, ending: Ending, *, terms: Terms, draw: random.Random
) -> tuple[list[str], list[bytes | str | float]]:
    """Return keys and arguments of the script that records; time is Redis' own."""
    own = keys_of(lease.host)
    return (
        [own.pairs, own.out, own.host, own.leases, own.recent],
        [
            pack_terms(terms),
            "",
            lease.lease_id,
            ending.outcome.value,
            ending.latency,
            "" if ending.retry_after is None else ending.retry_after,
            draw.random(),
        ],
    )


def read_changes(answer: bytes) -> Changes:
    """Return what recording an attempt changed."""
    blamed, out_until, back, began, *forgiven = struct.unpack(
        f"<{len(answer) // 8}d", answer
    )
    return Changes(
        blamed=bool(blamed),
        out_until=out_until if out_until >= 0 else None,
        back=bool(back),
        common_mode_began=bool(began),
        forgiven=tuple(map(int, forgiven)),
    )


def pack_terms(terms: Terms) -> bytes:
    """Return the terms as the scripts read them."""
    return struct.pack(f"<{len(_TERMS)}d", *(getattr(terms, one) for one in _TERMS))


def pack_pair(pair: PairState) -> bytes:
    """Return a pair's state as the scripts keep it."""
    return _PAIR.pack(*(getattr(pair, name) for name in PairState.__slots__))


def read_pair(kept: bytes) -> PairState:
    """Return a pair's state from what the scripts keep."""
    pair = PairState(*_PAIR.unpack(kept))
    pair.in_flight, pair.in_row = int(pair.in_flight), int(pair.in_row)
    pair.doubt_in_row = int(pair.doubt_in_row)
    pair.half_open = bool(pair.half_open)
    pair.doubt_half_open = bool(pair.doubt_half_open)
    return pair


def read_pairs(kept: Mapping[bytes, bytes]) -> dict[int, PairState]:
    """Return what is known of all proxies with one host."""
    return {int(one): read_pair(state) for one, state in kept.items()}


def writes_of(
    pool: PoolState,
) -> list[tuple[HostKeys, dict[int, bytes], dict[str, float]]]:
    """Return for each host its keys, the pairs to write, and those that are out."""
    return [
        (
            keys_of(name),
            {one: pack_pair(pair) for one, pair in state.pairs.items()},
            {f"{one:010d}": free_at for one, free_at in state.out.items()},
        )
        for name, state in pool.hosts.items()
    ]


def _pack_ids(ids: Collection[int]) -> bytes:
    return struct.pack(f"<{len(ids)}I", *ids)
