"""How ports, proxies, lists and states of Multilogin X are read."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tasks.clients.multilogin_answers import (
    BrowserProfileRow,
    BrowserStatus,
    BrowserStatuses,
    Folder,
    created_by_wish,
    read_connection,
    read_ids,
    read_many,
    read_one,
    read_port,
    read_started,
)
from tasks.clients.multilogin_envelope import Answer
from tasks.clients.multilogin_errors import MultiLoginUnreadableError

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "port"),
    [
        ("55513", 55513),
        (55513, 55513),
        ("started on port 54499", 54499),
        (" 54499\n", 54499),
        ("", None),
        (None, None),
        (True, None),
        (0, None),
        ("70000", None),
        ("123456", None),
        ("1.2 and 55513 and 55514", None),
    ],
)
def test_a_port_is_a_number_or_the_only_digits_in_a_text(
    value: Any, port: int | None
) -> None:
    assert read_port(value) == port


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, data={"port": "55513", "id": "p1", "is_quick": False}),
        Answer(200, data={"port": 55513, "core_version": None}),
        Answer(200, message="55513"),
        Answer(200, message="55513", data={"port": None}),
    ],
)
def test_a_started_browser_is_read_from_the_new_form_and_the_old(
    answer: Answer,
) -> None:
    started = read_started(answer, "p1", browser_host="agent.example")
    assert started.browser_profile_id == "p1"
    assert started.webdriver_url == "http://agent.example:55513"


def test_a_quick_browser_brings_its_own_id() -> None:
    data = {"port": "55513", "id": "q1", "is_quick": True}
    started = read_started(Answer(200, data=data), None, browser_host="127.0.0.1")
    assert (started.browser_profile_id, started.is_quick) == ("q1", True)


@pytest.mark.parametrize(
    "answer", [Answer(200), Answer(200, message="started"), Answer(200, data=[])]
)
def test_a_start_without_a_port_is_unreadable(answer: Answer) -> None:
    with pytest.raises(MultiLoginUnreadableError):
        read_started(answer, "p1", browser_host="127.0.0.1")


def test_a_proxy_is_split_three_times_at_most() -> None:
    proxy = read_connection("gate.example:1080:u_x-country-us:pa:ss:wo", "socks5")
    assert (proxy.kind, proxy.host, proxy.port) == ("socks5", "gate.example", 1080)
    assert proxy.username == "u_x-country-us"
    assert proxy.password.get_secret_value() == "pa:ss:wo"
    assert "pa:ss" not in repr(proxy)


@pytest.mark.parametrize("text", ["", "host:1080:user", "host:x:u:p", ":1:u:p", None])
def test_another_form_of_proxy_is_unreadable_and_not_shown(text: Any) -> None:
    with pytest.raises(MultiLoginUnreadableError) as failed:
        read_connection(text, "http")
    assert "user" not in str(failed.value)


def test_null_is_an_empty_list_and_a_null_member_is_not_told() -> None:
    assert read_many(Folder, None) == []
    assert read_ids(None) == []
    assert read_ids({"ids": None}) == []
    row = read_one(
        BrowserProfileRow,
        {
            "id": "p1",
            "name": None,
            "in_use_by": None,
            "created_at": "",
            "removed_at": None,
        },
    )
    assert (row.name, row.in_use_by, row.created_at) == ("", "", None)
    assert not row.is_open_somewhere
    with pytest.raises(MultiLoginUnreadableError):
        read_many(Folder, {"id": "f"})
    with pytest.raises(MultiLoginUnreadableError):
        read_many(Folder, [{"name": "without an id"}])


def test_a_folder_has_one_id_whichever_way_it_is_called() -> None:
    assert read_one(Folder, {"folder_id": "f1"}).id == "f1"
    assert read_one(Folder, {"id": "f1"}).id == "f1"


@pytest.mark.parametrize(
    ("state", "running", "over", "failed", "fetching"),
    [
        ("browser_running", True, False, False, False),
        ("stopped", False, True, False, False),
        ("start_browser", False, False, False, False),
        ("start_browser_error", False, True, True, False),
        ("validate_proxy_error", False, True, True, False),
        ("download_browser_core", False, False, False, True),
        ("download_core_error", False, True, True, False),
        ("download_finished", False, False, False, False),
        ("download_core_finished", False, False, False, False),
    ],
)
def test_states_are_told_apart(
    state: str, *, running: bool, over: bool, failed: bool, fetching: bool
) -> None:
    status = BrowserStatus(status=state, message="55513")
    assert status.is_running is running
    assert status.is_over is over
    assert status.has_failed is failed
    assert status.is_fetching is fetching
    assert status.port == (55513 if running else None)


def test_statuses_hold_browser_profiles_and_versions() -> None:
    told = {
        "active_counter": {"cloud": 1, "local": 0, "quick": None},
        "states": {
            "p1": {"status": "browser_running", "message": "55513", "in_use_by": None},
            "mimic_124.9": {"status": "download_browser_core", "message": ""},
        },
    }
    found = read_one(BrowserStatuses, told)
    assert found.active_counter.cloud == 1
    assert found.states["mimic_124.9"].is_fetching
    assert read_one(BrowserStatuses, {"states": None}).states == {}


def test_what_a_wish_made_is_found_by_its_whole_name_and_its_age() -> None:
    rows = [
        BrowserProfileRow(id="old", name="n", created_at=NOON - timedelta(days=1)),
        BrowserProfileRow(id="new", name="n", created_at=NOON),
        BrowserProfileRow(id="longer", name="n 2", created_at=NOON),
        BrowserProfileRow(id="undated", name="n"),
    ]
    assert created_by_wish(rows, name="n", since=NOON) == ["new", "undated"]
