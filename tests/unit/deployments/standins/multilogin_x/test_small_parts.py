"""Ports, exits, cookies, limits, archives: what can be told without a server."""

import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from deployments.standins.multilogin_x.__main__ import port_of, read_arguments
from deployments.standins.multilogin_x.cookies_in_browser import (
    devtools_cookie,
    extension_cookie,
)
from deployments.standins.multilogin_x.cores import Cores
from deployments.standins.multilogin_x.envelope import Refusal
from deployments.standins.multilogin_x.exits import (
    Exit,
    exit_address,
    exit_country,
    new_user_name,
)
from deployments.standins.multilogin_x.gateway import loopback_address
from deployments.standins.multilogin_x.kept import Kept
from deployments.standins.multilogin_x.limits import Limit
from deployments.standins.multilogin_x.tokens import (
    PERIODS,
    Caller,
    make_token,
    read_token,
)
from deployments.standins.multilogin_x.transfers import (
    UnreadableArchiveError,
    read_record,
    unpack,
)

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
KEY = "k" * 64
CALLER = Caller(
    "u", "u@muster.example", "w", "owner", is_automation=False, token_id="t"
)


def test_ports_are_asked_for_or_ours_and_with_tls_the_launchers_is_the_vendors() -> (
    None
):
    values = Settings.model_validate({})
    plain = read_arguments([])
    assert [port_of(name, plain, values) for name in ("cloud", "launcher")] == [
        4056,
        4057,
    ]
    secured = read_arguments(["--certificate", "c.pem", "--key", "k.pem"])
    assert port_of("launcher", secured, values) == 45_001
    assert port_of("cookies", secured, values) == 4059
    assert port_of("launcher", read_arguments(["--launcher-port", "0"]), values) == 0


def test_the_gateway_reaches_this_machine_and_looks_no_name_up() -> None:
    assert loopback_address("LOCALHOST") == "127.0.0.1"
    assert loopback_address("a.localhost.") == "127.0.0.1"
    assert loopback_address("127.1.2.3") == "127.1.2.3"
    assert loopback_address("::1") == "::1"
    for elsewhere in ("", "a.example", "192.0.2.1", "10.0.0.1", "localhost.example"):
        assert loopback_address(elsewhere) is None


def test_an_exit_keeps_its_address_and_two_have_different_ones() -> None:
    anywhere = Exit("ch", "zurich", "", rotates_after_seconds=0)
    one, other = (new_user_name("account", anywhere) for _ in range(2))
    assert exit_address(one, at=0) == exit_address(one, at=1e9)
    assert exit_address(one, at=0) != exit_address(other, at=0)
    assert exit_country(one) == "ch"
    assert "-region-zurich-sid-" in one


def test_an_exit_that_rotates_has_an_address_for_each_period() -> None:
    name = new_user_name("account", Exit("any", "", "", rotates_after_seconds=60))
    assert exit_address(name, at=0) == exit_address(name, at=59)
    assert exit_address(name, at=0) != exit_address(name, at=60)
    assert exit_country(name) == ""


def test_a_token_is_read_by_its_key_until_it_expires() -> None:
    half_an_hour = timedelta(minutes=30)
    begun = datetime.now(UTC)  # noqa: TID251 - the library reads the real clock
    token = make_token(CALLER, key=KEY, at=begun, lasting=half_an_hour, machine="m")
    assert read_token(token, key=KEY) == CALLER
    assert read_token(token, key="x" * 64) is None
    old = make_token(CALLER, key=KEY, at=NOON, lasting=half_an_hour, machine="m")
    assert read_token(old, key=KEY) is None
    assert set(PERIODS) >= {"1h", "3h", "5h", "48h", "1w", "3w", "1mo", "no_exp"}


def test_a_limit_lets_so_many_pass_in_its_window() -> None:
    limit = Limit(2, 60.0)
    assert [limit.ask("a", at=one).is_given for one in (0, 1, 2, 59)] == [
        True,
        True,
        False,
        False,
    ]
    assert limit.ask("b", at=2).is_given
    assert limit.ask("a", at=60.5).is_given
    assert all(Limit(0, 1.0).ask("a", at=0).is_given for _ in range(100))


def test_cookies_keep_their_meaning_on_the_way_in_and_out() -> None:
    bound = {"name": "a", "value": "b", "domain": "a.example", "hostOnly": True}
    told = devtools_cookie(bound | {"secure": True, "sameSite": "no_restriction"})
    assert told["url"] == "https://a.example/"
    assert "domain" not in told
    assert told["sameSite"] == "None"
    # Chromium refuses SameSite=None where it is not secure, and all others with it.
    assert "sameSite" not in devtools_cookie(bound | {"sameSite": "no_restriction"})
    wide = devtools_cookie(bound | {"domain": ".a.example", "hostOnly": False})
    assert wide["domain"] == ".a.example"
    assert "expires" not in wide
    shown = extension_cookie(
        wide | {"session": True, "path": "/", "expires": -1, "sameSite": "Lax"}
    )
    assert shown["sameSite"] == "lax"
    assert "expirationDate" not in shown
    with pytest.raises(Refusal):
        devtools_cookie({"name": "a"})


def test_a_core_six_versions_behind_is_refused() -> None:
    cores = Cores(latest=156)
    assert cores.read_version({}) == 156
    assert cores.read_version({"core_version": 151}) == 151
    for wrong in (150, 157):
        with pytest.raises(Refusal):
            cores.read_version({"core_version": wrong})


def test_an_archive_cannot_write_outside_its_folder(tmp_path: Path) -> None:
    file = tmp_path / "bad.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("data/../../outside", "x")
    with pytest.raises(UnreadableArchiveError, match="outside"):
        unpack(file, tmp_path / "here" / "data")
    assert not (tmp_path / "outside").exists()
    with pytest.raises(UnreadableArchiveError):
        read_record(file)


def put_together(kept: Kept, *bodies: dict[str, Any]) -> None:
    with kept.together():
        for identity, body in zip("ab", bodies, strict=False):
            kept.put("kind", identity, body)


def test_documents_are_kept_together_or_not_at_all(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "state.sqlite")
    kept.put("kind", "a", {"n": 1})
    with pytest.raises(TypeError):
        put_together(kept, {"n": 2}, {"n": object()})
    assert kept.list_all("kind") == [{"n": 1}]
    assert kept.forget("kind", ["a", "b"]) == 1
    kept.close()
    assert (tmp_path / "state.sqlite").stat().st_mode & 0o077 == 0
