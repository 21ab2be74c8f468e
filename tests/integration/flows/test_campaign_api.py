"""A campaign over a JSON interface: every record stored once, whatever happens."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from threading import Event
from time import monotonic
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from config.errors import InvalidError, RefusedError
from config.recipes.json_api import find_api_recipe
from flows.campaign_api import check_json_api, find_api_key
from flows.campaign_life import CampaignRequest
from flows.campaign_portion import CampaignWork, work_portion
from flows.source_preview import read_first_items
from tasks.api_secrets.keep import set_secret
from tasks.api_secrets.schemas import ApiSecretRequest
from tasks.campaigns.pace import Pace
from tasks.campaigns.repository import SupersededError, describe_run, find_latest_run
from tasks.campaigns.schemas import CampaignRunAnswer
from tasks.database import transaction
from tasks.public_profiles.schemas import JsonApiSource
from tests.factories.campaigns import create_taken_run, retake_run
from tests.fixtures.json_service import JsonService, Said, json_service

WORKER = "tests.integration.flows.api_run_process"

ADMINISTRATOR = SimpleNamespace(account_id=UUID(int=7), email="ana@muster.example")

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def service() -> Iterator[JsonService]:
    with json_service() as here:
        yield here


def source_at(service: JsonService, **more: Any) -> dict[str, Any]:
    return {
        "kind": "json_api",
        "recipe": "bluesky-search",
        "baseUrl": service.url,
        "inputs": {"query": "potters"},
        **more,
    }


def latest_run(campaign_id: UUID) -> CampaignRunAnswer:
    with transaction() as session:
        campaign_run = find_latest_run(session, campaign_id)
        assert campaign_run is not None
        return describe_run(campaign_run)


@pytest.mark.parametrize("details", [False, True])
def test_a_run_stores_every_record_once(service: JsonService, *, details: bool) -> None:
    taken = create_taken_run(source=source_at(service, details=details), threshold=0)
    work = CampaignWork(taken)
    while work_portion(work).goes_on:
        pass
    work.close()
    done = latest_run(taken.campaign_id)
    assert (done.acquired, done.unreadable, done.known) == (35, 0, 0)


@pytest.mark.parametrize("details", [False, True])
def test_a_run_taken_up_again_at_any_point_loses_and_doubles_nothing(
    service: JsonService, *, details: bool
) -> None:
    taken = create_taken_run(source=source_at(service, details=details), threshold=0)
    goes_on = True
    while goes_on:
        lost = CampaignWork(taken)
        lost.pace = Pace(limit=9)
        goes_on = work_portion(lost).goes_on
        if goes_on:
            taken = retake_run(taken.campaign_run_id)
            with pytest.raises(SupersededError):
                work_portion(lost)  # read, but nothing of it is stored
        lost.close()
    done = latest_run(taken.campaign_id)
    assert (done.acquired, done.unreadable, done.known) == (35, 0, 0)


def start_worker(campaign_run_id: UUID) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", WORKER, str(campaign_run_id)]
    return subprocess.Popen(command)  # noqa: S603 - our own program


@pytest.mark.parametrize("details", [False, True])
def test_a_worker_that_is_killed_loses_and_doubles_nothing(*, details: bool) -> None:
    with json_service(people=60) as service:
        source = source_at(service, details=details)
        taken = create_taken_run(source=source, threshold=0, wanted=1000)
        for _ in range(2):
            before, deadline = len(service.asked), monotonic() + 60
            worker = start_worker(taken.campaign_run_id)
            while len(service.asked) < before + 3 and worker.poll() is None:
                assert monotonic() < deadline
                Event().wait(0.005)
            worker.kill()
            worker.wait()
        assert start_worker(taken.campaign_run_id).wait(timeout=60) == 0
    done = latest_run(taken.campaign_id)
    assert (done.acquired, done.unreadable, done.known) == (60, 0, 0)
    assert (done.found, done.fates) == (60, {"acquired": 60})
    pages = 6 + (60 // 4 if details else 0)
    assert len(service.asked) <= pages + 2 * 4, "few pages are asked for twice"


def test_a_run_never_stores_more_than_is_wanted(service: JsonService) -> None:
    taken = create_taken_run(source=source_at(service), threshold=0, wanted=13)
    work = CampaignWork(taken)
    while work_portion(work).goes_on:
        pass
    work.close()
    assert latest_run(taken.campaign_id).acquired == 13


def test_an_outage_stops_the_run_after_what_it_stored(service: JsonService) -> None:
    taken = create_taken_run(source=source_at(service), threshold=0)
    work = CampaignWork(taken)
    work.pace = Pace(limit=10)
    work_portion(work)
    service.first.extend([Said({"message": "closed today"}, 403)])
    with pytest.raises(RefusedError, match="closed today"):
        work_portion(work)
    work.close()
    again = CampaignWork(retake_run(taken.campaign_run_id))
    while work_portion(again).goes_on:
        pass
    again.close()
    assert latest_run(taken.campaign_id).acquired == 35


@pytest.mark.parametrize("details", [False, True])
def test_a_preview_reads_one_page_and_shows_its_first_records(
    service: JsonService, *, details: bool
) -> None:
    wanted = CampaignRequest.model_validate(
        {"name": "x", "source": source_at(service, details=details)}
    )
    portion = asyncio.run(read_first_items.fn(wanted))
    assert [one.handle for one in portion.profiles] == [
        f"person{number}.example" for number in range(5)
    ]
    assert len(service.asked) == (2 if details else 1)


def keep_secret(value: str, hosts: tuple[str, ...] = ()) -> None:
    asked = ApiSecretRequest.model_validate({"value": value, "hosts": hosts})
    set_secret("mine", asked, ADMINISTRATOR)


def test_a_secret_is_named_never_written_and_bound_to_its_hosts() -> None:
    recipe = find_api_recipe("x-search")
    stated = {"recipe": "x-search", "inputs": {"query": "x"}, "secret": "mine"}
    source = JsonApiSource.model_validate(stated)
    with pytest.raises(InvalidError, match="PUT /secrets/mine"):
        check_json_api(source)
    keep_secret("open-sesame")
    key = find_api_key(source, recipe)
    assert key is not None
    assert key.hosts == ("api.x.com",)
    assert "sesame" not in repr(key)
    elsewhere = source.model_copy(update={"base_url": "https://evil.example"})
    with pytest.raises(InvalidError, match=r"not meant for evil\.example"):
        check_json_api(elsewhere)
    keep_secret("open-sesame", ("plain.example", "127.0.0.1"))
    plain = source.model_copy(update={"base_url": "http://plain.example"})
    with pytest.raises(InvalidError, match="not encrypted"):
        check_json_api(plain)
    check_json_api(source.model_copy(update={"base_url": "http://127.0.0.1:80"}))
    public = JsonApiSource.model_validate(
        {"recipe": "bluesky-search", "inputs": {"query": "x"}, "secret": "mine"}
    )
    with pytest.raises(InvalidError, match="needs no secret"):
        check_json_api(public)
