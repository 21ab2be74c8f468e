"""Multilogin X: where its hosts are, who we are there, how patient we are."""

from datetime import timedelta
from typing import Annotated

from annotated_types import Ge
from pydantic import SecretStr

from config.sections.base import Section


class MultiloginSettings(Section):
    """Read from `MUSTER_MULTILOGIN__*`."""

    cloud_url: str = ""
    """Its cloud: `https://api.multilogin.com`. Empty: the stack's local one."""

    launcher_url: str = ""
    """Its agent here: `https://launcher.mlx.yt:45001`. Empty: the stack's."""

    proxy_url: str = ""
    """Its proxies: `https://profile-proxy.multilogin.com`. Empty: the stack's."""

    cookies_url: str = ""
    """Its ready cookies: `https://cookies.multilogin.com`. Empty: the stack's."""

    email: str = ""
    """Email of the Multilogin account."""

    password: SecretStr = SecretStr("")
    """Password of the Multilogin account, as a person types it."""

    automation_token: SecretStr | None = None
    """Used in place of email and password; needed if the account has two factors."""

    workspace_id: str | None = None
    """Workspace to work in. Empty: the account's own."""

    folder_name: str = "Muster"
    """Folder that is made for our browser profiles if the workspace has none."""

    verify_launcher_certificate: bool = True
    """Whether the agent's certificate is checked; some machines cannot."""

    requests_per_minute: Annotated[int, Ge(1)] = 50
    """Requests to the cloud in any 60 s, over all workers; the plan says how many."""

    browser_host: str = "127.0.0.1"
    """Host in a started browser's address: where the agent runs, seen from a worker."""

    cloud_timeout: timedelta = timedelta(seconds=30)
    """Longest wait for an answer of the cloud, the proxies or the cookies."""

    launcher_timeout: Annotated[timedelta, Ge(timedelta(seconds=120))] = timedelta(
        seconds=180
    )
    """Longest wait for the agent: a first start may fetch a whole browser."""

    longest_wait: timedelta = timedelta(seconds=65)
    """Longest pause before a repeat, or for our turn; beyond it the caller is told."""

    tries: Annotated[int, Ge(1)] = 4
    """Requests made for one answer, where a repeat does no harm."""
