"""The parts: in which order, and which run elsewhere."""

import json
from pathlib import Path

import pytest

from config.settings import Settings
from deployments.stack.home import Home, StackSecrets, stack_secrets
from deployments.stack.parts import addresses_of, parts_of
from deployments.stack.processes import base_environment

ELSEWHERE = {
    "database": {"url": "postgresql+psycopg://elsewhere/muster"},
    "redis": {"url": "redis://elsewhere"},
    "prefect": {"api_url": "http://elsewhere/api", "auth_string": "them:word"},
    "plex": {"accounts_url": "https://plex.tv"},
    "multilogin": {"cloud_url": "https://elsewhere"},
    "leak_tests": {"responder_url": "http://elsewhere"},
}
HERE = {
    "database": {"url": ""},
    "redis": {"url": ""},
    "prefect": {"api_url": ""},
    "plex": {"accounts_url": ""},
    "multilogin": {"cloud_url": ""},
    "leak_tests": {"responder_url": ""},
}


@pytest.fixture
def secrets(tmp_path: Path) -> StackSecrets:
    return stack_secrets(Home(tmp_path))


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings are only what a test gives, whatever other tests have set."""
    for name in base_environment("tests"):
        if name.startswith("MUSTER_"):
            monkeypatch.delenv(name, raising=False)


def settings_with(tmp_path: Path, sections: dict[str, dict[str, str]]) -> Settings:
    """Return settings without any environment but this."""
    return Settings.model_validate({"home": tmp_path, **sections})


def test_every_part_names_only_parts_there_are_and_none_waits_for_itself(
    tmp_path: Path, secrets: StackSecrets
) -> None:
    parts = {
        part.name: part for part in parts_of(settings_with(tmp_path, HERE), secrets)
    }
    settled: set[str] = set()
    while len(settled) < len(parts):
        next_up = {
            name
            for name, part in parts.items()
            if name not in settled and {*part.needs, *part.uses} <= settled
        }
        assert next_up, "a circle"
        settled |= next_up


def test_the_stores_are_up_before_any_part_of_ours(
    tmp_path: Path, secrets: StackSecrets
) -> None:
    parts = {
        part.name: part for part in parts_of(settings_with(tmp_path, HERE), secrets)
    }
    for name in ("relay", "worker", "api"):
        assert {"postgres", "redis", "migrations"} <= set(parts[name].needs)
    assert "postgres" in parts["prefect"].needs
    assert parts["demo_site"].needs == ()


def test_what_runs_elsewhere_is_not_started_and_not_waited_for(
    tmp_path: Path, secrets: StackSecrets
) -> None:
    parts = parts_of(settings_with(tmp_path, ELSEWHERE), secrets)
    assert {part.name for part in parts} == {
        "migrations",
        "demo_site",
        "relay",
        "worker",
        "tunnel_keeper",
        "api",
    }
    assert {need for part in parts for need in part.needs} == {"migrations"}


def test_addresses_are_the_operators_own_where_there_are_any(
    tmp_path: Path, secrets: StackSecrets
) -> None:
    addresses = addresses_of(settings_with(tmp_path, ELSEWHERE), secrets)
    assert addresses.database_url == "postgresql+psycopg://elsewhere/muster"
    assert addresses.prefect_auth_string == "them:word"
    assert addresses.signing_key == secrets.signing_key


def test_no_secret_stands_on_a_command_line(
    tmp_path: Path, secrets: StackSecrets
) -> None:
    parts = parts_of(settings_with(tmp_path, HERE), secrets)
    words = " ".join(word for part in parts for word in part.command())
    for secret in vars(secrets).values():
        assert secret not in words


def test_the_stand_in_for_plex_is_started_where_no_address_is_set(
    tmp_path: Path, secrets: StackSecrets
) -> None:
    here, elsewhere = (settings_with(tmp_path, one) for one in (HERE, ELSEWHERE))
    started = {part.name: part for part in parts_of(here, secrets)}
    address = f"http://127.0.0.1:{here.stack.plex_accounts_port}"
    assert started["api"].environment["MUSTER_PLEX__ACCOUNTS_URL"] == address
    assert started["api"].environment["MUSTER_PLEX__SIGN_IN_URL"] == f"{address}/auth"
    assert "plex_accounts" in started
    assert addresses_of(elsewhere, secrets).plex_accounts_url == "https://plex.tv"


def test_the_local_multilogin_is_started_where_no_address_is_set(
    tmp_path: Path, secrets: StackSecrets
) -> None:
    here, elsewhere = (settings_with(tmp_path, one) for one in (HERE, ELSEWHERE))
    started = {part.name: part for part in parts_of(here, secrets)}
    told = started["api"].environment
    address = f"http://127.0.0.1:{here.stack.multilogin_cloud_port}"
    assert told["MUSTER_MULTILOGIN__CLOUD_URL"] == address
    assert told["MUSTER_MULTILOGIN__PASSWORD"] == secrets.multilogin_password
    assert "multilogin_x" in started
    # Nobody's local password goes to somebody else's cloud.
    assert addresses_of(elsewhere, secrets).multilogin == {}


def test_leak_responders_are_started_where_no_address_is_set(
    tmp_path: Path, secrets: StackSecrets
) -> None:
    here, elsewhere = (settings_with(tmp_path, one) for one in (HERE, ELSEWHERE))
    started = {part.name: part for part in parts_of(here, secrets)}
    told = started["worker"].environment
    address = f"http://127.0.0.1:{here.leak_responders.http_port}"
    assert told["MUSTER_LEAK_TESTS__RESPONDER_URL"] == address
    token = secrets.leak_responder_token
    assert told["MUSTER_LEAK_TESTS__RESPONDER_TOKEN"] == token
    own = started["leak_responders"].environment
    assert own["MUSTER_LEAK_RESPONDERS__TOKEN"] == token
    assert addresses_of(elsewhere, secrets).leak_responders == {}


def test_a_home_of_an_earlier_version_gets_the_secrets_it_lacks(tmp_path: Path) -> None:
    before = stack_secrets(Home(tmp_path))
    file = tmp_path / "secrets.json"
    kept = json.loads(file.read_text())
    del kept["multilogin_password"]
    file.write_text(json.dumps(kept))
    after = stack_secrets(Home(tmp_path))
    assert after.postgres_password == before.postgres_password
    assert after.multilogin_password
    assert stack_secrets(Home(tmp_path)) == after
