"""Browser profiles in the cloud: created, checked, found, changed, binned."""

from typing import Any

import pytest

from tests.fixtures.multilogin_raw import OWN_FLAGS, RawMultilogin, problem_of

PROXY = {"type": "socks5", "host": "proxy.example", "port": 1080}
WHOLE = {
    "browser_type": "mimic",
    "os_type": "linux",
    "parameters": {
        "flags": OWN_FLAGS,
        "fingerprint": {},
        "storage": {"is_local": False},
    },
}


def refused(raw: RawMultilogin, **body: Any) -> str:
    """Return the message of a create that must be refused as a bad body."""
    whole = {"name": "wrong", "folder_id": raw.folder_id(), **body}
    http, code, message = problem_of(raw.ask("POST", "cloud", "/profile/create", whole))
    assert (http, code) == (400, "BAD_REQUEST_BODY")
    return message


def test_creating_answers_201_with_a_list_of_ids(raw: RawMultilogin) -> None:
    body = {"name": "three", "folder_id": raw.folder_id(), "times": 3}
    told = raw.ask("POST", "cloud", "/profile/create", body)
    assert problem_of(told) == (201, "", "Profile successfully created")
    assert len(set(told.json()["data"]["ids"])) == 3


@pytest.mark.parametrize("times", [0, 11, "2", True])
def test_times_is_from_1_to_10(raw: RawMultilogin, times: Any) -> None:
    expected = "invalid profile times value. Should be from 1 to 10"
    assert refused(raw, times=times) == expected


def test_what_nobody_said_gets_the_vendors_defaults(raw: RawMultilogin) -> None:
    whole = raw.meta(raw.create())
    parameters = whole["parameters"]
    assert (whole["browser_type"], whole["os_type"]) == ("mimic", "windows")
    assert whole["is_auto_update"] is True
    assert parameters["storage"] == {"is_local": True, "save_service_worker": True}
    assert parameters["flags"]["audio_masking"] == "natural"
    assert parameters["flags"]["proxy_masking"] == "disabled"
    assert parameters["flags"]["canvas_noise"] == "mask"
    assert "proxy" not in parameters


def test_a_proxy_is_read_at_both_places_and_its_port_as_text(
    raw: RawMultilogin,
) -> None:
    outside = raw.meta(raw.create(proxy=PROXY | {"port": "1080"}))["parameters"]
    inside = raw.meta(raw.create(parameters={"proxy": PROXY}))["parameters"]
    assert outside == inside
    assert inside["proxy"]["port"] == 1080
    assert inside["flags"]["proxy_masking"] == "custom"


def test_a_flag_outside_its_words_is_named(raw: RawMultilogin) -> None:
    for flag in ("audio_masking", "webrtc_masking", "quic_mode"):
        message = refused(raw, parameters={"flags": {flag: "wrong"}})
        assert message == f"wrong {flag.replace('_', ' ')} flag"


def test_a_custom_flag_needs_its_values_and_they_have_ranges(
    raw: RawMultilogin,
) -> None:
    flags = {"screen_masking": "custom"}
    message = refused(raw, parameters={"flags": flags})
    assert message.startswith("wrong screen masking flag")
    for screen in (
        {"width": 200, "height": 900, "pixel_ratio": 1},
        {"width": 1600, "height": 9000, "pixel_ratio": 1},
        {"width": 1600, "height": 900},
        "1600x900",
    ):
        refused(raw, parameters={"flags": flags, "fingerprint": {"screen": screen}})
    right = {"width": 1600, "height": 900, "pixel_ratio": 1.25}
    made = raw.create(parameters={"flags": flags, "fingerprint": {"screen": right}})
    assert raw.meta(made)["parameters"]["fingerprint"] == {"screen": right}


def test_fields_that_are_not_known_are_ignored(raw: RawMultilogin) -> None:
    made = raw.create(
        colour="blue", parameters={"flags": {"new": "x"}, "fingerprint": {"y": 1}}
    )
    parameters = raw.meta(made)["parameters"]
    assert "new" not in parameters["flags"]
    assert parameters["fingerprint"] == {}


