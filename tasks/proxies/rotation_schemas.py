"""What crosses a boundary about how proxies are chosen."""

from datetime import datetime
from typing import Annotated

from annotated_types import Ge, Le
from pydantic import StrictInt, StringConstraints

from config.sections.proxies import ProxiesSettings
from tasks.proxies.schemas import DocumentSchema

HostName = Annotated[
    str,
    StringConstraints(
        max_length=261,
        pattern=r"^([A-Za-z0-9]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])"
        r"(:[0-9]{1,5})?$",
    ),
]
"""As a request names it, with its port where that is not the usual one."""


class RotationAnswer(DocumentSchema):
    """How proxies are chosen."""

    settings: ProxiesSettings
    """What holds now."""

    usual: ProxiesSettings
    """What the environment says, and held before anybody changed it."""


class RotationFigures(DocumentSchema):
    """What some settings would have done with the recorded attempts."""

    attempts: int
    other_proxy: int
    """Attempts that would have gone through another proxy."""

    waits: int
    chance_taken: float
    """Mean chance of success, as known then, of the proxies that were taken."""

    chance_chosen: float
    """The same of those that would have been chosen."""


class RotationEffect(DocumentSchema):
    """The recorded attempts under the settings of now, and under other ones."""

    now: RotationFigures
    then: RotationFigures


class ProxyStanding(DocumentSchema):
    """How a proxy stands with one host; the lowest score is taken."""

    proxy_id: int
    score: float
    """Seconds that an attempt is expected to take, failures included."""

    latency_ms: int
    success_chance: float
    in_flight: int
    failures_in_row: int
    cooling_until: datetime | None
    on_trial: bool
    """It was put out, and has not succeeded since."""

    budget_left_this_hour: int


class HostStanding(DocumentSchema):
    """How the proxies in use stand with a host, the best first."""

    host: str
    common_mode_until: datetime | None
    """It fails through all proxies; until then none is blamed."""

    slowed_until: datetime | None
    proxies: tuple[ProxyStanding, ...]


class BanRequest(DocumentSchema):
    """For which host a proxy is not to be given out, and how long."""

    host: HostName
    minutes: Annotated[StrictInt, Ge(1), Le(10_080)] = 60


class UnbanRequest(DocumentSchema):
    """At which host what speaks against a proxy is to be forgotten."""

    host: HostName
