"""Our records follow what is made and removed at Multilogin X itself."""

from uuid import UUID, uuid4

import pytest

from tasks.browser_profiles.refresh import refresh_browser_profiles
from tasks.browser_profiles.repository import (
    count_by_state,
    list_browser_profiles,
    list_folders,
)
from tasks.browser_profiles.schemas import BrowserProfileAnswer
from tasks.browser_profiles.start import start_browser
from tasks.clients.multilogin import Multilogin
from tasks.clients.multilogin_wishes import (
    BrowserProfileChanges,
    NewBrowserProfile,
    ProxyAddress,
)
from tasks.database import transaction
from tasks.pages import PageWish
from tests.factories.browser_profiles import alone
from tests.fixtures.multilogin import with_multilogin

NAME = f"Theirs {uuid4().hex[:8]}"


async def make_there(opened: Multilogin) -> str:
    folder_id = await opened.cloud.create_folder(f"Folder of {NAME}")
    proxy = ProxyAddress("socks5", "127.0.0.1", 1080, "somebody")
    wish = NewBrowserProfile(name=NAME, folder_id=folder_id, proxy=proxy)
    return (await opened.cloud.create_browser_profiles(wish))[0]


def shown(browser_profile_id: str) -> BrowserProfileAnswer | None:
    with transaction() as session:
        rows = list_browser_profiles(session, PageWish(500)).rows
    found = [one for one in rows if one.id == UUID(browser_profile_id)]
    return found[0] if found else None


@pytest.mark.usefixtures("database", "multilogin")
def test_what_is_made_changed_and_removed_there_is_so_here() -> None:
    theirs = with_multilogin(make_there)
    assert shown(theirs) is None
    count = alone(refresh_browser_profiles())
    first = shown(theirs)
    assert first is not None
    assert first.name == NAME
    assert first.proxy is not None
    assert first.proxy.is_authenticated
    with transaction() as session:
        assert sum(count_by_state(session).values()) == count
        folders = {one.id: one for one in list_folders(session)}
    assert folders[first.folder_id].profiles_count == 1
    changes = BrowserProfileChanges(notes="seen")
    with_multilogin(lambda opened: opened.cloud.partial_update(theirs, changes))
    alone(refresh_browser_profiles())
    second = shown(theirs)
    assert second is not None
    assert (second.notes, second.created_at) == ("seen", first.created_at)
    with_multilogin(lambda opened: opened.cloud.remove([theirs]))
    alone(refresh_browser_profiles())
    assert shown(theirs) is None


def test_an_open_browser_stays_in_sight_whatever_becomes_of_its_record(
    browser_profile_id: UUID,
) -> None:
    answer = alone(start_browser(browser_profile_id))
    alone(refresh_browser_profiles())
    found = shown(str(browser_profile_id))
    assert found is not None
    assert found.browser is not None
    assert found.browser.selenium_url == answer.selenium_url
    assert found.template == "natural"
