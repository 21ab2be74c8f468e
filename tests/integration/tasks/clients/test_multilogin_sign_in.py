"""Signing in at the local Multilogin X: shared, refreshed, once at a time, never on."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from threading import Event
from time import monotonic

import jwt
import pytest
from pydantic import SecretStr

from config.clock import now
from config.connections import async_redis_client, redis_client
from config.errors import SetupError, UnreachableError
from config.logs import mask_secrets
from deployments.stack.ports import free_ports
from deployments.stack.processes import base_environment
from tasks.clients.multilogin import Multilogin
from tasks.clients.multilogin_errors import (
    MultiLoginAuthError,
    MultiLoginBusyError,
    MultiLoginUnreachableError,
)
from tasks.clients.multilogin_keys import account_key
from tasks.clients.multilogin_tokens import (
    MARGIN,
    TokenStore,
    hash_password,
    read_tokens,
)
from tests.fixtures.database import CHECKOUT, forget_settings
from tests.fixtures.multilogin import EMAIL, PASSWORD, MultiloginX, with_multilogin

PROCESSES = 8
HALF_AN_HOUR = timedelta(minutes=30)


async def keep(
    multilogin: MultiloginX,
    *,
    token: str = "",
    refresh: str = "",
    lasts: timedelta = HALF_AN_HOUR,
) -> None:
    """Have the workers find a token: a given one, or one that nobody signed."""
    claims = {"exp": int((now() + lasts).timestamp())}
    made = token or jwt.encode(claims, "x" * 64, algorithm="HS512")
    key = account_key(
        "tokens", cloud_url=multilogin.cloud, email=EMAIL, workspace_id=""
    )
    tokens = read_tokens({"token": made, "refresh_token": refresh})
    await TokenStore(async_redis_client(), key=key).save(tokens)


async def ask(opened: Multilogin) -> str:
    """Ask for something, and return the token that it was answered for."""
    await opened.cloud.statistics()
    return await opened.sign_in.token()


def sign_ins_left_to_fail(multilogin: MultiloginX) -> int:
    return sum(
        one["times"] for one in multilogin.waiting_faults() if "signin" in one["where"]
    )


def test_eight_processes_sign_in_exactly_once(multilogin: MultiloginX) -> None:
    witness = multilogin.sign_in()["token"]
    before = multilogin.tokens(witness)
    program = Path(__file__).with_name("signing_process.py")
    environment = base_environment("tests") | {"PYTHONPATH": str(CHECKOUT)}
    processes = [
        subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, str(program)],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(PROCESSES)
    ]
    deadline = monotonic() + 60
    while int(redis_client().get("ready") or 0) < PROCESSES:
        assert monotonic() < deadline
        Event().wait(0.02)
    redis_client().set("begin", "")
    told = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * PROCESSES
    assert len(set(told)) == 1
    assert len(multilogin.tokens(witness) - before) == 1


def test_a_token_is_kept_for_all_and_named_nowhere(multilogin: MultiloginX) -> None:
    first = with_multilogin(ask)
    assert with_multilogin(ask) == first
    tokens = read_tokens({"token": first})
    assert tokens.is_good(now=now() + HALF_AN_HOUR - MARGIN - timedelta(seconds=20))
    assert not tokens.is_good(now=now() + HALF_AN_HOUR - MARGIN)
    assert first not in str(redis_client().keys())
    assert EMAIL not in str(redis_client().keys())
    assert multilogin.tokens(first) >= {first}


def test_a_token_that_ends_soon_is_refreshed_without_a_sign_in(
    multilogin: MultiloginX,
) -> None:
    refresh = multilogin.sign_in()["refresh_token"]
    multilogin.put_fault("cloud/user/signin", http=500, times=9)

    async def work(opened: Multilogin) -> str:
        await keep(multilogin, refresh=refresh, lasts=timedelta(seconds=59))
        return await ask(opened)

    assert with_multilogin(work)
    assert sign_ins_left_to_fail(multilogin) == 9


def test_a_refused_token_is_refreshed_once(multilogin: MultiloginX) -> None:
    refresh = multilogin.sign_in()["refresh_token"]
    multilogin.put_fault("cloud/user/signin", http=500, times=9)

    async def work(opened: Multilogin) -> str:
        await keep(multilogin, refresh=refresh)
        return await ask(opened)

    assert with_multilogin(work)
    assert sign_ins_left_to_fail(multilogin) == 9


def test_a_useless_refresh_token_leads_to_one_sign_in(multilogin: MultiloginX) -> None:
    witness = multilogin.sign_in()["token"]
    before = multilogin.tokens(witness)

    async def work(opened: Multilogin) -> str:
        await keep(multilogin, refresh="0" * 16)
        return await ask(opened)

    token = with_multilogin(work)
    assert multilogin.tokens(witness) - before == {token}


def test_a_second_refusal_leads_to_one_sign_in_and_a_third_ends_it(
    multilogin: MultiloginX,
) -> None:
    witness = multilogin.sign_in()["token"]
    before = multilogin.tokens(witness)
    multilogin.put_fault("statistics", error_code="UNAUTHORIZED_REQUEST", times=2)
    assert with_multilogin(ask)
    # At first, by the refresh, and by the sign-in after it.
    assert len(multilogin.tokens(witness) - before) == 3

    multilogin.put_fault("statistics", error_code="UNAUTHORIZED_REQUEST", times=9)
    with pytest.raises(MultiLoginAuthError):
        with_multilogin(ask)
    assert [one["times"] for one in multilogin.waiting_faults()] == [6]


def test_the_agent_refuses_a_token_in_the_same_way(multilogin: MultiloginX) -> None:
    async def work(opened: Multilogin) -> int:
        await keep(multilogin)
        return (await opened.launcher.statuses()).active_counter.cloud

    assert with_multilogin(work) == 0


def test_wrong_credentials_are_named_and_not_tried_again_at_once(
    multilogin: MultiloginX, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("MUSTER_MULTILOGIN__PASSWORD", "hush, and wrong")
    with pytest.raises(MultiLoginAuthError) as failed:
        with_multilogin(ask)
    assert (failed.value.http_status, failed.value.error_code) == (
        400,
        "BAD_REQUEST_VALUES",
    )
    assert "Incorrect credentials" in failed.value.said.body
    assert "hush" not in f"{failed.value!r} {failed.value.said}"
    multilogin.put_fault("cloud/user/signin", http=500, times=9)
    with pytest.raises(MultiLoginAuthError):
        with_multilogin(ask)
    assert sign_ins_left_to_fail(multilogin) == 9


def test_a_sign_in_is_repeated_when_the_cloud_answers_501(
    multilogin: MultiloginX,
) -> None:
    multilogin.put_fault("cloud/user/signin", http=501, times=2)
    assert with_multilogin(ask)
    assert not multilogin.waiting_faults()


def test_too_many_sign_ins_are_told_with_the_time_to_wait(
    multilogin: MultiloginX,
) -> None:
    multilogin.put_fault("cloud/user/signin", http=429, retry_after="40", times=9)
    with pytest.raises(MultiLoginBusyError) as failed:
        with_multilogin(ask)
    assert failed.value.retry_after_seconds == 40
    assert sign_ins_left_to_fail(multilogin) == 8


def test_an_automation_token_is_used_in_place_of_a_sign_in(
    multilogin: MultiloginX, environment: pytest.MonkeyPatch
) -> None:
    async def make(opened: Multilogin) -> str:
        return (await opened.cloud.automation_token("no_exp")).get_secret_value()

    token = with_multilogin(make)
    redis_client().flushdb()
    environment.setenv("MUSTER_MULTILOGIN__AUTOMATION_TOKEN", token)
    multilogin.put_fault("cloud/user/signin", http=500, times=9)
    assert with_multilogin(ask) == token
    multilogin.put_fault("statistics", error_code="UNAUTHORIZED_REQUEST", times=2)
    with pytest.raises(MultiLoginAuthError, match="AUTOMATION_TOKEN") as failed:
        with_multilogin(ask)
    assert token not in repr(failed.value)
    assert sign_ins_left_to_fail(multilogin) == 9


@pytest.mark.usefixtures("multilogin")
def test_another_workspace_is_entered_by_a_refresh(
    environment: pytest.MonkeyPatch,
) -> None:
    async def look(opened: Multilogin) -> tuple[str, list[str]]:
        known = [one.id for one in await opened.cloud.workspaces()]
        return await opened.sign_in.workspace_id(), known

    own, known = with_multilogin(look)
    (team,) = set(known) - {own}
    environment.setenv("MUSTER_MULTILOGIN__WORKSPACE_ID", team)
    assert with_multilogin(look)[0] == team
    environment.setenv("MUSTER_MULTILOGIN__WORKSPACE_ID", "not-one-of-ours")
    with pytest.raises(MultiLoginAuthError, match="WORKSPACE_ID"):
        with_multilogin(look)


@pytest.mark.usefixtures("multilogin")
def test_without_an_account_or_an_address_the_settings_are_named(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("MUSTER_MULTILOGIN__PASSWORD", "")
    with pytest.raises(SetupError, match="MUSTER_MULTILOGIN__PASSWORD"):
        with_multilogin(ask)
    environment.setenv("MUSTER_MULTILOGIN__PASSWORD", PASSWORD)
    environment.setenv("MUSTER_MULTILOGIN__CLOUD_URL", "")
    with pytest.raises(SetupError, match="MUSTER_MULTILOGIN__CLOUD_URL"):
        with_multilogin(ask)


@pytest.mark.usefixtures("multilogin")
def test_without_the_cloud_or_redis_it_is_said_which_is_away(
    environment: pytest.MonkeyPatch,
) -> None:
    nowhere = f"http://127.0.0.1:{free_ports(1)[0]}"
    environment.setenv("MUSTER_MULTILOGIN__CLOUD_URL", nowhere)
    environment.setenv("MUSTER_MULTILOGIN__TRIES", "2")
    with pytest.raises(MultiLoginUnreachableError):
        with_multilogin(ask)
    environment.setenv("MUSTER_REDIS__URL", nowhere.replace("http", "redis") + "/0")
    forget_settings()
    with pytest.raises(UnreachableError, match="Redis"):
        with_multilogin(ask)


@pytest.mark.usefixtures("multilogin")
def test_neither_password_nor_token_shows_in_a_text_or_a_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")

    async def work(opened: Multilogin) -> tuple[str, str]:
        return await ask(opened), f"{opened!r} {vars(opened.sign_in)}"

    token, shown = with_multilogin(work)
    hashed = hash_password(SecretStr(PASSWORD))
    for secret in (PASSWORD, hashed, token, token.rpartition(".")[2]):
        assert secret not in shown
        assert secret not in mask_secrets(caplog.text)
