"""What this machine offers: a Chromium, its driver, its fonts, a screen."""

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from config.errors import SetupError
from deployments.stack.browser import browser
from deployments.standins.multilogin_x.browsers.order import BrowserNotStartedError

_ASK_SECONDS = 20
_HANDED_ON = (
    "DBUS_SESSION_BUS_ADDRESS",
    "DISPLAY",
    "LANG",
    "LANGUAGE",
    "LC_ALL",
    "LD_LIBRARY_PATH",
    "PATH",
    "TZ",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "XDG_RUNTIME_DIR",
)
"""What a browser needs of our environment; the rest may hold secrets."""


@dataclass(frozen=True)
class Machine:
    """The facts that decide what a browser can be started with."""

    binary: Path
    driver: Path
    version: str
    system: str
    """As `navigator.platform` tells it, such as `Linux x86_64`."""

    is_root: bool
    has_screen: bool
    fonts: frozenset[str]
    """Families, in lower case."""

    environment: Mapping[str, str]

    @property
    def major(self) -> str:
        """The first number of the browser's version."""
        return self.version.partition(".")[0]

    @property
    def user_agent(self) -> str:
        """What this Chromium says of itself when it has a window."""
        return (
            f"Mozilla/5.0 (X11; {self.system}) AppleWebKit/537.36 (KHTML, like Gecko) "
            f"Chrome/{self.major}.0.0.0 Safari/537.36"
        )


@cache
def this_machine() -> Machine:
    """
    Return the facts of this machine, looked up once.

    Raises:
        BrowserNotStartedError: There is no Chromium with a driver of its version.
    """
    try:
        found = browser()
    except SetupError as problem:
        raise BrowserNotStartedError(problem.message) from problem
    environment = {
        name: value
        for name, value in os.environ.items()  # noqa: TID251 - handed on, not read
        if name in _HANDED_ON
    }
    return Machine(
        binary=real_binary(found.binary),
        driver=found.driver,
        version=_version_of(found.binary),
        system=f"{platform.system()} {platform.machine()}",
        is_root=os.geteuid() == 0,
        has_screen=_has_screen(environment),
        fonts=_fonts(),
        environment=environment,
    )


def real_binary(command: Path) -> Path:
    """
    Return the program behind a distribution's wrapper script.

    The script adds switches of its own, among them extensions and a start page. If
    the program cannot be found the script has to do; it hands its process over.
    """
    with command.open("rb") as program:
        if program.read(2) != b"#!":
            return command
    name, folder = command.name, command.resolve().parent
    beside = [folder / "chrome", folder / f"{name}-browser"]
    libraries = [Path(root) / name / name for root in ("/usr/lib", "/usr/lib64")]
    return next((one for one in [*libraries, *beside] if one.is_file()), command)


def _version_of(binary: Path) -> str:
    found = re.search(r"\d+(\.\d+)+", _ask(str(binary), "--version"))
    return found.group() if found else "0"


def _has_screen(environment: Mapping[str, str]) -> bool:
    if sys.platform == "darwin":
        return True
    return "DISPLAY" in environment or "WAYLAND_DISPLAY" in environment


def _fonts() -> frozenset[str]:
    if shutil.which("fc-list") is None:
        return frozenset()
    listed = _ask("fc-list", ":", "family").replace("\n", ",").lower().split(",")
    return frozenset(one.strip() for one in listed if one.strip())


def _ask(*command: str) -> str:
    try:
        return subprocess.run(  # noqa: S603 - programs found on PATH
            command, capture_output=True, text=True, timeout=_ASK_SECONDS, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""
