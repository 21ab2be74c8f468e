"""Have a browser profile go out by another proxy, there and here."""

from uuid import UUID

from sqlalchemy.orm import Session

from tasks.browser_profiles.create import BrowserRunningError
from tasks.browser_profiles.lock import hold_browser_profile
from tasks.browser_profiles.registry import in_transaction, look_up
from tasks.browser_profiles.repository import lock_own_browser_profile
from tasks.browser_profiles.shown import shown_parameters
from tasks.clients.multilogin import open_multilogin
from tasks.clients.multilogin_wishes import BrowserProfileChanges, ProxyAddress


async def give_proxy(browser_profile_id: UUID, proxy: ProxyAddress) -> None:
    """
    Have a browser profile go out by a proxy from its next start on; safe to repeat.

    Raises:
        BrowserProfileNotFoundError: There is none of this id.
        BrowserRunningError: Its browser is open, or about to be.
        MultiLoginError: Multilogin X did not change it.
    """
    profile, _ = await look_up(browser_profile_id)
    async with (
        open_multilogin() as multilogin,
        hold_browser_profile(browser_profile_id, above=profile.fence) as held,
    ):
        profile, known = await look_up(browser_profile_id)
        if known is not None:
            raise BrowserRunningError(profile.state)
        changes = BrowserProfileChanges(proxy=proxy)
        await multilogin.cloud.update(str(browser_profile_id), changes)
        await in_transaction(_note, browser_profile_id, proxy, fence=held.fence)


def _note(
    session: Session, browser_profile_id: UUID, proxy: ProxyAddress, *, fence: int
) -> None:
    row = lock_own_browser_profile(session, browser_profile_id, fence=fence)
    shown = shown_parameters({"proxy": proxy.as_sent()})["proxy"]
    row.parameters = {**row.parameters, "proxy": shown}
