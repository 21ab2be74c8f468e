"""Lists of proxies, taken in and given out."""

from typing import Literal

from config.clock import now
from tasks.audit import Actor, record_change
from tasks.database import transaction
from tasks.proxies.create import keep_proxies
from tasks.proxies.list_forms import read_list, write_csv, write_line, write_url
from tasks.proxies.listing import list_all
from tasks.proxies.schemas import (
    ImportAnswer,
    ImportRequest,
    NewProxy,
    ProxyFilter,
    ProxyLabels,
)

ListForm = Literal["lines", "urls", "csv"]


def import_proxies(request: ImportRequest, actor: Actor) -> ImportAnswer:
    """
    Take in a list of proxies, as many of its lines as can be read.

    Those that are there already stay as they are, so a repeat changes nothing.
    """
    usual = ProxyLabels.model_validate(request.model_dump(exclude={"text"}))
    found = read_list(request.text, usual=usual)
    one_each = {(one.ip, one.port, one.username): one for one in found.proxies}
    with transaction() as session:
        added = keep_proxies(session, list(one_each.values()), actor, source="import")
    return ImportAnswer(
        added=tuple(added),
        known=len(found.proxies) - len(added),
        refused=found.refused,
    )


def export_proxies(wanted: ProxyFilter, form: ListForm, actor: Actor) -> str:
    """Return proxies as a list that can be taken in again; passwords are in it."""
    with transaction() as session:
        found = list_all(session, wanted)
        record_change(
            session,
            actor,
            action="proxies.exported",
            subject=form,
            details={"proxies": len(found), "at": now().isoformat()},
        )
    return write_list(found, form)


def write_list(proxies: list[NewProxy], form: ListForm) -> str:
    """Return proxies in a form."""
    if form == "csv":
        return write_csv(proxies)
    write = write_line if form == "lines" else write_url
    return "".join(f"{write(one)}\n" for one in proxies)
