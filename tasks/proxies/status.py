"""What people do with a proxy: enable, disable, drain, retire, and take it back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from config.clock import now
from config.errors import ConflictError
from config.vocabulary import ProxyVerb
from tasks.audit import Actor, record_change
from tasks.database import transaction
from tasks.events.outbox import record_event
from tasks.events.proxy_types import ProxyChanged
from tasks.proxies.attempt_rows import add_action, find_last_action
from tasks.proxies.listing import describe_pool, describe_status
from tasks.proxies.repository import (
    get_proxy,
    read_standing,
    state_of,
    write_standing,
)
from tasks.proxies.schemas import PoolEntry, ProxyStatusAnswer

_BY_PERSON = "a person disabled it"


class ProxyRetiredError(ConflictError):
    """A retired proxy is neither enabled nor disabled nor drained."""

    code = "proxy_retired"

    def __init__(self) -> None:
        super().__init__("this proxy is retired; undo that first")


class NothingToUndoError(ConflictError):
    """Nobody did anything with the proxy, or it was all taken back."""

    code = "nothing_to_undo"

    def __init__(self) -> None:
        super().__init__("nothing was done with this proxy that could be taken back")


class ChangedSinceError(ConflictError):
    """The proxy stands otherwise than what is to be taken back has left it."""

    code = "changed_since"

    def __init__(self, verb: str) -> None:
        super().__init__(
            f"this proxy has changed by itself since {verb}; look at it, and set what "
            "you want",
            details={"verb": verb},
        )


def set_status(
    proxy_id: int, verb: ProxyVerb, actor: Actor, *, reveal: bool
) -> ProxyStatusAnswer:
    """
    Enable or disable a proxy; enabling forgets its errors.

    Raises:
        ProxyNotFoundError: There is none of this id.
        ProxyRetiredError: It is retired.
    """
    moment = now()
    with transaction() as session:
        _act(session, proxy_id, verb, actor, moment=moment)
        row = get_proxy(session, proxy_id)
        return describe_status(row, reveal=reveal, now=moment)


def act_on_proxy(
    proxy_id: int, verb: ProxyVerb, actor: Actor, *, reveal: bool
) -> PoolEntry:
    """
    Drain or retire a proxy; one that is so already stays as it is.

    A drained one is given to nobody new, and what is under way ends. A retired one
    stays in the records only. Pins on either wait.

    Raises:
        ProxyNotFoundError: There is none of this id.
        ProxyRetiredError: It is retired, and is to be drained.
    """
    moment = now()
    with transaction() as session:
        _act(session, proxy_id, verb, actor, moment=moment)
        row = get_proxy(session, proxy_id)
        return describe_pool(session, [row], reveal=reveal, now=moment)[0]


def undo_last(proxy_id: int, actor: Actor, *, reveal: bool) -> PoolEntry:
    """
    Take back the last thing that was done with a proxy; the one before is next.

    Raises:
        ProxyNotFoundError: There is none of this id.
        NothingToUndoError: Nothing is left to take back.
        ChangedSinceError: It stands otherwise by now.
    """
    moment = now()
    with transaction() as session:
        row = get_proxy(session, proxy_id, lock=True)
        action = find_last_action(session, proxy_id)
        if action is None:
            raise NothingToUndoError
        if read_standing(row) != action.after:
            raise ChangedSinceError(action.verb)
        write_standing(row, action.before, now=moment)
        action.undone_at = moment
        _note(session, actor, proxy_id, f"undo_{action.verb}", action.before)
        session.flush()
        return describe_pool(session, [row], reveal=reveal, now=moment)[0]


def standing_after(
    verb: ProxyVerb, before: Mapping[str, Any], *, now: datetime
) -> dict[str, Any]:
    """
    Return how a proxy stands after a verb: pure.

    Raises:
        ProxyRetiredError: It is retired, and the verb is another one.
    """
    if before["retired_at"] is not None:
        if verb is ProxyVerb.RETIRE:
            return dict(before)
        raise ProxyRetiredError
    changes: dict[ProxyVerb, dict[str, Any]] = {
        ProxyVerb.ENABLE: {
            "is_active": True,
            "disabled_reason": None,
            "draining": False,
        },
        ProxyVerb.DISABLE: {"is_active": False, "disabled_reason": _BY_PERSON},
        ProxyVerb.DRAIN: {"draining": True},
        ProxyVerb.RETIRE: {"retired_at": now.isoformat()},
    }
    if verb is ProxyVerb.DISABLE and not before["is_active"]:
        return dict(before)
    return {**before, **changes[verb]}


def _act(
    session: Session,
    proxy_id: int,
    verb: ProxyVerb,
    actor: Actor,
    *,
    moment: datetime,
) -> None:
    row = get_proxy(session, proxy_id, lock=True)
    before = read_standing(row)
    after = standing_after(verb, before, now=moment)
    if verb is ProxyVerb.ENABLE:
        row.error_count = 0
    if after == before:
        return
    write_standing(row, after, now=moment)
    add_action(
        session,
        verb,
        proxy_id=proxy_id,
        before=before,
        after=after,
        done_by=actor.account_id,
    )
    _note(session, actor, proxy_id, verb, after)


def _note(
    session: Session, actor: Actor, proxy_id: int, verb: str, after: Mapping[str, Any]
) -> None:
    record_change(
        session,
        actor,
        action=f"proxy.{verb}",
        subject=str(proxy_id),
        details=after,
    )
    state = state_of(get_proxy(session, proxy_id))
    record_event(session, ProxyChanged(None, proxy_id, state, actor.email))
