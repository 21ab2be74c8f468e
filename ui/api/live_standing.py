"""Does a login still stand: asked once for all the connections it has open."""

import asyncio
import logging
from uuid import UUID

from config.errors import OutsideError, RejectedError
from config.vocabulary import Permission
from tasks.accounts.schemas import Caller
from tasks.accounts.tokens import Claims
from ui.api.auth import find_caller_by_claims

log = logging.getLogger(__name__)


class LoginStanding:
    """
    Asks after logins for live connections.

    A login with a hundred connections is looked up once, not a hundred times at once.
    """

    def __init__(self) -> None:
        self._asking: dict[UUID, asyncio.Task[Caller | None]] = {}

    async def may_follow(self, caller: Caller) -> bool:
        """
        Return whether somebody who follows events may go on.

        While the database is away nobody is sent away: they may see no more than they
        saw, and are asked after again in a moment.
        """
        asking = self._asking.get(caller.login_id)
        if asking is None:
            asking = asyncio.create_task(_look_up(caller))
            self._asking[caller.login_id] = asking
            asking.add_done_callback(lambda _: self._asking.pop(caller.login_id, None))
        known = await asyncio.shield(asking)
        return known is not None and Permission.ANALYTICS_READ in known.permissions


async def _look_up(caller: Caller) -> Caller | None:
    try:
        claims = Claims(caller.account_id, caller.login_id)
        return await find_caller_by_claims(claims)
    except RejectedError:
        return None
    except OutsideError as unsure:
        log.warning("a login could not be checked: %s", unsure.message)
        return caller
