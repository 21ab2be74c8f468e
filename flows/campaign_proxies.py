"""Where a campaign's proxies come from: those of the pool that the source wants."""

from config.sections.public_profiles import PublicProfilesSettings
from tasks.clients.public_pages import PublicPages
from tasks.proxies.lending import PoolSupply, ProxyWish
from tasks.proxies.rotation_settings import read_rotation_terms
from tasks.public_profiles.acquire import hosts_of
from tasks.public_profiles.schemas import HtmlPagesSource, ProxiesWish


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
