"""Settings, composed of the sections; settings() reads them once a process."""

import os
from functools import cache
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from config.errors import SetupError
from config.sections.accounts import AccountsSettings
from config.sections.api import ApiSettings
from config.sections.browser_profiles import BrowserProfilesSettings
from config.sections.campaigns import CampaignsSettings
from config.sections.database import DatabaseSettings
from config.sections.events import EventsSettings
from config.sections.failures import FailuresSettings
from config.sections.leak_responders import LeakRespondersSettings
from config.sections.leak_tests import LeakTestsSettings
from config.sections.limits import LimitsSettings
from config.sections.logs import LogsSettings
from config.sections.multilogin import MultiloginSettings
from config.sections.pictures import PicturesSettings
from config.sections.plex import PlexSettings
from config.sections.prefect import PrefectSettings
from config.sections.proxies import ProxiesSettings
from config.sections.proxy_upkeep import ProxyUpkeepSettings
from config.sections.public_profiles import PublicProfilesSettings
from config.sections.redis import RedisSettings
from config.sections.reviews import ReviewsSettings
from config.sections.secrets import SecretsSettings
from config.sections.stack import StackSettings
from config.sections.vpn import VpnSettings


class Settings(BaseSettings):
    """
    All settings, from `MUSTER_<SECTION>__<FIELD>`.

    The environment wins over `.env`, which wins over `stack.env` in the home folder,
    where a running one-machine stack writes the addresses of its parts.
    """

    model_config = SettingsConfigDict(
        env_prefix="MUSTER_",
        env_nested_delimiter="__",
        extra="ignore",
        frozen=True,
        use_attribute_docstrings=True,
    )

    home: Path = Field(default_factory=lambda: Path.home() / ".muster")
    """Folder of everything Muster keeps on this machine, mode 0700."""

    admin_email: str = "admin@muster.localhost"
    """Email of the first administrator."""

    admin_password: SecretStr = SecretStr("")
    """Password of the first administrator. Empty: a random one, shown once."""

    accounts: AccountsSettings = AccountsSettings()
    api: ApiSettings = ApiSettings()
    browser_profiles: BrowserProfilesSettings = BrowserProfilesSettings()
    campaigns: CampaignsSettings = CampaignsSettings()
    database: DatabaseSettings = DatabaseSettings()
    events: EventsSettings = EventsSettings()
    failures: FailuresSettings = FailuresSettings()
    leak_responders: LeakRespondersSettings = LeakRespondersSettings()
    leak_tests: LeakTestsSettings = LeakTestsSettings()
    limits: LimitsSettings = LimitsSettings()
    logs: LogsSettings = LogsSettings()
    multilogin: MultiloginSettings = MultiloginSettings()
    pictures: PicturesSettings = PicturesSettings()
    plex: PlexSettings = PlexSettings()
    prefect: PrefectSettings = PrefectSettings()
    proxies: ProxiesSettings = ProxiesSettings()
    proxy_upkeep: ProxyUpkeepSettings = ProxyUpkeepSettings()
    public_profiles: PublicProfilesSettings = PublicProfilesSettings()
    redis: RedisSettings = RedisSettings()
    reviews: ReviewsSettings = ReviewsSettings()
    secrets: SecretsSettings = SecretsSettings()
    stack: StackSettings = StackSettings()
    vpn: VpnSettings = VpnSettings()


def home_folder() -> Path:
    """Return the home folder before the rest of the settings is read."""
    named = os.environ.get("MUSTER_HOME")  # noqa: TID251 - says where stack.env lies
    return Path(named) if named else Path.home() / ".muster"


@cache
def settings() -> Settings:
    """
    Return the settings of this process, read once.

    Raises:
        SetupError: A value cannot be read; the message names the variable.
    """
    try:
        return Settings(
            _env_file=(home_folder() / "stack.env", ".env"),
        )
    except ValidationError as invalid:
        raise SetupError(_name_variables(invalid)) from None


def _name_variables(invalid: ValidationError) -> str:
    lines = (
        f"MUSTER_{'__'.join(map(str, error['loc'])).upper()}: {error['msg']}"
        for error in invalid.errors()
    )
    return "settings cannot be read: " + "; ".join(lines)
