"""
Campaigns on recorded pages and records of real services, served from loopback.

What is stored must be what the sources state. Runs when they lie beside the checkout.
"""

import json
from typing import Any

import httpx
import pytest

from tests.fixtures.file_site import Answer, file_site, listing_of
from tests.fixtures.stack import wait_for_run
from tests.system.test_recorded_data import (
    COLUMNS,
    PAGES,
    RECORDED,
    RECORDS,
    record_at,
)

STATED = {
    "handle": "handle",
    "display_name": "displayName",
    "url": "url",
    "external_id": "externalId",
    "followers": "followers",
    "following": "following",
    "posts": "posts",
    "verified": "verified",
}
"""Field of expected.json -> member of the API's card."""


def run_campaign(client: httpx.Client, source: dict[str, Any]) -> dict[str, Any]:
    request = {"name": "Recorded", "source": source, "threshold": 0, "wanted": 1_000}
    answer = client.post("/pipeline/run", json=request)
    assert answer.status_code == 202, answer.text
    campaign_id = answer.json()["campaignId"]
    campaign_run = wait_for_run(client, campaign_id)
    cards = client.get("/profiles", params={"campaignId": campaign_id, "limit": 100})
    return campaign_run | {"cards": cards.json()["items"]}


def faults(entry: dict[str, Any], cards: list[dict[str, Any]]) -> list[str]:
    """Return what the stored card of an entry states wrongly, or invents."""
    [card] = [one for one in cards if one["handle"] == entry["handle"]]
    wrong = [
        f"{name}: {card[member]!r}, not {entry[name]!r}"
        for name, member in STATED.items()
        if name in entry and card[member] != entry[name]
    ]
    invented = [
        f"{name} invented: {card[name]!r}"
        for name in ("followers", "following", "posts")
        if name not in entry and card[name] is not None
    ]
    return wrong + invented


if PAGES:

    def test_a_campaign_on_the_recorded_pages_stores_what_they_state(
        api: httpx.Client,
    ) -> None:
        paths = {f"/{entry['file']}": RECORDED / entry["file"] for entry in PAGES}
        answers = {path: Answer(file.read_bytes()) for path, file in paths.items()}
        answers["/all"] = listing_of(list(paths))
        with file_site(answers) as url:
            source = {"kind": "html_pages", "listingUrl": f"{url}/all"}
            done = run_campaign(api, source | {"recipe": "any-public-page"})
        assert (done["acquired"], done["unreadable"]) == (len(PAGES), 0)
        assert [faults(entry, done["cards"]) for entry in PAGES] == [[]] * len(PAGES)

    @pytest.mark.parametrize("platform", sorted({one["platform"] for one in RECORDS}))
    def test_a_campaign_on_the_recorded_records_stores_what_they_state(
        api: httpx.Client, platform: str
    ) -> None:
        entries = [one for one in RECORDS if one["platform"] == platform]
        lines = "\n".join(json.dumps(record_at(one)) for one in entries)
        uploaded = api.post(
            "/campaigns/tables", params={"name": "all.jsonl"}, content=lines.encode()
        ).json()
        done = run_campaign(
            api,
            {
                "kind": "table",
                "tableId": uploaded["tableId"],
                "form": uploaded["form"],
                "columns": COLUMNS[platform],
                "platform": platform,
            },
        )
        handles = {one["handle"] for one in entries}
        assert (done["acquired"], done["unreadable"]) == (len(handles), 0)
        assert done["acquired"] + done["known"] == len(entries)
        assert [faults(one, done["cards"]) for one in entries] == [[]] * len(entries)
