"""The client and the local Multilogin X's cloud, proxies and cookies, over HTTP."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from config.errors import InvalidError
from tasks.clients.multilogin import Multilogin
from tasks.clients.multilogin_errors import (
    MultiLoginBusyError,
    MultiLoginRefusedError,
    ProfileUnknownError,
)
from tasks.clients.multilogin_wishes import (
    DEFAULT_FLAGS,
    BrowserProfileChanges,
    NewBrowserProfile,
    ProxyAddress,
)
from tests.fixtures.multilogin import (
    MultiloginX,
    make_browser_profile,
    with_multilogin,
)

PROXY = ProxyAddress("http", "proxy.example", 8080, "ann", SecretStr("hush"))
NOBODY = "0c0ffee0-0000-4000-8000-000000000001"


async def named(opened: Multilogin, name: str) -> list[str]:
    return [row.id for row in await opened.cloud.search(text=name) if row.name == name]


@pytest.mark.usefixtures("multilogin")
def test_the_default_folder_is_asked_for_once() -> None:
    async def work(opened: Multilogin) -> None:
        first = await opened.cloud.default_folder()
        assert first == (await opened.cloud.folders())[0].id
        made = await opened.cloud.create_folder("Muster", comment="ours")
        assert await opened.cloud.default_folder() == first
        assert {one.name: one.id for one in await opened.cloud.folders()}[
            "Muster"
        ] == made

    async def work_anew(opened: Multilogin) -> None:
        ours = await opened.cloud.default_folder()
        names = {one.id: one.name for one in await opened.cloud.folders()}
        assert names[ours] == "Muster"
        await opened.cloud.remove_folders([ours])

    with_multilogin(work)
    with_multilogin(work_anew)


@pytest.mark.usefixtures("multilogin")
def test_a_browser_profile_is_made_read_and_removed() -> None:
    async def work(opened: Multilogin) -> None:
        made = await make_browser_profile(
            opened, "whole", proxy=PROXY, notes="n", is_local=True
        )
        (meta,) = await opened.cloud.metas([made])
        flags = meta["parameters"]["flags"]
        assert flags == {**DEFAULT_FLAGS, "proxy_masking": "custom"}
        assert meta["parameters"]["storage"]["is_local"] is True
        assert meta["parameters"]["proxy"]["password"] == "hush"
        assert (meta["browser_type"], meta["os_type"]) == ("mimic", "windows")
        assert await opened.cloud.summary(made)
        await opened.cloud.remove([made])
        assert await opened.cloud.metas([]) == []
        assert await named(opened, "whole") == []

    with_multilogin(work)


@pytest.mark.usefixtures("multilogin")
def test_all_pages_of_a_list_are_read_and_an_empty_one_is_null() -> None:
    async def work(opened: Multilogin) -> None:
        assert await opened.cloud.search(text="there is none of this") == []
        folder = await opened.cloud.create_folder("many")
        wish = NewBrowserProfile(name="one of many", folder_id=folder)
        made: set[str] = set()
        for _ in range(11):
            made.update(await opened.cloud.create_browser_profiles(wish, times=10))
        found = await opened.cloud.search(folder)
        assert len(found) == 110
        assert {row.id for row in found} == made
        await opened.cloud.remove(sorted(made))
        assert await opened.cloud.search(folder) == []
        await opened.cloud.remove_folders([folder])

    with_multilogin(work)


@pytest.mark.usefixtures("multilogin")
def test_a_whole_update_loses_nothing() -> None:
    async def work(opened: Multilogin) -> None:
        made = await make_browser_profile(
            opened,
            "before",
            proxy=PROXY,
            notes="kept",
            custom_start_urls=("https://a.example/",),
            auto_update_core=False,
        )
        changes = BrowserProfileChanges(
            name="after",
            flags={"timezone_masking": "custom"},
            fingerprint={"timezone": {"zone": "Europe/Zurich"}},
        )
        (before,) = await opened.cloud.metas([made])
        await opened.cloud.update(made, changes)
        (after,) = await opened.cloud.metas([made])
        assert after["name"] == "after"
        assert after["parameters"]["flags"]["timezone_masking"] == "custom"
        for name in ("proxy", "storage", "custom_start_urls"):
            assert after["parameters"][name] == before["parameters"][name]
        assert (after["notes"], after["is_auto_update"]) == ("kept", False)
        await opened.cloud.update(made, BrowserProfileChanges(without_proxy=True))
        (bare,) = await opened.cloud.metas([made])
        assert "proxy" not in bare["parameters"]
        assert bare["parameters"]["flags"]["proxy_masking"] == "disabled"
        await opened.cloud.remove([made])
        with pytest.raises((ProfileUnknownError, MultiLoginRefusedError)):
            await opened.cloud.update(NOBODY, changes)

    with_multilogin(work)


@pytest.mark.usefixtures("multilogin")
def test_a_partial_update_changes_the_proxy() -> None:
    async def work(opened: Multilogin) -> None:
        made = await make_browser_profile(opened, "partly")
        await opened.cloud.partial_update(
            made, BrowserProfileChanges(proxy=PROXY, notes="new")
        )
        (meta,) = await opened.cloud.metas([made])
        assert meta["parameters"]["proxy"]["host"] == "proxy.example"
        assert (meta["name"], meta["notes"]) == ("partly", "new")
        await opened.cloud.remove([made])

    with_multilogin(work)


@pytest.mark.usefixtures("multilogin")
def test_the_bin_counts_and_can_be_emptied_or_taken_back() -> None:
    async def work(opened: Multilogin) -> None:
        cloud = opened.cloud
        made = await make_browser_profile(opened, "binned", is_local=False)
        count = (await cloud.statistics()).profiles_cloud_count
        await cloud.remove([made], permanently=False)
        assert (await cloud.statistics()).profiles_cloud_count == count
        assert made in {row.id for row in await cloud.search(in_bin=True)}
        assert made not in {row.id for row in await cloud.search()}
        await cloud.restore([made])
        assert made in {row.id for row in await cloud.search()}
        await cloud.remove([made])
        assert (await cloud.statistics()).profiles_cloud_count == count - 1

    with_multilogin(work)


@pytest.mark.usefixtures("multilogin")
def test_browser_profiles_are_copied_and_moved() -> None:
    async def work(opened: Multilogin) -> None:
        made = await make_browser_profile(opened, "copied")
        copies = await opened.cloud.clone(made, times=10)
        copies += await opened.cloud.clone(made, times=10)
        copies += await opened.cloud.clone(made, times=2)
        folder = await opened.cloud.create_folder("moved to")
        await opened.cloud.move(copies, folder_id=folder)
        assert {row.id for row in await opened.cloud.search(folder)} == set(copies)
        await opened.cloud.remove([made, *copies])
        await opened.cloud.remove_folders([folder])
        with pytest.raises(InvalidError):
            await opened.cloud.clone(made, times=11)

    with_multilogin(work)


@pytest.mark.usefixtures("multilogin")
def test_the_workspace_tells_what_the_plan_allows() -> None:
    async def work(opened: Multilogin) -> None:
        plan = await opened.cloud.restrictions()
        assert plan.automation_available
        assert (await opened.cloud.statistics()).profiles_local_limit > 0
        regions = await opened.cloud.regions("ch")
        assert regions
        assert await opened.cloud.cities(regions[0].code or regions[0].name)
        assert await opened.cloud.locked_ids() == []
        with pytest.raises(InvalidError):
            await opened.cloud.unlock([])

    with_multilogin(work)


def test_a_stale_lock_is_seen_and_taken_off_alone(multilogin: MultiloginX) -> None:
    async def work(opened: Multilogin) -> None:
        one, other = (
            await make_browser_profile(opened, "locked"),
            await make_browser_profile(opened, "locked too"),
        )
        for browser_profile_id in (one, other):
            multilogin.put_fault(
                "", error_code="LOCK_PROFILE_ERROR", profile_id=browser_profile_id
            )
        assert set(await opened.cloud.locked_ids()) >= {one, other}
        rows = {row.id: row for row in await opened.cloud.search(text="locked")}
        assert rows[one].is_open_somewhere
        await opened.cloud.unlock([one])
        assert one not in await opened.cloud.locked_ids()
        assert other in await opened.cloud.locked_ids()
        await opened.cloud.unlock([other])
        await opened.cloud.remove([one, other])

    with_multilogin(work)


@pytest.mark.usefixtures("multilogin")
@pytest.mark.parametrize("protocol", ["http", "socks5"])
def test_proxies_come_alone_and_in_lists(protocol: Any) -> None:
    async def work(opened: Multilogin) -> None:
        (one,) = await opened.proxies.connection_url(country="CH", protocol=protocol)
        three = await opened.proxies.connection_url(
            country="us",
            protocol=protocol,
            session_type="rotating",
            ip_lifetime=timedelta(minutes=5),
            count=3,
        )
        assert len({each.username for each in (one, *three)}) == 4
        assert all(each.kind == protocol and each.port > 0 for each in (one, *three))
        assert all(each.password.get_secret_value() for each in (one, *three))
        assert (await opened.proxies.traffic()).billing_id
        for wrong in (None, timedelta(days=2)):
            with pytest.raises(InvalidError):
                await opened.proxies.connection_url(
                    session_type="rotating", ip_lifetime=wrong
                )

    with_multilogin(work)


def test_the_proxy_hosts_own_errors_are_named(multilogin: MultiloginX) -> None:
    async def traffic(opened: Multilogin) -> float:
        return (await opened.proxies.traffic()).traffic

    async def proxy(opened: Multilogin) -> None:
        await opened.proxies.connection_url(country="nowhere")

    multilogin.put_fault("proxy/v1/user", http=429, times=2)
    assert with_multilogin(traffic) >= 0
    with pytest.raises(MultiLoginRefusedError) as refused:
        with_multilogin(proxy)
    assert (refused.value.http_status, refused.value.error_code) == (400, "")
    multilogin.put_fault("proxy/v1/proxy", http=429, times=9)
    with pytest.raises(MultiLoginBusyError) as busy:
        with_multilogin(proxy)
    assert busy.value.retry_after_seconds == 1
    assert [one["times"] for one in multilogin.waiting_faults()] == [8]


@pytest.mark.usefixtures("multilogin")
def test_ready_cookies_are_chosen_and_chosen_again() -> None:
    async def work(opened: Multilogin) -> None:
        made = await make_browser_profile(opened, "with cookies")
        sites = await opened.cookies.websites()
        await opened.cookies.choose(made, website=sites[0].key)
        await opened.cookies.choose(made, website=sites[1].key, second=sites[0].key)
        bundles = await opened.cookies.bundles(made)
        assert len(bundles) == 2
        assert all(one["data"] for one in bundles)
        await opened.cloud.remove([made])

    with_multilogin(work)
