"""Multilogin X as one thing: its four hosts and the sign-in, opened and closed."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import httpx
from redis.asyncio import Redis

from config.connections import async_redis_client
from config.sections.multilogin import MultiloginSettings
from config.settings import settings
from tasks.clients.multilogin_cloud import MultiloginCloud
from tasks.clients.multilogin_cookies import MultiloginCookies
from tasks.clients.multilogin_door import MultiloginDoor, open_client
from tasks.clients.multilogin_envelope import Host
from tasks.clients.multilogin_keys import account_key
from tasks.clients.multilogin_launcher import MultiloginLauncher
from tasks.clients.multilogin_pace import Patience, RequestBucket
from tasks.clients.multilogin_proxies import MultiloginProxies
from tasks.clients.multilogin_sign_in import MultiloginSignIn


@dataclass(frozen=True, slots=True)
class Multilogin:
    """All of Multilogin X, for one account."""

    sign_in: MultiloginSignIn
    cloud: MultiloginCloud
    launcher: MultiloginLauncher
    proxies: MultiloginProxies
    cookies: MultiloginCookies


@asynccontextmanager
async def open_multilogin() -> AsyncGenerator[Multilogin]:
    """
    Open Multilogin X as the settings name it, within the block.

    Redis is that of the running event loop and stays open. An address that is not set
    is only missed when it is asked.
    """
    async with AsyncExitStack() as stack:
        yield await _compose(stack, settings().multilogin, async_redis_client())


async def _compose(
    stack: AsyncExitStack, section: MultiloginSettings, redis: Redis
) -> Multilogin:
    patience = Patience(section.tries, section.longest_wait)
    bucket = RequestBucket(
        redis,
        account_key(
            "turns",
            cloud_url=section.cloud_url,
            email=section.email,
            workspace_id="",  # the limit is the account's
        ),
        per_minute=section.requests_per_minute,
        longest_wait=section.longest_wait,
    )

    async def connect(host: Host, url: str, seconds: float) -> httpx.AsyncClient | None:
        if not url:
            return None
        verify = host is not Host.LAUNCHER or section.verify_launcher_certificate
        client = open_client(url, host, seconds=seconds, verify=verify)
        return await stack.enter_async_context(client)

    brief = section.cloud_timeout.total_seconds()
    long = section.launcher_timeout.total_seconds()
    cloud = await connect(Host.CLOUD, section.cloud_url, brief)
    launcher = await connect(Host.LAUNCHER, section.launcher_url, long)
    proxies = await connect(Host.PROXY, section.proxy_url, brief)
    cookies = await connect(Host.COOKIES, section.cookies_url, brief)
    way_in = MultiloginDoor(cloud, Host.CLOUD, patience, bucket=bucket)
    sign_in = MultiloginSignIn(way_in, redis, section)
    door = partial(MultiloginDoor, patience=patience, bearer=sign_in)
    return Multilogin(
        sign_in,
        MultiloginCloud(
            door(cloud, Host.CLOUD, bucket=bucket), folder_name=section.folder_name
        ),
        MultiloginLauncher(
            door(launcher, Host.LAUNCHER), browser_host=section.browser_host
        ),
        MultiloginProxies(door(proxies, Host.PROXY)),
        MultiloginCookies(door(cookies, Host.COOKIES)),
    )
