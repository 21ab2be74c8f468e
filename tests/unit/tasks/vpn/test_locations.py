"""The folder of locations: what is listed, chosen, refused and sealed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.errors import SetupError
from config.settings import settings
from config.vocabulary import TunnelProtocol
from tasks.sealing import forget_keys
from tasks.vpn.locations import (
    LocationNotFoundError,
    choose_protocol,
    list_locations,
    read_credentials,
    read_location,
)
from tasks.vpn.seals import MARK, seal_file


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Have an empty folder of locations."""
    monkeypatch.setenv("MUSTER_HOME", str(tmp_path))
    settings.cache_clear()
    made = tmp_path / "vpn"
    made.mkdir()
    yield made
    settings.cache_clear()


def test_a_folder_that_is_not_there_has_no_locations(folder: Path) -> None:
    folder.rmdir()
    assert list_locations() == []


def test_locations_tell_their_protocols_and_what_is_wrong(folder: Path) -> None:
    (folder / "de.ovpn").write_text("remote a.example 1194\nup x\n")
    (folder / "nl.gluetun").write_text(
        "control = http://127.0.0.1:8000\nproxy = http://127.0.0.1:8888\n"
    )
    (folder / "not a location.conf").write_text("")
    german, dutch = list_locations()
    assert (german.location, german.protocols) == ("de", (TunnelProtocol.OPENVPN,))
    assert german.problem is not None
    assert german.problem.startswith("de.ovpn: line 2: `up`")
    assert (dutch.location, dutch.problem) == ("nl", None)


def test_a_protocol_without_a_file_is_not_found(folder: Path) -> None:
    (folder / "de.ovpn").write_text("remote a.example 1194\n")
    assert choose_protocol("de", None) is TunnelProtocol.OPENVPN
    for location, protocol in (
        ("de", TunnelProtocol.WIREGUARD),
        ("nl", None),
        ("../vpn/de", None),
    ):
        with pytest.raises(LocationNotFoundError):
            choose_protocol(location, protocol)


def test_sealed_files_read_as_before_and_say_nothing(folder: Path) -> None:
    file = folder / "de.credentials"
    file.write_text("name\nsecret word\n")
    (folder / "de.ovpn").write_text("remote a.example 1194\n")
    assert seal_file(file)
    assert seal_file(folder / "de.ovpn")
    assert not seal_file(file)
    assert file.read_text().startswith(MARK)
    assert "secret" not in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    assert (folder.parent / "secrets.key").stat().st_mode & 0o777 == 0o600
    assert read_credentials("de") == ("name", "secret word")
    assert read_location("de", TunnelProtocol.OPENVPN).endpoint(0) == "a.example:1194"  # type: ignore[union-attr, operator]


def test_a_seal_of_another_key_is_told(folder: Path) -> None:
    file = folder / "de.credentials"
    file.write_text("name\nword\n")
    seal_file(file)
    (folder.parent / "secrets.key").unlink()
    forget_keys()
    with pytest.raises(SetupError, match="sealed with another key"):
        read_credentials("de")
