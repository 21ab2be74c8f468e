"""Templates of masking flags, and what is asked for and shown of a browser profile."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from config.errors import InvalidError
from tasks.browser_profiles.life import (
    BrowserLimits,
    TooManyBrowsersError,
    check_limits,
)
from tasks.browser_profiles.schemas import BrowserProfileRequest
from tasks.browser_profiles.shown import record_values
from tasks.browser_profiles.templates import list_templates, wish_of
from tasks.clients.multilogin_wishes import DEFAULT_FLAGS, FLAG_WORDS, create_body

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
FOLDER = uuid4()
SECRET = "not to be shown"
PROXY = {
    "type": "socks5",
    "host": "proxy.example",
    "port": 1080,
    "username": "somebody",
    "password": SECRET,
}


def body_of(**values: Any) -> dict[str, Any]:
    request = BrowserProfileRequest.model_validate({"name": "One", **values})
    return create_body(wish_of(request, folder_id=FOLDER), times=1)


def test_every_template_names_every_flag_with_a_word_that_it_takes() -> None:
    for template in list_templates():
        assert set(template.flags) == set(FLAG_WORDS), template.name
        assert all(word in FLAG_WORDS[flag] for flag, word in template.flags.items())


def test_left_to_itself_a_browser_profile_has_the_documented_defaults() -> None:
    body = body_of()
    assert body["parameters"]["flags"] == dict(DEFAULT_FLAGS)
    assert (body["browser_type"], body["os_type"]) == ("mimic", "windows")
    assert body["parameters"]["storage"]["is_local"] is True


def test_a_proxy_turns_its_masking_on() -> None:
    body = body_of(proxy=PROXY)
    assert body["parameters"]["flags"]["proxy_masking"] == "custom"
    assert body["parameters"]["proxy"]["password"] == SECRET


def test_parameters_go_before_the_template() -> None:
    flags = {"webrtc_masking": "natural"}
    body = body_of(template="quiet-exit", parameters={"flags": flags})
    assert body["parameters"]["flags"]["webrtc_masking"] == "natural"
    assert body["parameters"]["flags"]["quic_mode"] == "disabled"


def test_an_unknown_template_is_named_with_those_there_are() -> None:
    with pytest.raises(InvalidError, match="natural") as refused:
        body_of(template="loud")
    assert refused.value.field == "template"


def test_what_is_kept_here_holds_no_way_into_a_proxy() -> None:
    body = body_of(proxy=PROXY)
    values = record_values({**body, "id": str(uuid4())}, now=NOON)
    assert SECRET not in str(values)
    assert "somebody" not in str(values)
    assert values["parameters"]["proxy"]["isAuthenticated"] is True
    assert values["folder_id"] == FOLDER


def test_what_multilogin_tells_is_read_with_its_gaps() -> None:
    told = {"id": str(UUID(int=7)), "folder_id": str(FOLDER), "created_at": None}
    values = record_values(told, now=NOON)
    assert values["created_at"] == NOON
    assert values["parameters"]["proxy"] is None
    dated = record_values({**told, "created_at": "2025-01-02T03:04:05Z"}, now=NOON)
    assert dated["created_at"] == datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("counts", "of"),
    [
        ({}, None),
        ({"here": 1, "there": 2}, None),
        ({"here": 2}, "worker"),
        ({"there": 4}, "all"),
        ({"here": 1, "there": 3}, "all"),
    ],
)
def test_so_many_browsers_run_at_once_and_no_more(
    counts: dict[str, int], of: str | None
) -> None:
    limits = BrowserLimits(per_worker=2, in_all=4)
    if of is None:
        check_limits(counts, worker="here", limits=limits)
        return
    with pytest.raises(TooManyBrowsersError) as refused:
        check_limits(counts, worker="here", limits=limits)
    assert refused.value.details["of"] == of
