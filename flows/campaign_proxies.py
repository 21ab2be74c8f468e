"""Where a campaign's proxies come from: those of the pool that the source wants."""

from config.errors import UnreachableError
from config.sections.public_profiles import PublicProfilesSettings
from tasks.clients.public_pages import PublicPages
from tasks.database import transaction
from tasks.proxies.lending import PoolSupply, ProxyWish
from tasks.proxies.repository import list_usable_ids
from tasks.proxies.rotation_settings import read_rotation_terms
from tasks.public_profiles.acquire import hosts_of
from tasks.public_profiles.schemas import HtmlPagesSource, ProxiesWish


class ProxiesAwayError(UnreachableError):
    """None of the proxies that a campaign is to go through is in use."""

    code = "proxies_not_in_use"

    def __init__(self, wish: ProxiesWish) -> None:
        words = [f"the tag {tag}" for tag in wish.tags]
        words += [f"an exit in {wish.country}"] if wish.country else []
        super().__init__(
            "there is no proxy in use"
            + (f" with {' and '.join(words)}" if words else "")
            + ", and this campaign asks by no other way; add or enable some under "
            "Proxies, then start the campaign again"
        )


def check_proxies_there(wish: ProxiesWish) -> None:
    """
    Return if there is a proxy to go through.

    Raises:
        ProxiesAwayError: There is none.
    """
    with transaction() as session:
        found = list_usable_ids(session, tags=wish.tags, country=wish.country)
    if not found:
        raise ProxiesAwayError(wish)


def open_proxied_pages(
    source: HtmlPagesSource, wish: ProxiesWish, *, limits: PublicProfilesSettings
) -> PublicPages:
    """
    Return the door to a source's hosts; each request goes through a proxy of the pool.

    A page is tried once, and then through others as often as rotation's settings say.
    """
    tries = 1 + read_rotation_terms().retries
    return PublicPages(
        limits=limits.model_copy(update={"tries": tries}),
        hosts=hosts_of(source),
        proxies=PoolSupply(ProxyWish(wish.tags, wish.country)),
    )
