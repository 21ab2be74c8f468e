"""The four hosts: envelope, who may ask under which name, limits, TLS."""

import json
import ssl
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from config.clock import now
from tests.fixtures.multilogin import EMAIL, HOSTS, MultiloginX, running_multilogin_x
from tests.fixtures.multilogin_raw import RawMultilogin, problem_of, raw_multilogin

LAUNCHER_NAME = "launcher.mlx.yt"


def certificate_for(name: str, folder: Path) -> tuple[Path, Path]:
    """Write a certificate that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    names = x509.SubjectAlternativeName([x509.DNSName(name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate, secret = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate, secret


@pytest.mark.parametrize("host", HOSTS)
def test_a_foreign_host_name_is_refused(raw: RawMultilogin, host: str) -> None:
    for name in ("attacker.example", "127.0.0.1.attacker.example", "api.example:80"):
        told = raw.ask("GET", host, "/api/v1/version", headers={"Host": name})
        assert told.status_code == 421
        assert "version" not in told.text


def test_our_own_names_and_the_vendors_are_served(multilogin_x: MultiloginX) -> None:
    for name in ("localhost", "127.0.0.1:1", "[::1]:45001", f"{LAUNCHER_NAME}:45001"):
        address = f"{multilogin_x.launcher}/api/v1/version"
        told = httpx.get(address, headers={"Host": name})
        assert told.json()["data"] == {"env": "local", "version": "1.11.1"}


def test_every_host_listens_on_loopback_only(multilogin_x: MultiloginX) -> None:
    for host in HOSTS:
        assert getattr(multilogin_x, host).startswith("http://127.0.0.1:")


def test_an_unknown_path_is_answered_in_each_hosts_own_form(
    raw: RawMultilogin,
) -> None:
    for host in ("cloud", "launcher", "cookies"):
        assert problem_of(raw.ask("GET", host, "/nowhere"))[0] == 404
    told = raw.ask("GET", "proxy", "/nowhere").json()
    assert told == {"statusCode": 404, "message": "Not Found", "error": "Not Found"}


def test_a_body_that_is_no_object_is_refused(raw: RawMultilogin) -> None:
    for body in ([], "text", 1):
        told = raw.ask("POST", "cloud", "/profile/search", body)
        assert problem_of(told)[:2] == (400, "BAD_REQUEST_BODY")


MEMBERS = {
    "cloud": {
        "/user/signin": ("email", "password"),
        "/user/refresh_token": ("email", "refresh_token", "workspace_id"),
        "/user/revoke_tokens": ("token", "is_automation"),
        "/workspace/folder_create": ("name", "comment"),
        "/workspace/folder_update": ("folder_id", "name"),
        "/workspace/folders_remove": ("ids",),
        "/profile/create": ("name", "times", "parameters", "proxy", "tags", "os_type"),
        "/profile/search": ("limit", "tags", "created_from", "folder_id", "sort"),
        "/profile/metas": ("ids",),
        "/profile/update": ("profile_id", "name", "parameters"),
        "/profile/partial_update": ("profile_id", "proxy", "parameters"),
        "/profile/move": ("dest_folder_id", "ids"),
        "/tag/create": ("tags",),
    },
    "proxy": {"/v1/proxy/connection_url": ("country", "region", "IPTTL", "count")},
    "launcher": {
        "/api/v1/proxy/validate": ("type", "host", "port"),
        "/api/v1/cookie_import": ("profile_id", "folder_id", "cookies"),
        "/api/v1/profile/import": ("import_path",),
        "/api/v1/profile/quick/save": ("data",),
    },
    "cookies": {"/api/v1/cookies/metadata": ("profile_id", "target_website")},
}
ODD = (None, True, -1, 1e400, "", "\x00", "ü" * 300, [], [[]], [{}], {}, {"flags": []})


def test_no_odd_value_is_an_internal_error(tmp_path: Path) -> None:
    with running_multilogin_x(tmp_path) as here:
        raw = raw_multilogin(here)
        folder, made = raw.folder_id(), raw.create()
        right = {"folder_id": folder, "profile_id": made, "name": "odd", "ids": [made]}
        right |= {"dest_folder_id": folder, "host": "127.0.0.1", "port": 9}
        for host, path, name in (
            (host, path, name)
            for host, paths in MEMBERS.items()
            for path, members in paths.items()
            for name in members
        ):
            for odd in ODD:
                told = raw.ask("POST", host, path, {**right, name: odd})
                assert told.status_code < 500 or "PROXY" in told.text, (path, name, odd)
                if told.status_code == 401 or path == "/user/revoke_tokens":
                    raw = raw_multilogin(here)


def test_limits_and_faults_are_off_unless_asked_for(tmp_path: Path) -> None:
    with running_multilogin_x(tmp_path) as here:
        raw = raw_multilogin(here)
        for _ in range(60):
            assert raw.get("/workspace/folders")
        told = raw.ask("POST", "proxy", "/v1/proxy/connection_url", {})
        assert not [name for name in told.headers if "ratelimit" in name.lower()]
        assert raw.ask("POST", "cloud", "/_faults", {"where": "x"}).status_code == 404


def test_limits_refuse_in_each_hosts_own_form(tmp_path: Path) -> None:
    limits = ("--requests-per-minute", "3", "--proxy-requests-per-second", "2")
    with running_multilogin_x(tmp_path, *limits, "--sign-ins-per-minute", "2") as here:
        raw = raw_multilogin(here)
        answers = [raw.ask("GET", "cloud", "/workspace/folders") for _ in range(4)]
        assert [one.status_code for one in answers] == [200, 200, 200, 429]
        message = "Too many requests! Wait or upgrade for higher limits."
        assert problem_of(answers[-1]) == (429, "TOO_MANY_REQUESTS", message)
        raw_multilogin(here)
        with pytest.raises(httpx.HTTPStatusError, match="429"):
            raw_multilogin(here)
        answers = [raw.ask("GET", "proxy", "/v1/user") for _ in range(3)]
        assert answers[0].headers["X-RateLimit-Limit-short"] == "2"
        assert answers[0].headers["X-RateLimit-Remaining-short"] == "1"
        assert answers[2].status_code == 429
        assert answers[2].headers["Retry-After-short"] == "1"
        assert answers[2].json() == {
            "statusCode": 429,
            "message": "ThrottlerException: Too Many Requests",
        }
        # The agent on this machine has no limit.
        for _ in range(5):
            assert raw.get("/api/v1/version", host="launcher")


def test_with_a_certificate_all_four_speak_tls_under_the_vendors_name(
    tmp_path: Path,
) -> None:
    certificate, key = certificate_for(LAUNCHER_NAME, tmp_path)
    words = ("--certificate", str(certificate), "--key", str(key))
    with running_multilogin_x(tmp_path, *words, scheme="https") as here:
        trusted = ssl.create_default_context(cafile=str(certificate))
        with httpx.Client(verify=trusted) as client:
            for host in HOSTS:
                told = client.get(
                    f"{getattr(here, host)}/api/v1/version",
                    headers={"Host": LAUNCHER_NAME},
                    extensions={"sni_hostname": LAUNCHER_NAME},
                )
                assert told.status_code == (200 if host == "launcher" else 404)
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{here.launcher}/api/v1/version")


def test_a_password_of_its_own_is_told_and_one_that_was_given_is_not(
    tmp_path: Path,
) -> None:
    with running_multilogin_x(tmp_path):
        line = next(
            one
            for one in (tmp_path / "multilogin.log").read_text().splitlines()
            if one.startswith("{")
        )
    assert "password" not in json.loads(line)


def test_who_may_only_launch_changes_nothing_and_a_plan_has_an_end(
    tmp_path: Path,
) -> None:
    words = ("--team-role", "launcher", "--profile-limit", "2")
    with running_multilogin_x(tmp_path, *words) as here:
        owner = raw_multilogin(here)
        for _ in range(2):
            owner.create()
        body = {"name": "one too many", "folder_id": owner.folder_id()}
        told = owner.ask("POST", "cloud", "/profile/create", body)
        assert problem_of(told)[:2] == (400, "BAD_REQUEST_VALUES")
        workspaces = owner.get("/user/workspaces")["workspaces"]
        team = next(one for one in workspaces if one["role"] == "launcher")
        switch = {
            "email": EMAIL,
            "refresh_token": here.sign_in()["refresh_token"],
            "workspace_id": team["workspace_id"],
        }
        token = owner.post("/user/refresh_token", switch)["token"]
        member = RawMultilogin(here, token)
        body = {"name": "of a launcher", "folder_id": member.folder_id()}
        refused = member.ask("POST", "cloud", "/profile/create", body)
        assert refused.status_code == 403


def test_a_proxy_from_outside_is_handed_out_as_it_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = "proxy.example:8080:user:pass:word"
    monkeypatch.setenv("MUSTER_STACK__MULTILOGIN_GATEWAY", given)
    with running_multilogin_x(tmp_path) as here:
        raw = raw_multilogin(here)
        told = raw.ask("POST", "proxy", "/v1/proxy/connection_url", {"count": 2})
        assert told.json()["data"] == [given, given]
    assert "word" not in (tmp_path / "multilogin.log").read_text()


def test_a_query_that_is_wrong_is_refused_in_the_envelope(raw: RawMultilogin) -> None:
    told = raw.ask("GET", "cloud", "/profile/workspace_meta_ids?limit=many")
    assert problem_of(told)[:2] == (400, "BAD_REQUEST_BODY")