def test_strict_mode_fills_nothing_in(raw: RawMultilogin) -> None:
    whole = {"name": "strict", "folder_id": raw.folder_id(), **WHOLE}
    made = raw.ask("POST", "cloud", "/profile/create", whole, strict=True)
    assert made.status_code == 201
    for member in ("browser_type", "os_type", "parameters"):
        body = {name: value for name, value in whole.items() if name != member}
        told = raw.ask("POST", "cloud", "/profile/create", body, strict=True)
        expected = (400, "BAD_REQUEST_BODY", f"{member} is required")
        assert problem_of(told) == expected
    for flag in OWN_FLAGS:
        flags = {name: value for name, value in OWN_FLAGS.items() if name != flag}
        body = whole | {"parameters": {**WHOLE["parameters"], "flags": flags}}
        told = raw.ask("POST", "cloud", "/profile/create", body, strict=True)
        assert problem_of(told)[2] == f"{flag} is required"


def test_an_empty_search_answers_null_and_not_a_list(raw: RawMultilogin) -> None:
    told = raw.ask("POST", "cloud", "/profile/search", {"search_text": "no such"})
    expected = (200, "", "Search profile successfully result")
    assert problem_of(told) == expected
    assert told.json()["data"] == {"profiles": None, "total_count": 0}


def test_a_search_is_by_substring_in_pages_and_in_order(raw: RawMultilogin) -> None:
    for number in range(5):
        raw.create(f"paged {number}")
    rows = raw.search(search_text="PAGED", limit=2, order_by="name", sort="desc")
    assert [one["name"] for one in rows] == ["paged 4", "paged 3"]
    rest = raw.search(search_text="aged", limit=100, offset=2, order_by="name")
    assert [one["name"] for one in rest] == ["paged 2", "paged 3", "paged 4"]
    assert raw.search(search_text="paged", offset=5) == []
    assert raw.search(search_text="paged", storage_type="cloud") == []
    for wrong in ({"limit": 101}, {"offset": 10_001}, {"search_text": "x" * 51}):
        told = raw.ask("POST", "cloud", "/profile/search", wrong)
        assert told.status_code == 400


def test_a_full_update_loses_what_it_does_not_carry(raw: RawMultilogin) -> None:
    made = raw.create(
        parameters={"proxy": PROXY, "custom_start_urls": ["https://a.example"]},
        auto_update_core=False,
        notes="kept",
    )
    body = {"profile_id": made, "name": "new", "parameters": WHOLE["parameters"]}
    told = raw.ask("POST", "cloud", "/profile/update", body)
    assert problem_of(told) == (200, "", "Profile successfully updated")
    assert told.json()["data"] is None
    whole = raw.meta(made)
    assert (whole["name"], whole["notes"]) == ("new", "kept")
    assert whole["is_auto_update"] is True
    assert set(whole["parameters"]) == {"flags", "fingerprint", "storage"}


def test_a_partial_update_takes_the_proxy_only_at_the_top(raw: RawMultilogin) -> None:
    made = raw.create(auto_update_core=False)
    ignored = {"profile_id": made, "parameters": {"proxy": PROXY}}
    raw.post("/profile/partial_update", ignored)
    assert "proxy" not in raw.meta(made)["parameters"]
    raw.post("/profile/partial_update", {"profile_id": made, "proxy": PROXY})
    whole = raw.meta(made)
    assert whole["parameters"]["proxy"]["host"] == "proxy.example"
    assert whole["parameters"]["flags"]["proxy_masking"] == "custom"
    assert whole["is_auto_update"] is False
    flags = {"timezone_masking": "natural"}
    raw.post(
        "/profile/partial_update", {"profile_id": made, "parameters": {"flags": flags}}
    )
    after = raw.meta(made)["parameters"]
    assert after["flags"]["timezone_masking"] == "natural"
    assert after["proxy"]["host"] == "proxy.example"


