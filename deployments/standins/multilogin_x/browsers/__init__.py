"""Real Chromium for each browser profile: started, driven, watched and ended."""

from deployments.standins.multilogin_x.browsers.folder import sweep_folders
from deployments.standins.multilogin_x.browsers.order import (
    AlreadyRunningError,
    BrowserNotStartedError,
    BrowserOrder,
    ProxyUnreachableError,
    Unsupported,
)
from deployments.standins.multilogin_x.browsers.running import (
    LocalBrowser,
    start_browser,
)

__all__ = [
    "AlreadyRunningError",
    "BrowserNotStartedError",
    "BrowserOrder",
    "LocalBrowser",
    "ProxyUnreachableError",
    "Unsupported",
    "start_browser",
    "sweep_folders",
]
