"""Prefect understands every name we give it, and calls nobody outside."""

import ssl
from datetime import timedelta
from pathlib import Path

import pytest
from prefect.settings import Settings

from deployments.prefect_environment import client_environment, server_environment


def _settings_from(
    variables: dict[str, str], patch: pytest.MonkeyPatch, folder: Path
) -> Settings:
    patch.chdir(folder)  # Prefect also reads .env and prefect.toml where it runs
    for name, value in variables.items():
        patch.setenv(name, value)
    return Settings()


def test_the_server_keeps_to_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "postgresql+asyncpg://muster:password@127.0.0.1:1/prefect"
    variables = server_environment(
        database_url=url, host="127.0.0.1", port=4053, auth_string="a:b", home=tmp_path
    )
    server = _settings_from(variables, monkeypatch, tmp_path).server
    assert (server.api.host, server.api.port) == ("127.0.0.1", 4053)
    assert server.api.auth_string is not None
    assert server.database.connection_url is not None
    assert server.database.connection_url.get_secret_value() == url
    assert not server.analytics_enabled
    assert not server.ui.enabled
    assert server.events.retention_period == timedelta(days=2)
    assert server.deployments.concurrency_slot_wait_seconds == 3
    assert variables["DO_NOT_TRACK"] == "1"


def test_a_client_is_told_all_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = client_environment(
        api_url="http://127.0.0.1:4053/api", auth_string="a:b", home=tmp_path
    )
    made = _settings_from(variables, monkeypatch, tmp_path)
    assert made.home == tmp_path / "prefect"
    assert made.api.url == "http://127.0.0.1:4053/api"
    assert made.api.auth_string is not None
    assert made.flows.heartbeat_frequency == 30
    assert made.worker.query_seconds == 10
    assert not made.server.ephemeral.enabled
    assert not made.telemetry.enable_resource_metrics
    assert not made.client.server_version_check_enabled
    assert made.logging.to_api.when_missing_flow == "ignore"


def test_on_loopback_one_certificate_is_loaded_instead_of_all(tmp_path: Path) -> None:
    variables = client_environment(
        api_url="http://127.0.0.1:4053/api", auth_string="", home=tmp_path
    )
    context = ssl.create_default_context(cafile=variables["PREFECT_API_SSL_CERT_FILE"])
    assert len(context.get_ca_certs()) == 1


def test_with_tls_the_real_certificates_stay(tmp_path: Path) -> None:
    variables = client_environment(
        api_url="https://prefect.example/api", auth_string="", home=tmp_path
    )
    assert "PREFECT_API_SSL_CERT_FILE" not in variables
    assert "PREFECT_API_AUTH_STRING" not in variables
