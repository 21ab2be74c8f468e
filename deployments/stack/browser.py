"""
A browser with its driver: found, else installed.

`python -m deployments.stack.browser [--required]` is the last step of
`deployments/install`. Order: a Chromium or Chrome on PATH with a driver of its version;
the system's package manager, when this user may use it; Selenium's own manager.
"""

import argparse
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from config.errors import SetupError
from deployments.stack.bootstrap import apt_command, run_command, say, succeeds

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DRIVER = "chromedriver"


@dataclass(frozen=True)
class Browser:
    """A browser and the driver that belongs to it."""

    binary: Path
    driver: Path


def major_version(text: str) -> int | None:
    """Return the first number of a dotted version in what a program says of itself."""
    found = re.search(r"(\d+)\.\d+\.\d+", text)
    return int(found.group(1)) if found else None


def installed_browser() -> Browser | None:
    """Return a browser on PATH whose driver is of the same version."""
    driver = shutil.which(DRIVER)
    if driver is None:
        return None
    driven = _version_of(driver)
    for name in BROWSERS:
        binary = shutil.which(name)
        if binary and driven is not None and _version_of(binary) == driven:
            return Browser(Path(binary), Path(driver))
    return None


def browser() -> Browser:
    """
    Return the browser of this machine, without installing one.

    Raises:
        SetupError: There is none, or its driver is of another version.
    """
    found = installed_browser() or _managed_browser(offline=True)
    if found is None:
        raise SetupError(
            "no Chromium or Chrome with a driver of its version was found; "
            "install them (on Debian: apt-get install chromium chromium-driver)"
        )
    return found


def install_browser() -> Browser | None:
    """Install a browser with its driver by whatever means this machine offers."""
    say("no browser with its driver is here; installing Chromium (takes a minute) ...")
    for command in _package_manager_commands():
        run_command(*command)
    return installed_browser() or _managed_browser(offline=False)


def _package_manager_commands() -> list[list[str]]:
    apt = apt_command()
    if apt:
        install = [*apt, "install", "-q", "-y", "--no-install-recommends"]
        return [[*apt, "update", "-q"], [*install, "chromium", "chromium-driver"]]
    if shutil.which("brew"):
        return [["brew", "install", "--cask", "chromium", "chromedriver"]]
    if shutil.which("sudo") and succeeds("sudo", "-n", "true") and shutil.which("dnf"):
        return [["sudo", "-n", "dnf", "install", "-y", "chromium", "chromedriver"]]
    return []


def _version_of(program: str) -> int | None:
    try:
        said = subprocess.run(  # noqa: S603 - a browser found on PATH
            [program, "--version"],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return major_version(said.stdout)


def _managed_browser(*, offline: bool) -> Browser | None:
    # Imported late: the usual machine has a browser, and this import takes a while.
    from selenium.common.exceptions import WebDriverException  # noqa: PLC0415
    from selenium.webdriver.common.selenium_manager import (  # noqa: PLC0415
        SeleniumManager,
    )

    reach = ["--offline"] if offline else ["--timeout", "120"]
    wish = ["--browser", "chrome", *reach]
    try:
        paths = SeleniumManager().binary_paths(wish)
    except WebDriverException:
        return None
    found = Browser(Path(paths["browser_path"]), Path(paths["driver_path"]))
    return found if found.binary.is_file() and found.driver.is_file() else None


def main() -> int:
    """Find or install a browser; return 1 if one is required and none can be had."""
    parser = argparse.ArgumentParser(prog="python -m deployments.stack.browser")
    parser.add_argument("--required", action="store_true", help="fail without one")
    required: bool = parser.parse_args().required
    if installed_browser() or _managed_browser(offline=True) or install_browser():
        return 0
    say(
        "no browser: leak tests, browser profiles and screenshots cannot work; "
        "install Chromium and its chromedriver (apt-get install chromium "
        "chromium-driver) and run this again"
    )
    return 1 if required else 0


if __name__ == "__main__":
    sys.exit(main())
