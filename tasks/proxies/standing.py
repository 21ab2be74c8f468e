"""How proxies stand with one host now, and a person's word about one of them there."""

from datetime import UTC, datetime, timedelta

from redis import Redis
from redis.exceptions import RedisError

from config.connections import redis_client
from config.errors import UnreachableError
from tasks.audit import Actor, record_change
from tasks.database import transaction
from tasks.proxies.repository import get_proxy, list_usable_ids
from tasks.proxies.rotation_choice import score_pair
from tasks.proxies.rotation_schemas import HostStanding, ProxyStanding
from tasks.proxies.rotation_settings import find_rotation_settings
from tasks.proxies.rotation_state import budget_left_this_hour
from tasks.proxies.rotation_terms import Terms, read_terms
from tasks.proxies.shared_restore import (
    SharedView,
    ban_here,
    redis_now,
    unban_here,
    view_host,
)


class RotationAwayError(UnreachableError):
    """Without Redis nobody can say how proxies stand."""

    code = "rotation_unavailable"

    def __init__(self) -> None:
        super().__init__(
            "Redis does not answer, where the workers agree on proxies; try again soon"
        )


def show_standing(host: str) -> HostStanding:
    """
    Return how each proxy in use stands with a host, the best first.

    Raises:
        RotationAwayError: Redis does not answer.
    """
    with transaction() as session:
        ids = list_usable_ids(session)
        terms = read_terms(find_rotation_settings(session))
    redis = redis_client()
    try:
        moment, view = redis_now(redis), view_host(redis, host)
    except (RedisError, OSError) as away:
        raise RotationAwayError from away
    found = [_stand(one, view, moment, terms) for one in ids]
    return HostStanding(
        host=host,
        common_mode_until=_moment(view.common_until, after=moment),
        slowed_until=_moment(view.slow_until, after=moment),
        proxies=tuple(sorted(found, key=lambda one: (one.score, one.proxy_id))),
    )


def ban_at_host(
    proxy_id: int, host: str, actor: Actor, *, lasting: timedelta
) -> HostStanding:
    """
    Give a proxy out for one host no more for a while; others go on through it.

    Raises:
        ProxyNotFoundError: There is none of this id.
        RotationAwayError: Redis does not answer.
    """
    minutes = lasting.total_seconds() / 60
    _note(proxy_id, host, actor, action="proxy.banned_at_host", minutes=minutes)
    redis = redis_client()
    try:
        until = redis_now(redis) + lasting.total_seconds()
        ban_here(redis, host, proxy_id, until=until)
    except (RedisError, OSError) as away:
        raise RotationAwayError from away
    return show_standing(host)


def unban_at_host(proxy_id: int, host: str, actor: Actor) -> HostStanding:
    """
    Forget what speaks against a proxy at a host.

    Raises:
        ProxyNotFoundError: There is none of this id.
        RotationAwayError: Redis does not answer.
    """
    _note(proxy_id, host, actor, action="proxy.unbanned_at_host", minutes=0)
    redis: Redis = redis_client()
    try:
        unban_here(redis, host, proxy_id)
    except (RedisError, OSError) as away:
        raise RotationAwayError from away
    return show_standing(host)


def _note(
    proxy_id: int, host: str, actor: Actor, *, action: str, minutes: float
) -> None:
    with transaction() as session:
        get_proxy(session, proxy_id)
        record_change(
            session,
            actor,
            action=action,
            subject=str(proxy_id),
            details={"host": host, "minutes": minutes},
        )


def _stand(
    proxy_id: int, view: SharedView, moment: float, terms: Terms
) -> ProxyStanding:
    pair = view.pairs.get(proxy_id)
    score, latency, chance = score_pair(pair, moment, terms)
    stamp = view.budgets.get(proxy_id, 0.0)
    return ProxyStanding(
        proxy_id=proxy_id,
        score=score,
        latency_ms=round(latency * 1000),
        success_chance=chance,
        in_flight=pair.in_flight if pair else 0,
        failures_in_row=pair.in_row if pair else 0,
        cooling_until=_moment(pair.until if pair else 0.0, after=moment),
        on_trial=bool(pair and pair.half_open),
        budget_left_this_hour=budget_left_this_hour(stamp, now=moment, terms=terms),
    )


def _moment(at: float, *, after: float) -> datetime | None:
    return datetime.fromtimestamp(at, UTC) if at > after else None
