"""Options of Streamlit that safety and speed rest on, over the console's own file."""

from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.web import bootstrap

from config.errors import SetupError
from config.sections.api import ApiSettings
from ui.api.gate import IDENTITY

SCRIPT = Path(__file__).parents[1] / "console" / "app.py"
ANYWHERE = {"", "0.0.0.0", "::"}  # noqa: S104 - compared, not bound
LOOPBACK = ["127.0.0.1", "localhost", "[::1]", "::1"]


def required_options(api: ApiSettings) -> dict[str, Any]:
    """
    Return the options that must hold whatever a file says.

    `runner.postScriptGC`: a full collection after each run cost 60 of 70 ms of CPU.
    """
    return {
        "server.baseUrlPath": "console",
        "server.headless": True,
        "server.fileWatcherType": "none",
        "server.enableXsrfProtection": True,
        "server.enableAgentApi": False,
        "server.allowedHosts": allowed_hosts(api),
        "server.trustedUserHeaders": IDENTITY,
        "runner.postScriptGC": False,
        "browser.gatherUsageStats": False,
        "client.showErrorDetails": "none",
        "client.toolbarMode": "minimal",
        "logger.level": "warning",
    }


def allowed_hosts(api: ApiSettings) -> list[str]:
    """Return the host names the console answers to; none: it may be called anything."""
    if api.public_url is not None:
        return [*LOOPBACK, api.public_url.host or ""]
    return [] if api.host in ANYWHERE else [*LOOPBACK, api.host]


def set_streamlit_options(api: ApiSettings) -> None:
    """
    Load the file beside the console's script, and set ours over it.

    Raises:
        SetupError: An option does not have its value; this Streamlit is another one.
    """
    wanted = required_options(api)
    bootstrap.load_config_options(
        {name.replace(".", "_", 1): value for name, value in wanted.items()}
    )
    for name, value in wanted.items():
        if st.get_option(name) != value:
            raise SetupError(
                f"Streamlit's option {name} is {st.get_option(name)!r} and must be "
                f"{value!r}; install the locked packages"
            )
