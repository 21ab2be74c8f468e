"""Proxies as the document describes them: list, create, remove, set the status."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Response

from config.clock import now
from config.vocabulary import AccountSessionStatus, Permission, ProxyVerb
from tasks.accounts.schemas import Caller
from tasks.database import transaction
from tasks.proxies import create, status
from tasks.proxies.listing import list_answers
from tasks.proxies.schemas import (
    LARGEST_ID,
    AccountSessionAnswer,
    ProxyAnswer,
    ProxyRequest,
    ProxyStatusAnswer,
    SessionRequest,
    StatusRequest,
)
from ui.api.auth import ProxiesRead, ProxiesWrite
from ui.api.idempotency import TAKES_KEY

router = APIRouter(prefix="/proxies", tags=["proxies"])

ProxyId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
AccountSessionId = Annotated[int, Path(ge=1, le=LARGEST_ID)]


def may_see_secrets(caller: Caller) -> bool:
    """Return whether somebody is shown passwords and session cookies."""
    return Permission.PROXIES_SECRETS in caller.permissions


def keep_out_of_caches(response: Response, *, reveal: bool) -> None:
    """Have nobody keep an answer that holds secrets."""
    if reveal:
        response.headers["Cache-Control"] = "no-store"


@router.get("")
def show_proxies(caller: ProxiesRead, response: Response) -> list[ProxyAnswer]:
    """List all proxies with their account sessions; secrets are masked for most."""
    reveal = may_see_secrets(caller)
    keep_out_of_caches(response, reveal=reveal)
    with transaction() as session:
        return list_answers(session, reveal=reveal, now=now())


@router.post("", status_code=HTTPStatus.CREATED, dependencies=[TAKES_KEY])
def create_proxy(
    asked: ProxyRequest, caller: ProxiesWrite, response: Response
) -> ProxyAnswer:
    """Add a proxy and the account session that belongs to it."""
    reveal = may_see_secrets(caller)
    keep_out_of_caches(response, reveal=reveal)
    return create.create_proxy(asked, caller, reveal=reveal)


@router.delete("/{proxy_id}", status_code=HTTPStatus.NO_CONTENT)
def remove_proxy(proxy_id: ProxyId, caller: ProxiesWrite) -> None:
    """Remove a proxy for good, with its account sessions and pins."""
    create.remove_proxy(proxy_id, caller)


@router.patch("/{proxy_id}/status")
def set_status(
    proxy_id: ProxyId,
    asked: StatusRequest,
    caller: ProxiesWrite,
    response: Response,
) -> ProxyStatusAnswer:
    """Enable or disable a proxy; enabling forgets its errors."""
    reveal = may_see_secrets(caller)
    keep_out_of_caches(response, reveal=reveal)
    is_active = asked.status is AccountSessionStatus.ACTIVE
    verb = ProxyVerb.ENABLE if is_active else ProxyVerb.DISABLE
    return status.set_status(proxy_id, verb, caller, reveal=reveal)


@router.post("/{proxy_id}/sessions", status_code=HTTPStatus.CREATED)
def add_session(
    proxy_id: ProxyId,
    asked: SessionRequest,
    caller: ProxiesWrite,
    response: Response,
) -> AccountSessionAnswer:
    """Add another account session to a proxy; 409 if it is there already."""
    reveal = may_see_secrets(caller)
    keep_out_of_caches(response, reveal=reveal)
    return create.add_session_to(proxy_id, asked.session, caller, reveal=reveal)


@router.patch("/sessions/{account_session_id}")
def set_session_status(
    account_session_id: AccountSessionId,
    asked: StatusRequest,
    caller: ProxiesWrite,
    response: Response,
) -> AccountSessionAnswer:
    """Say whether an account session is to be used."""
    reveal = may_see_secrets(caller)
    keep_out_of_caches(response, reveal=reveal)
    return create.change_session_status(
        account_session_id, asked.status, caller, reveal=reveal
    )
