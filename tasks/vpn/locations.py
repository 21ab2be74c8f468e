"""The locations: a folder of configuration files, one for each way to a location."""

import re
from collections.abc import Callable
from pathlib import Path

from config.errors import ApplicationError, NotFoundError
from config.settings import settings
from config.vocabulary import TunnelProtocol
from tasks.clients.gluetun_file import GluetunFile, read_gluetun_file
from tasks.clients.openvpn_file import OpenVpnFile, read_openvpn_file
from tasks.clients.wireguard_file import WireGuardFile, read_wireguard_file
from tasks.vpn.schemas import LocationAnswer
from tasks.vpn.seals import read_sealed

SUFFIXES = {
    TunnelProtocol.WIREGUARD: ".conf",
    TunnelProtocol.OPENVPN: ".ovpn",
    TunnelProtocol.GLUETUN: ".gluetun",
}
"""Which is taken if a wish leaves the protocol open: the first that is there."""

CREDENTIALS = ".credentials"
TunnelFile = OpenVpnFile | WireGuardFile | GluetunFile
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_READERS: dict[TunnelProtocol, Callable[[str], TunnelFile]] = {
    TunnelProtocol.WIREGUARD: read_wireguard_file,
    TunnelProtocol.OPENVPN: read_openvpn_file,
    TunnelProtocol.GLUETUN: read_gluetun_file,
}


class LocationNotFoundError(NotFoundError):
    """There is no configuration file for what was asked."""

    code = "location_not_found"

    def __init__(self, location: str, protocol: TunnelProtocol | None) -> None:
        wanted = SUFFIXES[protocol] if protocol else "/".join(SUFFIXES.values())
        super().__init__(
            f"there is no location {location!r}"
            + (f" for {protocol}" if protocol else "")
            + f"; put its file {location}{wanted} into the folder of VPN locations "
            "(MUSTER_VPN__FOLDER)",
            details={"location": location},
        )


def locations_folder() -> Path:
    """Return the folder of the locations; it may not be there."""
    folder = settings().vpn.folder
    # A variable that is set to nothing reads as the present folder.
    if folder is None or folder == Path():
        return settings().home / "vpn"
    return folder


def list_locations() -> list[LocationAnswer]:
    """Return every location, and what is wrong with the first of its files."""
    names = {
        file.stem
        for suffix in SUFFIXES.values()
        for file in locations_folder().glob(f"*{suffix}")
        if _NAME.fullmatch(file.stem)
    }
    return [_describe(name) for name in sorted(names)]


def choose_protocol(location: str, protocol: TunnelProtocol | None) -> TunnelProtocol:
    """
    Return by which protocol a location is reached.

    Raises:
        LocationNotFoundError: There is no file for it.
    """
    found = protocols_of(location)
    if not found or (protocol is not None and protocol not in found):
        raise LocationNotFoundError(location, protocol)
    return protocol or found[0]


def protocols_of(location: str) -> tuple[TunnelProtocol, ...]:
    """Return the protocols that a location has files for."""
    if not _NAME.fullmatch(location):
        return ()
    return tuple(
        protocol
        for protocol, suffix in SUFFIXES.items()
        if (locations_folder() / f"{location}{suffix}").is_file()
    )


def read_location(location: str, protocol: TunnelProtocol) -> TunnelFile:
    """
    Return what the configuration file of a location says.

    Raises:
        LocationNotFoundError: There is none.
        TunnelFileError: It holds what is not allowed, or not enough.
        SetupError: It cannot be read, or its seal cannot be opened.
    """
    choose_protocol(location, protocol)
    file = locations_folder() / f"{location}{SUFFIXES[protocol]}"
    return _READERS[protocol](read_sealed(file))


def read_credentials(location: str) -> tuple[str, ...]:
    """
    Return the lines of a location's credentials; none if there is no such file.

    Raises:
        SetupError: It cannot be read, or its seal cannot be opened.
    """
    file = locations_folder() / f"{location}{CREDENTIALS}"
    if not file.is_file():
        return ()
    return tuple(line for line in read_sealed(file).splitlines() if line)


def list_secret_files() -> list[Path]:
    """Return the files of all locations that hold secrets, sealed or not."""
    endings = {CREDENTIALS, *SUFFIXES.values()}
    folder = locations_folder()
    files = folder.iterdir() if folder.is_dir() else ()
    return sorted(
        one for one in files if one.suffix in endings and _NAME.fullmatch(one.stem)
    )


def _describe(name: str) -> LocationAnswer:
    protocols = protocols_of(name)
    problem = None
    for protocol in protocols:
        try:
            read_location(name, protocol)
            read_credentials(name)
        except ApplicationError as error:
            problem = f"{name}{SUFFIXES[protocol]}: {error.message}"
            break
    return LocationAnswer(location=name, protocols=protocols, problem=problem)