def test_the_bin_counts_until_something_is_removed_for_good(
    raw: RawMultilogin,
) -> None:
    def count() -> int:
        counted: int = raw.get("/workspace/statistics")["profiles_local_count"]
        return counted

    before = count()
    made = raw.create("binned")
    raw.post("/profile/remove", {"ids": [made]})
    assert raw.search(search_text="binned") == []
    row = raw.search(search_text="binned", is_removed=True)[0]
    assert row["removed_at"]
    assert count() == before + 1
    told = raw.ask("POST", "cloud", "/profile/restore", {"ids": [made]})
    assert problem_of(told) == (200, "", "Profile successfully restored")
    assert len(raw.search(search_text="binned")) == 1
    raw.post("/profile/remove", {"ids": [made], "permanently": True})
    assert raw.search(search_text="binned", is_removed=True) == []
    assert count() == before
    gone = raw.ask("POST", "cloud", "/profile/metas", {"ids": [made]})
    assert gone.status_code == 404


def test_a_clone_answers_200_and_not_201(raw: RawMultilogin) -> None:
    made = raw.create("original")
    told = raw.ask("POST", "cloud", "/profile/clone", {"profile_id": made, "times": 2})
    assert problem_of(told) == (200, "", "Profile successfully cloned")
    assert len(told.json()["data"]["ids"]) == 2
    assert len(raw.search(search_text="original")) == 3


def test_a_folder_has_id_when_made_and_folder_id_when_listed(
    raw: RawMultilogin,
) -> None:
    told = raw.ask("POST", "cloud", "/workspace/folder_create", {"name": "made"})
    assert problem_of(told) == (201, "", "Folder successfully created")
    made = told.json()["data"]["id"]
    inside = raw.create("inside", folder_id=made)
    rows = {one["folder_id"]: one for one in raw.get("/workspace/folders")["folders"]}
    assert (rows[made]["name"], rows[made]["profiles_count"]) == ("made", 1)
    raw.post("/workspace/folder_update", {"folder_id": made, "name": "renamed"})
    raw.post("/profile/move", {"ids": [inside], "dest_folder_id": raw.folder_id()})
    raw.post("/profile/move", {"ids": [inside], "dest_folder_id": made})
    raw.post("/workspace/folders_remove", {"ids": [made]})
    assert raw.search(search_text="inside", is_removed=True)
    raw.post("/profile/restore", {"ids": [inside]})
    assert raw.meta(inside)["folder_id"] == raw.folder_id()


def test_tags_are_made_assigned_counted_and_removed(raw: RawMultilogin) -> None:
    body = {"tags": [{"name": "swiss", "color": "#ff0000"}]}
    told = raw.ask("POST", "cloud", "/tag/create", body)
    assert problem_of(told) == (201, "", "Tags successfully created")
    made = raw.create()
    raw.post("/profile/tag/assign", {"profile_id": made, "tags": ["swiss"]})
    found = raw.post("/tag/search", {"search_text": "swi"})["tags"][0]
    assert (found["name"], found["in_use_count"]) == ("swiss", 1)
    assert [one["id"] for one in raw.search(tags=["swiss"])] == [made]
    raw.post("/tag/remove", {"ids": told.json()["data"]["ids"]})
    assert raw.meta(made)["tags"] == []


def test_summary_resolutions_cores_and_restrictions_have_the_vendors_form(
    raw: RawMultilogin,
) -> None:
    made = raw.create()
    summary = raw.get(f"/profile/summary?meta_id={made}")
    assert summary["webrtc"] == {"public_ip": "0.0.0.0/32"}
    assert summary["masking_options"]["audio_masking"] == "natural"
    resolutions = raw.get("/fpb/resolutions")["resolutions"]
    assert len(resolutions) == 17
    assert {"height": 720, "width": 1280} in resolutions
    cores = raw.get("/bcs/core/list?browser_type=mimic")["core_versions"][0]
    latest = cores["versions"][0]["major_version"]
    assert raw.meta(made)["core_version"] == latest
    body = {"name": "old", "folder_id": raw.folder_id(), "core_version": latest - 6}
    told = raw.ask("POST", "cloud", "/profile/create", body)
    assert problem_of(told)[:2] == (400, "BAD_REQUEST_VALUES")
    rate = raw.get("/workspace/restrictions")["ratelimit"]
    assert rate == [{"limit_size": 50, "operation": "all", "window_size": "60s"}]
